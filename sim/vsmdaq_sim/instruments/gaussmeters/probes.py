"""What the simulated gaussmeters share: units, the text of a number, and a reading that stays until the meter's next one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, parse_float
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.common.ports import GaussmeterPart, SimClock

__all__ = [
    "MU0",
    "NO_PROBE",
    "PER_A_PER_M",
    "HeldReading",
    "engineering",
    "field_of",
    "text_option",
    "unknown_commands",
]

MU0 = 1.25663706212e-6  # H/m, CODATA 2018
NO_PROBE = "none"
_LARGEST_A_PER_M = 1e9

PER_A_PER_M: Mapping[str, float] = {"G": MU0 * 1e4, "T": MU0, "Oe": 4.0 * math.pi / 1000.0, "A/m": 1.0}
"""How many of each unit one A/m is."""


def engineering(value: float) -> str:
    """Sign, three integer digits, four decimals, exponent of two digits and a multiple of three: ``+800.0000E+03``."""
    if abs(value) < 1e-99:  # no display has such an exponent
        value = 0.0
    exponent = 0 if value == 0.0 else 3 * math.floor(math.log10(abs(value)) / 3.0)
    mantissa = value / 10.0**exponent
    if abs(mantissa) >= 999.99995:  # would be printed with four integer digits
        exponent += 3
        mantissa = value / 10.0**exponent
    return f"{mantissa:+09.4f}E{exponent:+03d}"


def field_of(text: str, per_a_per_m: float) -> float:
    """Read a field (A/m) given in a unit of which one A/m is `per_a_per_m`; EXE where no meter has such a number."""
    field = parse_float(text) / per_a_per_m
    if abs(field) > _LARGEST_A_PER_M:
        raise RefusedCommandError(EXE)
    return field


def text_option(value: object, allowed: Mapping[str, object], what: str) -> str:
    """Get an option that is one of several texts; ValueError names those allowed."""
    text = str(value)
    if text not in allowed:
        raise ValueError(f"{what} {text!r} was asked for; allowed: {', '.join(allowed)}")
    return text


def unknown_commands(*names: str, note: Callable[[str], None]) -> dict[str, Handler]:
    """Handlers for common commands that an instrument does not have: nothing happens, and they are noted."""

    def handler(name: str) -> Handler:
        return lambda arguments: note(" ".join((name, ",".join(arguments))).strip())

    return {name: handler(name) for name in names}


class HeldReading:
    """The probe as the meter shows it: read anew once an interval, the same in between.

    The world makes a new reading at its own interval; a meter cannot be faster than that.
    """

    def __init__(self, probe: GaussmeterPart, clock: SimClock) -> None:
        self._probe = probe
        self._clock = clock
        self._tick: tuple[float, int] | None = None
        self._value_a_per_m = 0.0

    def read_a_per_m(self, interval_s: float) -> float:
        """Get the reading of the meter's last update, A/m."""
        tick = self._tick_now(interval_s)
        if self._tick != tick:
            self._tick = tick
            self._value_a_per_m = self._probe.read_a_per_m()
        return self._value_a_per_m

    def fresh(self, interval_s: float) -> bool:
        """Whether the next read makes a new reading."""
        return self._tick != self._tick_now(interval_s)

    def _tick_now(self, interval_s: float) -> tuple[float, int]:
        now_s = self._clock.now()
        number = int(now_s / interval_s)
        return interval_s, number + ((number + 1) * interval_s <= now_s)
