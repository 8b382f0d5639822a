"""Time is injected: everything that waits or dates something is handed a Clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """Time of the bench: the wall clock of a real bench, the virtual clock of a simulated one."""

    def now(self) -> float:
        """Seconds since the clock's own zero; never goes back."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Let `duration_s` seconds (>= 0) of bench time pass."""
        ...

    def utc(self) -> datetime:
        """Date and time (UTC, aware) that belong to `now()`."""
        ...
