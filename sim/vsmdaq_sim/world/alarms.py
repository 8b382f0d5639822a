"""Actions that are to be done at a bench time."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush

__all__ = ["Alarms"]

Action = Callable[[], None]


class Alarms:
    """Actions by their times; those of one time in the order in which they were asked for."""

    __slots__ = ("_count", "_queue")

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Action]] = []
        self._count = 0

    def add(self, time_s: float, action: Action) -> None:
        """Have `action` done at a bench time, s."""
        self._count += 1
        heappush(self._queue, (time_s, self._count, action))

    @property
    def next_s(self) -> float:
        """Bench time of the next action, s; inf where there is none."""
        return self._queue[0][0] if self._queue else math.inf

    def take(self) -> tuple[float, Action]:
        """Take the next action away, with its time, s."""
        time_s, _, action = heappop(self._queue)
        return time_s, action
