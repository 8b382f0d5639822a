"""Lake Shore 643 and 648 electromagnet power supplies: bipolar, ramp by themselves.

Status as in the manuals: ``OPST?`` live, ``OPSTR?`` latched (bits 0 compliance, 1 ramp done, 2 power limit); ``ERST?`` live and
``ERSTR?`` latched, ``hardware,operational``. The latched bits are brought up to date when the supply is asked something. What
is in doubt is an option of the world file:

* ``seti_beyond_limit``: ``SETI`` beyond ``LIMIT`` is clipped (``"clamp"``, default) or refused (``"exe"``).
* ``status_queries``: ``"manual"`` (default), or ``"reversed"`` as a page of the 642 manual and the vendor's driver have it:
  ``OPST?`` and ``ERST?`` give the latched bits and clear them, ``OPSTR?`` and ``ERSTR?`` the live ones.
* ``stop_s``: time from ``STOP`` until the current stands, up to 2 s (manual: within 2 s; default 0).

A hardware error, and of the operational ones the remote inhibit, switch the output stage off: the current runs down by itself,
and ``SETI`` is an execution error until the cause is gone and ``ERCL`` was sent (assumed). Segments (``RSEG 1``): up to the
current of each segment its rate holds, beyond the last one ``RATE`` (as in the 625 manual). Compliance of the 648, and the power limits,
are as in the data sheets, remembered. Kept, but without effect: cooling water, brightness, lock, IEEE-488 settings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Dialect, Handler
from vsmdaq_sim.instruments.common.failures import magnet_off, supply_failures
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import MagnetPart
from vsmdaq_sim.instruments.supplies.lakeshore_643.status import REMOTE_INHIBIT, SupplyStatus

__all__ = ["KINDS", "LakeShore643"]


@dataclass(frozen=True, slots=True)
class _Model:
    """What the models differ in."""

    name: str
    serial: str
    max_current_a: float
    compliance_v: float
    power_w: float


_MODELS = {
    "643": _Model("MODEL643", "6431234", 70.1, 35.0, 2450.0),
    "648": _Model("MODEL648", "6481234", 135.1, 75.0, 9100.0),
}
_MAX_RATE_A_PER_S = 50.0
_LOWEST_RATE_A_PER_S = 0.0001
_STOP_S = 2.0
_OVER_TEMPERATURE = 0x10  # hardware error
_SETTINGS = {"XPGM": (0, 2), "INTWTR": (0, 3), "MAGWTR": (0, 3), "MODE": (0, 2), "RSEG": (0, 1), "DISP": (0, 3)}
_OPTIONS = ("seti_beyond_limit", "status_queries", "stop_s")


class LakeShore643:
    """The supply's front end.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    options : mapping
        See the module.
    model : str
        ``"643"`` or ``"648"``.

    Attributes
    ----------
    errors : SupplyStatus
        Error and operation bits.
    """

    def __init__(self, magnet: MagnetPart, options: Mapping[str, Any], model: str = "643") -> None:
        self._model = _MODELS[model]
        self._clamps = self._choice(options, "seti_beyond_limit", "clamp", "exe") == "clamp"
        reversed_queries = self._choice(options, "status_queries", "manual", "reversed") == "reversed"
        self._stop_s = float(options.get("stop_s", 0.0))
        if not 0.0 <= self._stop_s <= _STOP_S:
            raise ValueError(f"lakeshore_{model}: stop_s is {self._stop_s}; allowed are 0 to {_STOP_S} s")
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self.errors = SupplyStatus(
            magnet,
            compliance_v=self._model.compliance_v,
            power_w=self._model.power_w,
            reversed_queries=reversed_queries,
        )
        self._magnet = magnet
        self._settings = dict.fromkeys(_SETTINGS, 0)
        self._set_defaults()
        self._dialect = Dialect(
            self._table(),
            identity=f"LSCI,{self._model.name},{self._model.serial},1.0/1.0",
            reset=self._reset,
            condition=self.errors.condition,
        )
        self.unknown = self._dialect.unknown

    def _choice(self, options: Mapping[str, Any], key: str, *allowed: str) -> str:
        value = options.get(key, allowed[0])
        if value not in allowed:
            which = f"lakeshore_{self._model.name.removeprefix('MODEL')}"
            raise ValueError(f"{which}: {key} is {value!r}; allowed are {' and '.join(repr(word) for word in allowed)}")
        return str(value)

    def _set_defaults(self) -> None:
        self._rate_a_per_s = 1.0
        self._limit_a, self._limit_rate_a_per_s = self._model.max_current_a, _MAX_RATE_A_PER_S
        self._segments = [(0.0, 1.0)] * 5
        self._lock = (0, 123)
        self._ieee = (0, 0, 12)
        self._settings.update(dict.fromkeys(_SETTINGS, 0), MODE=1, DISP=3)

    def _table(self) -> dict[str, Handler]:
        magnet = self._magnet
        table: dict[str, Handler] = {
            "SETI": self._set_current,
            "SETI?": lambda arguments: no_arguments(arguments, _number(magnet.set_point_a)),
            "RDGI?": lambda arguments: no_arguments(arguments, _number(magnet.current_a())),
            "RDGV?": lambda arguments: no_arguments(arguments, _number(magnet.voltage_v())),
            "RATE": self._set_rate,
            "RATE?": lambda arguments: no_arguments(arguments, _number(self._rate_a_per_s)),
            "LIMIT": self._set_limit,
            "LIMIT?": lambda arguments: no_arguments(
                arguments, f"{_number(self._limit_a)},{_number(self._limit_rate_a_per_s)}"
            ),
            "RSEGS": self._set_segment,
            "RSEGS?": self._query_segment,
            "STOP": self._stop,
            "LOCK": self._set_lock,
            "LOCK?": lambda arguments: no_arguments(arguments, f"{self._lock[0]},{self._lock[1]:03d}"),
            "IEEE": self._set_ieee,
            "IEEE?": lambda arguments: no_arguments(arguments, "{},{},{:02d}".format(*self._ieee)),
            "DFLT": self._factory_defaults,
            "*TST?": lambda arguments: no_arguments(arguments, str(int(self.errors.hardware != 0))),
            **self.errors.table(),
        }
        for name in _SETTINGS:
            table[name] = partial(self._set_setting, name)
            table[name + "?"] = partial(self._query_setting, name)
        return table

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        return self._dialect.execute(message, message_available=message_available)

    def poll(self) -> list[Reply]:
        """Nothing comes by itself."""
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll."""
        return self._dialect.status_byte(message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._dialect.requests_service(message_available=message_available)

    def device_clear(self) -> None:
        """Nothing is in progress that it would end: a ramp goes on."""

    def trigger(self) -> None:
        """No trigger function."""

    # --- current -------------------------------------------------------------------------------------------------

    def _set_current(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if abs(value) > self._model.max_current_a or (abs(value) > self._limit_a and not self._clamps):
            raise RefusedCommandError(EXE)
        if self.errors.tripped:
            raise RefusedCommandError(EXE)  # the output stage is off until the error is cleared
        if self._settings["XPGM"] == 1:
            self.unmodelled.append("SETI under external programming")
        self._start_ramp(min(max(value, -self._limit_a), self._limit_a))

    def _start_ramp(self, current_a: float) -> None:
        self.errors.ramp_begins()
        self._ramp(round(current_a, 4))

    def _ramp(self, current_a: float) -> None:
        highest = self._limit_rate_a_per_s
        segments: list[tuple[float, float]] = []
        if self._settings["RSEG"]:
            for upper_a, rate_a_per_s in self._segments:
                if upper_a > (segments[-1][0] if segments else 0.0):
                    segments.append((upper_a, min(rate_a_per_s, highest)))
        self._magnet.ramp_to(current_a, min(self._rate_a_per_s, highest), self._model.compliance_v, segments)

    def _set_rate(self, arguments: tuple[str, ...]) -> None:
        self._rate_a_per_s = _rate(arguments_of(arguments, 1)[0])
        if self._magnet.ramping() and not self.errors.tripped:
            self._ramp(self._magnet.set_point_a)

    def _set_limit(self, arguments: tuple[str, ...]) -> None:
        current, rate = arguments_of(arguments, 2)
        self._limit_a, self._limit_rate_a_per_s = self._current(current), _rate(rate)

    def _stop(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        if self._stop_s == 0.0 or self.errors.tripped or not self._magnet.ramping():
            self._magnet.stop()
            return
        current_a, target_a = self._magnet.current_a(), self._magnet.set_point_a
        way_a = min(abs(target_a - current_a), min(self._rate_a_per_s, self._limit_rate_a_per_s) * self._stop_s)
        self._ramp(current_a + math.copysign(way_a, target_a - current_a))

    def _current(self, text: str) -> float:
        value = parse_float(text)
        if not 0.0 <= value <= self._model.max_current_a:
            raise RefusedCommandError(EXE)
        return round(value, 4)

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_setting(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], *_SETTINGS[name])
        if name == "XPGM" and value:
            self.unmodelled.append(f"{name} {value}")
        self._settings[name] = value
        if name == "RSEG" and self._magnet.ramping() and not self.errors.tripped:
            self._ramp(self._magnet.set_point_a)

    def _query_setting(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._settings[name]))

    def _set_segment(self, arguments: tuple[str, ...]) -> None:
        number, current, rate = arguments_of(arguments, 3)
        segment = self._current(current), _rate(rate)
        self._segments[parse_index(number, 1, 5) - 1] = segment

    def _query_segment(self, arguments: tuple[str, ...]) -> str:
        current_a, rate_a_per_s = self._segments[parse_index(arguments_of(arguments, 1)[0], 1, 5) - 1]
        return f"{_number(current_a)},{_number(rate_a_per_s)}"

    def _set_lock(self, arguments: tuple[str, ...]) -> None:
        state, code = arguments_of(arguments, 2)
        self._lock = (parse_index(state, 0, 2), parse_index(code, 0, 999))

    def _set_ieee(self, arguments: tuple[str, ...]) -> None:
        terminator, end, address = arguments_of(arguments, 3)
        self._ieee = (parse_index(terminator, 0, 3), parse_index(end, 0, 1), parse_index(address, 1, 30))
        self.unmodelled.append(f"IEEE {','.join(arguments)}")

    def _factory_defaults(self, arguments: tuple[str, ...]) -> None:
        parse_index(arguments_of(arguments, 1)[0], 99, 99)
        if abs(self._magnet.current_a()) > 0.0005:
            raise RefusedCommandError(EXE)  # only at zero current
        self._set_defaults()

    def _reset(self) -> None:
        """``*RST``: settings to their defaults; the current ramps to zero."""
        self._set_defaults()
        if not self.errors.tripped:
            self._start_ramp(0.0)

    def fail(self, *, hardware: int = 0, operational: int = 0) -> None:
        """Raise error bits; hardware errors and the remote inhibit switch the output off."""
        self.errors.fail(hardware=hardware, operational=operational)
        if hardware or operational & REMOTE_INHIBIT:
            self._magnet.switch_off()

    def mend(self) -> None:
        """Take the causes of the operational errors away."""
        self.errors.operational = 0


def _number(value: float) -> str:
    return f"{value:+08.4f}"


def _rate(text: str) -> float:
    value = parse_float(text)
    if not _LOWEST_RATE_A_PER_S <= value <= _MAX_RATE_A_PER_S:
        raise RefusedCommandError(EXE)
    return round(value, 4)


_FAILURES = supply_failures(
    trip=lambda _, supply: supply.fail(hardware=_OVER_TEMPERATURE),
    interlock=lambda _, supply: supply.fail(operational=REMOTE_INHIBIT),
)
KINDS = (
    Kind(
        "lakeshore_643",
        lambda world, line, _: LakeShore643(world.magnet, line.options),
        _OPTIONS,
        power_off=magnet_off,
        failures=_FAILURES,
    ),
    Kind(
        "lakeshore_648",
        lambda world, line, _: LakeShore643(world.magnet, line.options, "648"),
        _OPTIONS,
        power_off=magnet_off,
        failures=_FAILURES,
    ),
)
