"""Status of the Lake Shore 643 and 648: live and latched operation bits, live and latched error bits, their enables."""

from __future__ import annotations

from vsmdaq_sim.instruments.common.arguments import arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.common.ports import MagnetPart

__all__ = ["REMOTE_INHIBIT", "SupplyStatus"]

_COMPLIANCE, _RAMP_DONE, _POWER_LIMIT = 1, 2, 4
_HARDWARE_SUMMARY, _OPERATIONAL_SUMMARY, _OPERATION_SUMMARY = 0x04, 0x02, 0x80
REMOTE_INHIBIT = 0x80
"""Operational error bit 7."""


class SupplyStatus:
    """Registers and the commands that read them.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    compliance_v, power_w : float
        The supply's own limits.
    reversed_queries : bool
        ``OPST?`` and ``ERST?`` give the latched bits, ``OPSTR?`` and ``ERSTR?`` the live ones.

    Attributes
    ----------
    hardware, operational : int
        Error bits now active.
    """

    def __init__(self, magnet: MagnetPart, *, compliance_v: float, power_w: float, reversed_queries: bool) -> None:
        self.hardware = 0
        self.operational = 0
        self._magnet = magnet
        self._compliance_v = compliance_v
        self._power_w = power_w
        self._reversed = reversed_queries
        self._inhibited = False
        self._latched = 0
        self._latched_errors = [0, 0]
        self._was_ramping = False
        self._operation_enable = 0
        self._error_enables = (0, 0)

    @property
    def tripped(self) -> bool:
        """The output stage is off."""
        return self.hardware != 0 or self._inhibited

    def table(self) -> dict[str, Handler]:
        """Commands and queries of the registers."""
        live, latched = ("OPSTR?", "OPST?") if self._reversed else ("OPST?", "OPSTR?")
        errors, latched_errors = ("ERSTR?", "ERST?") if self._reversed else ("ERST?", "ERSTR?")
        return {
            live: lambda arguments: no_arguments(arguments, f"{self.operation():03d}"),
            latched: self._take_operation,
            "OPSTE": self._enable_operation,
            "OPSTE?": lambda arguments: no_arguments(arguments, f"{self._operation_enable:03d}"),
            errors: lambda arguments: no_arguments(arguments, f"{self.hardware:03d},{self.operational:03d}"),
            latched_errors: self._take_errors,
            "ERSTE": self._enable_errors,
            "ERSTE?": lambda arguments: no_arguments(arguments, "{:03d},{:03d}".format(*self._error_enables)),
            "ERCL": self._clear,
        }

    def operation(self) -> int:
        """Live bits; what rose since the last look is latched."""
        ramping = self._magnet.ramping()
        voltage_v = abs(self._magnet.voltage_v())
        word = _COMPLIANCE if voltage_v >= self._compliance_v * (1.0 - 1e-9) else 0
        if voltage_v * abs(self._magnet.current_a()) >= self._power_w:
            word |= _POWER_LIMIT
        self._latched |= word
        if self._was_ramping and not ramping:
            self._latched |= _RAMP_DONE
        self._was_ramping = ramping
        return word | (0 if ramping else _RAMP_DONE)

    def ramp_begins(self) -> None:
        """A new ramp: what was done before is done no more."""
        self.operation()
        self._latched &= ~_RAMP_DONE
        self._was_ramping = True  # even a ramp to where it stands ends with "done"

    def fail(self, *, hardware: int, operational: int) -> None:
        """Raise error bits; hardware errors stay until ``ERCL``, operational ones until their cause is gone."""
        self.hardware |= hardware
        self.operational |= operational
        self._inhibited = self._inhibited or bool(operational & REMOTE_INHIBIT)
        self._latched_errors[0] |= hardware
        self._latched_errors[1] |= operational

    def condition(self) -> int:
        """The status byte's own bits: what is latched and enabled (manual, figure 5-1)."""
        self.operation()
        hardware, operational = self._latched_errors
        byte = _OPERATION_SUMMARY if self._latched & self._operation_enable else 0
        byte |= _HARDWARE_SUMMARY if hardware & self._error_enables[0] else 0
        return byte | (_OPERATIONAL_SUMMARY if operational & self._error_enables[1] else 0)

    def _take_operation(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        self.operation()
        value, self._latched = self._latched, 0
        return f"{value:03d}"

    def _enable_operation(self, arguments: tuple[str, ...]) -> None:
        self._operation_enable = parse_index(arguments_of(arguments, 1)[0], 0, 255)

    def _take_errors(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        hardware, operational = self._latched_errors
        self._latched_errors = [0, 0]
        return f"{hardware:03d},{operational:03d}"

    def _enable_errors(self, arguments: tuple[str, ...]) -> None:
        hardware, operational = arguments_of(arguments, 2)
        self._error_enables = (parse_index(hardware, 0, 255), parse_index(operational, 0, 255))

    def _clear(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self.hardware = 0
        self._inhibited = bool(self.operational & REMOTE_INHIBIT)
