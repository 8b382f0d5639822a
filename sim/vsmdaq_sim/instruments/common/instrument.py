"""The shape of a simulated instrument: text in, text out, and when it wants to be looked at again."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Reply", "SimInstrument"]

# Text gets the instrument's terminator; bytes go out as they are.
Reply = str | bytes


class SimInstrument(Protocol):
    """What the wire needs of an instrument.

    Attributes
    ----------
    unknown : list of str
        Every command that was not understood, verbatim; survives a reset.
    unmodelled : list of str
        Accepted settings whose effect the world does not show.
    busy : bool
        A command is in progress: further ones wait in the input queue.
    next_event_s : float
        Bench time at which `poll` has something to do; ``inf`` for never.
    reply_terminator : bytes
        Ends each reply on this interface.
    """

    unknown: list[str]
    unmodelled: list[str]
    busy: bool
    next_event_s: float
    reply_terminator: bytes

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one message, without its terminator; what must be said of MAV comes with it."""
        ...

    def poll(self) -> list[Reply]:
        """Do what is due now; return late and unsolicited replies."""
        ...

    def interrupts(self, message: str) -> bool:
        """Whether this message cancels what is in progress instead of queueing behind it."""
        ...

    def status_byte(self, *, message_available: bool) -> int:
        """Answer a serial poll, which takes the service request."""
        ...

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether the service request line is pulled now."""
        ...

    def device_clear(self) -> None:
        """Abandon what is in progress; settings stay."""
        ...

    def trigger(self) -> None:
        """Group execute trigger."""
        ...
