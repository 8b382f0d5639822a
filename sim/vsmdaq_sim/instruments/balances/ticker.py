"""Lines that come by themselves: at an interval, made when the host next looks, with the weight of that moment."""

from __future__ import annotations

import math

from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["Ticker"]

_MOST_MISSED_LINES = 4096


class Ticker:
    """Counts the ticks of an interval.

    Parameters
    ----------
    clock : SimClock
        The bench's clock.

    Attributes
    ----------
    next_s : float
        Bench time of the next tick, s; ``inf`` while it stands.
    """

    def __init__(self, clock: SimClock) -> None:
        self.next_s = math.inf
        self._clock = clock
        self._interval_s = math.inf

    @property
    def running(self) -> bool:
        """Whether it ticks."""
        return self.next_s < math.inf

    def start(self, interval_s: float) -> None:
        """Tick from now on; ``inf`` never."""
        self._interval_s = interval_s
        self.next_s = self._clock.now() + interval_s

    def stop(self) -> None:
        """Stand still."""
        self.next_s = math.inf

    def due(self) -> int:
        """How many ticks passed since the last look."""
        now_s = self._clock.now()
        if self.next_s > now_s:
            return 0
        missed = 1 + int((now_s - self.next_s) / self._interval_s)
        self.next_s += missed * self._interval_s
        if self.next_s <= now_s:  # rounding
            self.next_s = now_s + self._interval_s
        return min(missed, _MOST_MISSED_LINES)
