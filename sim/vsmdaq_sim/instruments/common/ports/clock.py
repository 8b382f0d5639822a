"""The bench's time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

__all__ = ["BenchClock", "SimClock"]


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


class BenchClock(SimClock, Protocol):
    """A clock that wakes those who have something to do at a time."""

    def wake(self, whom: Callable[[], None], time_s: float) -> None:
        """Call `whom` once, when bench time comes to `time_s`; inf calls it off. One time for each."""
        ...
