"""Reference of the SR860: frequencies, harmonic, phase, sine output, presets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.ports import LockInPart

__all__ = ["Reference860"]

Handler = Callable[[tuple[str, ...]], str | None]

_LOWEST_HZ = 0.001
_PHASE_LIMIT_DEG = 360000.0
_HARMONICS = (1, 99)


class Reference860:
    """What the detection is locked to.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    index : mapping
        The instrument's settings of one index; ``RSRC`` is used.
    highest_hz : float
        Upper end of the frequency range, Hz.
    changed : callable
        Called when the detection frequency may have changed.
    """

    def __init__(
        self,
        lockin: LockInPart,
        index: Mapping[str, int],
        highest_hz: float,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._lockin = lockin
        self._index = index
        self._highest_hz = highest_hz
        self._changed = changed
        self._phase_deg = 0.0
        self._numbers: dict[str, float] = {}
        self._presets: dict[str, list[float]] = {"PSTF": [], "PSTA": [], "PSTL": []}
        self._harmonics: dict[str, int] = {}

    def reset(self) -> None:
        """Power-on state."""
        self._numbers.update({"FREQINT": 100e3, "SLVL": 0.0, "SOFF": 0.0, "BLADEPHASE": 0.0})
        self._harmonics.update({"HARM": 1, "HARMDUAL": 1})
        for values in self._presets.values():
            values[:] = [0.0] * 4
        self._presets["PSTF"][:] = [10.0, 100.0, 1e3, 10e3]
        self._store_phase(0.0)
        self.apply()

    def apply(self) -> None:
        """Tell the world what is detected; of the dual mode only that it is another frequency."""
        source, harmonic = self._index["RSRC"], self._harmonics["HARM"]
        if source == 2:
            self._lockin.set_detection(1, self.detection_hz())
        else:
            self._lockin.set_detection(harmonic, self._numbers["FREQINT"] if source == 0 else None)
        self._changed()

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "FREQ?": lambda arguments: no_arguments(arguments, f"{self._frequency_hz():.10g}"),
            "FREQ": partial(self._set_number, "FREQINT"),
            "FREQEXT?": lambda arguments: no_arguments(arguments, f"{self._external_hz():.10g}"),
            "FREQDET?": lambda arguments: no_arguments(arguments, f"{self.detection_hz():.10g}"),
            "PHAS?": lambda arguments: no_arguments(arguments, f"{self._phase_deg:.7f}"),
            "PHAS": self._set_phase,
            "TBSTAT?": lambda arguments: no_arguments(arguments, "1"),
        }
        for name in ("FREQINT", "SLVL", "SOFF", "BLADEPHASE"):
            table[name + "?"] = partial(self._query_number, name)
            table[name] = partial(self._set_number, name)
        for name in ("HARM", "HARMDUAL"):
            table[name + "?"] = partial(self._query_harmonic, name)
            table[name] = partial(self._set_harmonic, name)
        for name in self._presets:
            table[name + "?"] = partial(self._query_preset, name)
            table[name] = partial(self._set_preset, name)
        return table

    # --- what it is locked to ------------------------------------------------------------------------------------

    def _external_hz(self) -> float:
        return self._lockin.reference_frequency_hz() or 0.0

    def _frequency_hz(self) -> float:
        """External with ``RSRC EXT``, else the internal one."""
        return self._external_hz() if self._index["RSRC"] == 1 else self._numbers["FREQINT"]

    def detection_hz(self) -> float:
        """Frequency that is detected: harmonic of the reference; in dual mode the difference."""
        if self._index["RSRC"] == 2:
            external_hz = self._harmonics["HARMDUAL"] * self._external_hz()
            return abs(self._harmonics["HARM"] * self._numbers["FREQINT"] - external_hz)
        return self._harmonics["HARM"] * self._frequency_hz()

    def unlocked(self) -> bool:
        """Whether an external reference is wanted and missing."""
        return self._index["RSRC"] != 0 and not self._external_hz()

    def values(self) -> tuple[float, ...]:
        """Values 12 to 16 of ``SNAP?``."""
        numbers = self._numbers
        return self._phase_deg, numbers["SLVL"], numbers["SOFF"], numbers["FREQINT"], self._external_hz()

    # --- phase ---------------------------------------------------------------------------------------------------

    def _set_phase(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if abs(value) > _PHASE_LIMIT_DEG:
            raise RefusedCommandError(EXE)
        self._store_phase(value)

    def turn(self, angle_deg: float) -> None:
        """Add to the phase."""
        self._store_phase(self._phase_deg + angle_deg)

    def _store_phase(self, value_deg: float) -> None:
        """Keep the phase in 1e-7 degree, within ±180."""
        self._phase_deg = round(math.remainder(value_deg, 360.0), 7)
        self._lockin.set_phase_deg(self._phase_deg)

    # --- numbers -------------------------------------------------------------------------------------------------

    def _query_number(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, f"{self._numbers[name]:.10g}")

    def _set_number(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        lowest, highest = self._limits(name)
        if not lowest <= value <= highest:
            raise RefusedCommandError(EXE)
        self._numbers[name] = value
        self.apply()

    def _limits(self, name: str) -> tuple[float, float]:
        return {
            "FREQINT": (_LOWEST_HZ, self._highest_hz),
            "PSTF": (_LOWEST_HZ, self._highest_hz),
            "SLVL": (0.0, 2.0),
            "PSTA": (0.0, 2.0),
            "SOFF": (-5.0, 5.0),
            "PSTL": (-5.0, 5.0),
            "BLADEPHASE": (-360.0, 360.0),
        }[name]

    def _query_harmonic(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._harmonics[name]))

    def _set_harmonic(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], *_HARMONICS)
        if value * self._frequency_hz() > self._highest_hz:
            raise RefusedCommandError(EXE)
        self._harmonics[name] = value
        self.apply()

    def _query_preset(self, name: str, arguments: tuple[str, ...]) -> str:
        return f"{self._presets[name][parse_index(arguments_of(arguments, 1)[0], 0, 3)]:.10g}"

    def _set_preset(self, name: str, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        i, value = parse_index(first, 0, 3), parse_float(second)
        lowest, highest = self._limits(name)
        if not lowest <= value <= highest:
            raise RefusedCommandError(EXE)
        self._presets[name][i] = value
