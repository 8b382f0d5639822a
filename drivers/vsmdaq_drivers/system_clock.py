"""The clock on the wall: the only place where the project asks the operating system for the time."""

from __future__ import annotations

import time  # noqa: TID251  this is the system clock that everything else is handed
from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """Bench time of a real bench, in seconds since the clock was made; satisfies `contracts.Clock`."""

    def __init__(self) -> None:
        self._zero_s = time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was made; never goes back, whatever happens to the computer's date."""
        return time.monotonic() - self._zero_s

    def sleep(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass.

        Raises
        ------
        ValueError
            For a negative duration.
        """
        if not duration_s >= 0:
            raise ValueError(f"cannot sleep for {duration_s} s")
        time.sleep(duration_s)

    def utc(self) -> datetime:
        """Date and time as the computer has them now (UTC, aware)."""
        return datetime.now(tz=UTC)
