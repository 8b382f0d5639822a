"""Virtual time: only a number moves."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

__all__ = ["VirtualClock"]


class VirtualClock:
    """The clock of a simulated bench.

    Parameters
    ----------
    epoch : datetime
        Date and time (aware) that belong to ``now() == 0``.
    """

    __slots__ = ("_epoch", "_now_s")

    def __init__(self, epoch: datetime) -> None:
        if epoch.tzinfo is None:
            raise ValueError(f"epoch {epoch!r} has no time zone; an aware datetime is needed")
        self._epoch = epoch.astimezone(UTC)
        self._now_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch of this clock; never goes back."""
        return self._now_s

    def sleep(self, duration_s: float) -> None:
        """Let bench time pass.

        Raises
        ------
        ValueError
            Where `duration_s` is negative or not finite.
        """
        if not 0.0 <= duration_s < math.inf:
            raise ValueError(f"sleep of {duration_s!r} s was asked for; allowed are finite durations >= 0")
        self._now_s += duration_s

    def sleep_until(self, time_s: float) -> None:
        """Let bench time pass until `time_s`; returns at once where that is already past.

        Raises
        ------
        ValueError
            Where `time_s` is not finite.
        """
        if not math.isfinite(time_s):
            raise ValueError(f"sleep until {time_s!r} s was asked for; allowed are finite times")
        self._now_s = max(self._now_s, time_s)

    def utc(self) -> datetime:
        """Date and time (UTC, aware) that belong to `now()`."""
        return self._epoch + timedelta(seconds=self._now_s)
