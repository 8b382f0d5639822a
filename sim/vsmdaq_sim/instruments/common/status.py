"""IEEE 488.2 status registers."""

from __future__ import annotations

from dataclasses import dataclass, field

from vsmdaq_sim.instruments.common.arguments import PON

__all__ = ["StatusRegisters"]


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
