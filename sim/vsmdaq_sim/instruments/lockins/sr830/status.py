"""Status of the SR830: latched until read or ``*CLS``.

``*STB?``: 0 no scan (a paused one is in progress), 1 no command in progress, 2 ERR, 3 LIA, 4 MAV, 5 ESB, 6 SRQ. Source: SR830
manual p. 5-20 to 5-23; of SR850 what a paused scan counts for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    PON,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.status import StatusRegisters

__all__ = ["LockInStatusRegisters"]

Handler = Callable[[tuple[str, ...]], str | None]


class LockInStatusRegisters:
    """Standard events, lock-in status, error status, and their enable masks.

    Parameters
    ----------
    scanning : callable
        Whether a scan is in progress.
    """

    def __init__(self, scanning: Callable[[], bool]) -> None:
        self._scanning = scanning
        self._power_on_clear = 1
        self.ieee = StatusRegisters()
        self._lia = 0
        self._errors = 0
        self._lia_enable = 0
        self._error_enable = 0

    def latch_lia(self, bit: int) -> None:
        """Set a bit of the lock-in status."""
        self._lia |= 1 << bit

    def latch_error(self, bit: int) -> None:
        """Set a bit of the error status."""
        self._errors |= 1 << bit

    def power_on(self) -> None:
        """Power came back: events tell it, and the masks are cleared unless ``*PSC 0`` keeps them."""
        self.ieee.events, self._lia, self._errors = 1 << PON, 0, 0
        if self._power_on_clear:
            self.ieee.event_enable = self.ieee.request_enable = self._lia_enable = self._error_enable = 0

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {
            "*ESR?": self._query_events,
            "*ESE?": lambda arguments: _shown(self.ieee.event_enable, arguments),
            "*ESE": self._set_event_enable,
            "*SRE?": lambda arguments: _shown(self.ieee.request_enable, arguments),
            "*SRE": self._set_request_enable,
            "LIAE?": lambda arguments: _shown(self._lia_enable, arguments),
            "LIAE": self._set_lia_enable,
            "ERRS?": self._query_errors,
            "ERRE?": lambda arguments: _shown(self._error_enable, arguments),
            "ERRE": self._set_error_enable,
            "*PSC?": lambda arguments: no_arguments(arguments, str(self._power_on_clear)),
            "*PSC": self._set_power_on_clear,
        }

    def clear(self, arguments: tuple[str, ...]) -> None:
        """``*CLS``: all status; the masks stay."""
        no_arguments(arguments)
        self.ieee.events = self._lia = self._errors = 0

    def take_lia(self, arguments: tuple[str, ...]) -> str:
        """``LIAS? [i]``: reads, and clears what was read."""
        text, self._lia = _taken(self._lia, arguments)
        return text

    def _query_events(self, arguments: tuple[str, ...]) -> str:
        text, self.ieee.events = _taken(self.ieee.events, arguments)
        return text

    def _query_errors(self, arguments: tuple[str, ...]) -> str:
        text, self._errors = _taken(self._errors, arguments)
        return text

    def _set_event_enable(self, arguments: tuple[str, ...]) -> None:
        self.ieee.event_enable = _mask(self.ieee.event_enable, arguments)

    def _set_request_enable(self, arguments: tuple[str, ...]) -> None:
        self.ieee.request_enable = _mask(self.ieee.request_enable, arguments)

    def _set_lia_enable(self, arguments: tuple[str, ...]) -> None:
        self._lia_enable = _mask(self._lia_enable, arguments)

    def _set_error_enable(self, arguments: tuple[str, ...]) -> None:
        self._error_enable = _mask(self._error_enable, arguments)

    def _set_power_on_clear(self, arguments: tuple[str, ...]) -> None:
        self._power_on_clear = parse_index(arguments_of(arguments, 1)[0], 0, 1)

    def _byte(self, *, busy: bool, message_available: bool) -> int:
        byte = (0 if self._scanning() else 0x01) | (0 if busy else 0x02)
        byte |= 0x04 if self._errors & self._error_enable else 0
        byte |= 0x08 if self._lia & self._lia_enable else 0
        byte |= 0x10 if message_available else 0
        return byte | self.ieee.event_summary()

    def poll(self, *, busy: bool, message_available: bool) -> int:
        """Serial poll: clears SRQ."""
        return self.ieee.take_request(self._byte(busy=busy, message_available=message_available))

    def requests(self, *, busy: bool, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        byte = self._byte(busy=busy, message_available=message_available)
        return bool(self.ieee.update_request(byte) & 0x40)

    def query_byte(self, arguments: tuple[str, ...], *, message_available: bool) -> str:
        """``*STB? [i]``: clears nothing. It is carried out after any other command, so bit 1 is always set."""
        byte = self.ieee.update_request(self._byte(busy=False, message_available=message_available))
        return _shown(byte, arguments)


def _shown(value: int, arguments: tuple[str, ...]) -> str:
    if not arguments:
        return str(value)
    return str(value >> parse_index(arguments_of(arguments, 1)[0], 0, 7) & 1)


def _taken(value: int, arguments: tuple[str, ...]) -> tuple[str, int]:
    """Text of the register or of one bit, and what is left of it."""
    text = _shown(value, arguments)
    read = 1 << parse_index(arguments[0], 0, 7) if len(arguments) == 1 else 0xFF
    return text, value & ~read


def _mask(value: int, arguments: tuple[str, ...]) -> int:
    """New mask: ``i`` (0 to 255) sets all of it, ``i,j`` sets bit i to j."""
    if len(arguments) == 1:
        return parse_index(arguments[0], 0, 255)
    if len(arguments) == 2:
        bit = 1 << parse_index(arguments[0], 0, 7)
        return value | bit if parse_index(arguments[1], 0, 1) else value & ~bit
    raise RefusedCommandError(CME)
