"""The OPERation and QUEStionable registers of the simulated teslameters: condition, event (latched), enable."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vsmdaq_sim.instruments.common.arguments import arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.scpi import Handler

__all__ = ["Registers"]

# register: its bit in the status byte
_SUMMARY = {"OPERation": 0x80, "QUEStionable": 0x08}


class Registers:
    """Both registers; nothing is ever questionable here.

    Parameters
    ----------
    operation : callable
        The live bits of the operation register.
    """

    def __init__(self, operation: Callable[[], int]) -> None:
        self._operation = operation
        self._latched = dict.fromkeys(_SUMMARY, 0)
        self._enabled = dict.fromkeys(_SUMMARY, 0)

    def handlers(self) -> dict[str, Handler]:
        """Make the handlers of ``STATus:...``."""
        table: dict[str, Handler] = {"STATus:PRESet": self._preset}
        for register in _SUMMARY:
            table[f"STATus:{register}:CONDition?"] = partial(self._query_condition, register)
            table[f"STATus:{register}[:EVENt]?"] = partial(self._query_event, register)
            table[f"STATus:{register}:ENABle"] = partial(self._set_enable, register)
            table[f"STATus:{register}:ENABle?"] = partial(self._query_enable, register)
        return table

    def summary(self) -> int:
        """Bits 7 and 3 of the status byte."""
        self._present("OPERation")
        return sum(bit for register, bit in _SUMMARY.items() if self._latched[register] & self._enabled[register])

    def _present(self, register: str) -> int:
        bits = self._operation() if register == "OPERation" else 0
        self._latched[register] |= bits
        return bits

    def _query_condition(self, register: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._present(register)))

    def _query_event(self, register: str, arguments: tuple[str, ...]) -> str:
        self._present(register)
        value, self._latched[register] = self._latched[register], 0
        return no_arguments(arguments, str(value))

    def _set_enable(self, register: str, arguments: tuple[str, ...]) -> None:
        self._enabled[register] = parse_index(arguments_of(arguments, 1)[0], 0, 65535)

    def _query_enable(self, register: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._enabled[register]))

    def _preset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._enabled = dict.fromkeys(_SUMMARY, 0)
