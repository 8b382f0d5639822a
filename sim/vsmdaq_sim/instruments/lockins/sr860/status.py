"""Status of the SR860: standard events, lock-in status (15 bits), errors, and their enable masks.

``*STB?``: 2 ERR, 3 LIA, 4 MAV, 5 ESB, 6 SRQ. ``LIAS?``: 0 CH1OV, 1 CH2OV, 3 UNLK, 4 RANGE, 5 SYNCF, 6 SYNCOV, 7 TRIG, 8 to 11 DATnOV,
12 DCAPFIN, 13 and 14 scan. ``CUROVLDSTAT?`` is what is so now, in the same bits. Source: srsinst.sr860 (the maker's driver);
masks by bit (``LIAE 3,1``): SR860 manual p. 152.

Whether a condition that lasts sets its latched bit again after a reading, or only its beginning does, is not known:
the option ``lia_latch``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from vsmdaq_sim.instruments.common.arguments import CME, RefusedCommandError, arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.status import StatusRegisters

__all__ = ["CH1OV", "CH2OV", "DAT1OV", "DCAPFIN", "RANGE", "SYNCF", "TRIG", "UNLK", "Latch", "Status860"]

Handler = Callable[[tuple[str, ...]], str | None]
Latch = Literal["level", "edge"]

CH1OV, CH2OV, UNLK, RANGE, SYNCF, TRIG, DAT1OV, DCAPFIN = 0, 1, 3, 4, 5, 7, 8, 12
_LIA_BITS = 15
_LIVE = 0b111100011011  # bits that CUROVLDSTAT? knows


class Status860:
    """Everything latched, and the masks.

    Parameters
    ----------
    condition : callable
        Bits that hold now.
    latch : str
        ``"level"``: a condition sets its bit as long as it lasts; ``"edge"``: only where it begins.
    """

    def __init__(self, condition: Callable[[], int], latch: Latch) -> None:
        self.ieee = StatusRegisters()
        self._condition = condition
        self._latch = latch
        self._seen = 0
        self._lia = 0
        self._errors = 0
        self._lia_enable = 0
        self._error_enable = 0
        self._message_available = False

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {
            "*CLS": self._clear,
            "*ESR?": self._query_events,
            "*ESE?": lambda arguments: _shown(self.ieee.event_enable, arguments, 8),
            "*ESE": self._set_event_enable,
            "*SRE?": lambda arguments: _shown(self.ieee.request_enable, arguments, 8),
            "*SRE": self._set_request_enable,
            "*STB?": self._query_byte,
            "*PSC?": lambda arguments: no_arguments(arguments, "1"),
            "*PSC": lambda arguments: _ignored(arguments_of(arguments, 1)[0]),
            "LIAS?": self._query_lia,
            "LIAE?": lambda arguments: _shown(self._lia_enable, arguments, _LIA_BITS),
            "LIAE": self._set_lia_enable,
            "ERRS?": self._query_errors,
            "ERRE?": lambda arguments: _shown(self._error_enable, arguments, 8),
            "ERRE": self._set_error_enable,
            "CUROVLDSTAT?": lambda arguments: no_arguments(arguments, str(self._condition() & _LIVE)),
        }

    def latch(self, bit: int) -> None:
        """Set one bit of the lock-in status."""
        self._lia |= 1 << bit

    def watch(self) -> None:
        """Latch what holds now."""
        now = self._condition()
        self._lia |= now if self._latch == "level" else now & ~self._seen
        self._seen = now

    def note_message(self, *, available: bool) -> None:
        """MAV, for the next ``*STB?``."""
        self._message_available = available

    def poll(self, *, message_available: bool) -> int:
        """Serial poll: takes the request."""
        return self.ieee.take_request(self._byte(message_available=message_available))

    def requests(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return bool(self.ieee.update_request(self._byte(message_available=message_available)) & 0x40)

    def _byte(self, *, message_available: bool) -> int:
        self.watch()
        byte = self.ieee.event_summary() | (0x10 if message_available else 0)
        byte |= 0x04 if self._errors & self._error_enable else 0
        return byte | (0x08 if self._lia & self._lia_enable else 0)

    def _clear(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.ieee.events = self._lia = self._errors = 0

    def _query_byte(self, arguments: tuple[str, ...]) -> str:
        return _shown(self.ieee.update_request(self._byte(message_available=self._message_available)), arguments, 8)

    def _query_events(self, arguments: tuple[str, ...]) -> str:
        text, self.ieee.events = _taken(self.ieee.events, arguments, 8)
        return text

    def _query_lia(self, arguments: tuple[str, ...]) -> str:
        self.watch()
        text, self._lia = _taken(self._lia, arguments, _LIA_BITS)
        return text

    def _query_errors(self, arguments: tuple[str, ...]) -> str:
        text, self._errors = _taken(self._errors, arguments, 8)
        return text

    def _set_event_enable(self, arguments: tuple[str, ...]) -> None:
        self.ieee.event_enable = _mask(self.ieee.event_enable, arguments, 8)

    def _set_request_enable(self, arguments: tuple[str, ...]) -> None:
        self.ieee.request_enable = _mask(self.ieee.request_enable, arguments, 8)

    def _set_lia_enable(self, arguments: tuple[str, ...]) -> None:
        self._lia_enable = _mask(self._lia_enable, arguments, _LIA_BITS)

    def _set_error_enable(self, arguments: tuple[str, ...]) -> None:
        self._error_enable = _mask(self._error_enable, arguments, 8)


def _ignored(text: str) -> None:
    parse_index(text, 0, 1)


def _shown(value: int, arguments: tuple[str, ...], bits: int) -> str:
    if not arguments:
        return str(value)
    return str(value >> parse_index(arguments_of(arguments, 1)[0], 0, bits - 1) & 1)


def _taken(value: int, arguments: tuple[str, ...], bits: int) -> tuple[str, int]:
    """Text of the register or of one bit, and what is left of it."""
    text = _shown(value, arguments, bits)
    read = 1 << parse_index(arguments[0], 0, bits - 1) if arguments else (1 << bits) - 1
    return text, value & ~read


def _mask(value: int, arguments: tuple[str, ...], bits: int) -> int:
    """New mask: ``i`` sets all of it, ``i,j`` sets bit i to j."""
    if len(arguments) == 1:
        return parse_index(arguments[0], 0, (1 << bits) - 1)
    if len(arguments) != 2:
        raise RefusedCommandError(CME)
    bit = 1 << parse_index(arguments[0], 0, bits - 1)
    return value | bit if parse_index(arguments[1], 0, 1) else value & ~bit
