"""Virtual time: only a number moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["VirtualClock"]


class VirtualClock:
    """The clock of a simulated bench.

    Parameters
    ----------
    epoch : datetime
        Date and time (aware) that belong to ``now() == 0``.
    """

    __slots__ = ("_alarms", "_epoch", "_next_s", "_now_s")

    def __init__(self, epoch: datetime) -> None:
        if epoch.tzinfo is None:
            raise ValueError(f"epoch {epoch!r} has no time zone; an aware datetime is needed")
        self._epoch = epoch.astimezone(UTC)
        self._now_s = 0.0
        self._alarms: dict[Callable[[], None], float] = {}
        self._next_s = math.inf  # of the first of them

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
        target_s = self._now_s + duration_s
        if target_s < self._next_s:
            self._now_s = target_s
        else:
            self._pass_to(target_s)

    def sleep_until(self, time_s: float) -> None:
        """Let bench time pass until `time_s`; returns at once where that is already past.

        Raises
        ------
        ValueError
            Where `time_s` is not finite.
        """
        if not math.isfinite(time_s):
            raise ValueError(f"sleep until {time_s!r} s was asked for; allowed are finite times")
        self._pass_to(time_s)

    def wake(self, whom: Callable[[], None], time_s: float) -> None:
        """Call `whom` once, when the clock comes to `time_s`; inf calls it off. One time for each."""
        if time_s < math.inf:
            self._alarms[whom] = time_s
        else:
            self._alarms.pop(whom, None)
        self._next_s = min(self._alarms.values(), default=math.inf)

    def _pass_to(self, target_s: float) -> None:
        """Move on, with a stop at each alarm on the way; one that lets time pass itself may come to the target first."""
        while self._next_s <= target_s:
            whom = min(self._alarms, key=self._alarms.__getitem__)
            self._now_s = max(self._now_s, self._alarms[whom])
            self.wake(whom, math.inf)
            whom()
        self._now_s = max(self._now_s, target_s)

    def utc(self) -> datetime:
        """Date and time (UTC, aware) that belong to `now()`."""
        return self._epoch + timedelta(seconds=self._now_s)
