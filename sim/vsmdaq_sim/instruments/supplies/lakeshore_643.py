"""Lake Shore 643 electromagnet power supply: bipolar, 70.1 A, ramps by itself.

Status as in the manual: ``OPST?`` live, ``OPSTR?`` latched (bits 0 compliance, 1 ramp done, 2 power limit); ``ERST?`` live and
``ERSTR?`` latched, ``hardware,operational``. What ``SETI`` beyond ``LIMIT`` does could not be verified, so the world file says
(`seti_beyond_limit`: ``"clamp"`` or ``"exe"``). The latched bits are brought up to date when the supply is asked something.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import MagnetPart

__all__ = ["KINDS", "LakeShore643"]

_MAX_CURRENT_A = 70.1
_MAX_RATE_A_PER_S = 50.0
_COMPLIANCE_V = 35.0
_COMPLIANCE, _RAMP_DONE = 1, 2
_SETTINGS = {"XPGM": (0, 2), "INTWTR": (0, 3), "MAGWTR": (0, 3), "MODE": (0, 2), "RSEG": (0, 1)}


class LakeShore643:
    """The supply's front end, before the world's magnet.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    options : mapping
        ``seti_beyond_limit``: ``"clamp"`` (default) or ``"exe"``.

    Attributes
    ----------
    hardware_errors, operational_errors : int
        Error bits now active, for whoever breaks the supply.
    """

    def __init__(self, magnet: MagnetPart, options: Mapping[str, Any]) -> None:
        beyond = options.get("seti_beyond_limit", "clamp")
        if beyond not in {"clamp", "exe"}:
            raise ValueError(f"lakeshore_643: seti_beyond_limit is {beyond!r}; allowed are 'clamp' and 'exe'")
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self.hardware_errors = 0
        self.operational_errors = 0
        self._magnet = magnet
        self._clamps = beyond == "clamp"
        self._latched_errors = [0, 0]
        self._enable = {"OPSTE": 0, "ERSTE": 0}
        self._operation_latched = 0
        self._was_ramping = False
        self._settings = dict.fromkeys(_SETTINGS, 0)
        self._set_defaults()
        self._dialect = Dialect(
            self._table(),
            identity="LSCI,MODEL643,6431234,1.0/1.0",
            reset=self._reset,
            condition=self._condition,
        )
        self.unknown = self._dialect.unknown

    def _set_defaults(self) -> None:
        self._rate_a_per_s = 1.0
        self._limit_a, self._limit_rate_a_per_s = _MAX_CURRENT_A, _MAX_RATE_A_PER_S
        self._segments = [(0.0, 1.0)] * 5
        self._lock = (0, 123)
        self._settings.update(dict.fromkeys(_SETTINGS, 0), MODE=1)

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "SETI": self._set_current,
            "SETI?": lambda arguments: no_arguments(arguments, f"{self._magnet.set_point_a:+08.4f}"),
            "RDGI?": lambda arguments: no_arguments(arguments, f"{self._magnet.current_a():+08.4f}"),
            "RDGV?": lambda arguments: no_arguments(arguments, f"{self._magnet.voltage_v():+08.4f}"),
            "RATE": self._set_rate,
            "RATE?": lambda arguments: no_arguments(arguments, f"{self._rate_a_per_s:+08.4f}"),
            "LIMIT": self._set_limit,
            "LIMIT?": lambda arguments: no_arguments(
                arguments, f"{self._limit_a:+08.4f},{self._limit_rate_a_per_s:+08.4f}"
            ),
            "RSEGS": self._set_segment,
            "RSEGS?": self._query_segment,
            "STOP": self._stop,
            "LOCK": self._set_lock,
            "LOCK?": lambda arguments: no_arguments(arguments, f"{self._lock[0]},{self._lock[1]:03d}"),
            "DFLT": self._factory_defaults,
            "OPST?": lambda arguments: no_arguments(arguments, f"{self._operation():03d}"),
            "OPSTR?": self._query_operation_latched,
            "ERST?": lambda arguments: no_arguments(
                arguments, f"{self.hardware_errors:03d},{self.operational_errors:03d}"
            ),
            "ERSTR?": self._query_errors_latched,
            "ERCL": self._clear_errors,
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
        if abs(value) > _MAX_CURRENT_A or (abs(value) > self._limit_a and not self._clamps):
            raise RefusedCommandError(EXE)
        if self.hardware_errors:
            raise RefusedCommandError(EXE)  # the output stage is off until the error is cleared
        if self._settings["XPGM"] == 1:
            self.unmodelled.append("SETI under external programming")
        self._start_ramp(min(max(value, -self._limit_a), self._limit_a))

    def _start_ramp(self, current_a: float) -> None:
        self._operation()
        self._operation_latched &= ~_RAMP_DONE
        self._was_ramping = True  # even a ramp to where it stands ends with "done"
        self._magnet.ramp_to(round(current_a, 4), min(self._rate_a_per_s, self._limit_rate_a_per_s))

    def _set_rate(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not 0.0001 <= value <= _MAX_RATE_A_PER_S:
            raise RefusedCommandError(EXE)
        self._rate_a_per_s = round(value, 4)
        if self._magnet.ramping():
            self._magnet.ramp_to(self._magnet.set_point_a, min(self._rate_a_per_s, self._limit_rate_a_per_s))

    def _set_limit(self, arguments: tuple[str, ...]) -> None:
        current_a, rate_a_per_s = (parse_float(text) for text in arguments_of(arguments, 2))
        if not 0.0 <= current_a <= _MAX_CURRENT_A or not 0.0001 <= rate_a_per_s <= _MAX_RATE_A_PER_S:
            raise RefusedCommandError(EXE)
        self._limit_a, self._limit_rate_a_per_s = round(current_a, 4), round(rate_a_per_s, 4)

    def _stop(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self._magnet.stop()

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_setting(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], *_SETTINGS[name])
        if name in {"XPGM", "RSEG"} and value:
            self.unmodelled.append(f"{name} {value}")
        self._settings[name] = value

    def _query_setting(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._settings[name]))

    def _set_segment(self, arguments: tuple[str, ...]) -> None:
        number, current, rate = arguments_of(arguments, 3)
        current_a, rate_a_per_s = parse_float(current), parse_float(rate)
        if not 0.0 <= current_a <= _MAX_CURRENT_A or not 0.0001 <= rate_a_per_s <= _MAX_RATE_A_PER_S:
            raise RefusedCommandError(EXE)
        self._segments[parse_index(number, 1, 5) - 1] = (current_a, rate_a_per_s)

    def _query_segment(self, arguments: tuple[str, ...]) -> str:
        current_a, rate_a_per_s = self._segments[parse_index(arguments_of(arguments, 1)[0], 1, 5) - 1]
        return f"{current_a:+08.4f},{rate_a_per_s:+08.4f}"

    def _set_lock(self, arguments: tuple[str, ...]) -> None:
        state, code = arguments_of(arguments, 2)
        self._lock = (parse_index(state, 0, 2), parse_index(code, 0, 999))

    def _factory_defaults(self, arguments: tuple[str, ...]) -> None:
        parse_index(arguments_of(arguments, 1)[0], 99, 99)
        if abs(self._magnet.current_a()) > 0.0005:
            raise RefusedCommandError(EXE)  # only at zero current
        self._set_defaults()

    def _reset(self) -> None:
        """``*RST``: settings to their defaults; the current ramps to zero."""
        self._set_defaults()
        self._start_ramp(0.0)

    # --- status --------------------------------------------------------------------------------------------------

    def _operation(self) -> int:
        """Live bits; what rose since the last look is latched."""
        ramping = self._magnet.ramping()
        compliance = _COMPLIANCE if abs(self._magnet.voltage_v()) >= _COMPLIANCE_V else 0
        self._operation_latched |= compliance
        if self._was_ramping and not ramping:
            self._operation_latched |= _RAMP_DONE
        self._was_ramping = ramping
        return compliance | (0 if ramping else _RAMP_DONE)

    def _query_operation_latched(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        self._operation()
        value, self._operation_latched = self._operation_latched, 0
        return f"{value:03d}"

    def fail(self, *, hardware: int = 0, operational: int = 0) -> None:
        """Raise error bits; they stay until `ERCL` (hardware) or until they are taken back by hand (operational)."""
        self.hardware_errors |= hardware
        self.operational_errors |= operational
        self._latched_errors[0] |= hardware
        self._latched_errors[1] |= operational

    def _query_errors_latched(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        hardware, operational = self._latched_errors
        self._latched_errors = [0, 0]
        return f"{hardware:03d},{operational:03d}"

    def _clear_errors(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self.hardware_errors = 0

    def _condition(self) -> int:
        byte = 0x02 if self.operational_errors else 0
        byte |= 0x04 if self.hardware_errors else 0
        return byte | (0x80 if self._operation() & _COMPLIANCE else 0)


KINDS = (
    Kind(
        "lakeshore_643",
        lambda world, line, _: LakeShore643(world.magnet, line.options),
        ("seti_beyond_limit",),
    ),
)
