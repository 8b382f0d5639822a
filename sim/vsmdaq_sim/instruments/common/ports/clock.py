"""The bench's time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["SimClock"]


class SimClock(Protocol):
    """The bench's time, s."""

    def now(self) -> float:
        """Seconds since the clock's zero."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Let time pass (>= 0)."""
        ...

    def utc(self) -> datetime:
        """Date and time that belong to `now()`."""
        ...
