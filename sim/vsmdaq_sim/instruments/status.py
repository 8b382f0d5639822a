"""IEEE 488.2 status registers, and how numbers in commands are read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["CME", "EXE", "PON", "RefusedCommandError", "StatusRegisters", "parse_float", "parse_index"]

EXE, CME, PON = 4, 5, 7


class RefusedCommandError(Exception):
    """A command is not carried out; `bit` of the standard event register says why (EXE or CME)."""

    def __init__(self, bit: int) -> None:
        self.bit = bit
        super().__init__(f"event bit {bit}")


def parse_float(text: str) -> float:
    """Read a number as instruments write it; CME where it is none (no underscores, no nan), EXE where not finite."""
    try:
        value = float(text)
    except ValueError:
        raise RefusedCommandError(CME) from None
    if "_" in text or math.isnan(value) or not text.isascii():
        raise RefusedCommandError(CME)
    if math.isinf(value):
        raise RefusedCommandError(EXE)
    return value


def parse_index(text: str, lowest: int, highest: int) -> int:
    """Read an index, also one written as ``10.000000``; EXE where it is out of range or no integer."""
    value = parse_float(text)
    if value != int(value) or not lowest <= value <= highest:
        raise RefusedCommandError(EXE)
    return int(value)


@dataclass(slots=True)
class StatusRegisters:
    """Standard events (latched), their enable mask, and the service-request mask."""

    events: int = 1 << PON
    event_enable: int = 0
    request_enable: int = 0
    requesting: bool = field(default=False)
    _last_cause: int = field(default=0)

    def latch(self, bit: int) -> None:
        """Set one event bit."""
        self.events |= 1 << bit

    def take_events(self) -> int:
        """Read and clear the events."""
        value, self.events = self.events, 0
        return value

    def event_summary(self) -> int:
        """Bit 5 of the status byte."""
        return 0x20 if self.events & self.event_enable else 0

    def update_request(self, byte: int) -> int:
        """Byte with bit 6 (RQS): it rises with a new cause and stays until a serial poll took it."""
        cause = byte & self.request_enable & 0xBF
        if cause & ~self._last_cause:
            self.requesting = True
        if not cause:
            self.requesting = False
        self._last_cause = cause
        return byte | (0x40 if self.requesting else 0)

    def take_request(self, byte: int) -> int:
        """Answer a serial poll: the byte with RQS, which it clears."""
        value = self.update_request(byte)
        self.requesting = False
        return value
