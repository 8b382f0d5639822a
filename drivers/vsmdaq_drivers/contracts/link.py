"""The wire, as a driver sees it."""

from __future__ import annotations

from typing import Protocol

from vsmdaq_drivers.contracts.clock import Clock

__all__ = ["Link"]


class Link(Protocol):
    """Lines of text to one instrument and back. Terminators belong to the link, not to the driver.

    Every failure is a LinkError (AddressError when opening, LinkTimeoutError, LinkLostError) or, for bytes that are
    no text, a ReplyError; each names the instrument and the command.
    """

    @property
    def name(self) -> str:
        """Who is at the other end, for messages: ``"lakeshore_643 at GPIB0::12::INSTR"``."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock of the bench that this link belongs to."""
        ...

    def write(self, command: str) -> None:
        """Send one line."""
        ...

    def read(self, command: str = "", *, timeout_s: float | None = None) -> str:
        """Receive one line, without its terminator. `command` is what it answers, for messages."""
        ...

    def query(self, command: str, *, timeout_s: float | None = None) -> str:
        """Send one line and receive one."""
        ...

    def query_bytes(self, command: str, count: int, *, timeout_s: float | None = None) -> bytes:
        """Send one line and receive exactly `count` bytes, whatever they mean: no terminator ends them."""
        ...

    def clear(self) -> None:
        """Discard what is on its way in both directions (device clear, or flush of the buffers)."""
        ...

    def serial_poll(self) -> int | None:
        """The status byte by serial poll; None where the transport has none."""
        ...

    def close(self) -> None:
        """Release the instrument; may be called twice."""
        ...
