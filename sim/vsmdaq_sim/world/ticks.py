"""Instants at which instruments look by themselves: whole multiples of an interval."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Ticks"]


def _last(time_s: float, interval_s: float) -> int:
    tick = int(time_s / interval_s)
    return tick + 1 if (tick + 1) * interval_s <= time_s else tick


class Ticks:
    """Ticks of several instruments, of which only the last before a look matters.

    Parameters
    ----------
    intervals_s : mapping of str to float
        Interval by instrument.
    """

    __slots__ = ("_intervals_s", "next_s")

    def __init__(self, intervals_s: Mapping[str, float]) -> None:
        self._intervals_s = tuple(intervals_s.items())
        self.next_s = min(intervals_s.values())
        """Bench time of the next tick of any of them, s."""

    def pass_to(self, until_s: float) -> list[tuple[float, str]]:
        """Get the last tick of each instrument up to a time, s, in order."""
        lasts = [(_last(until_s, interval), interval, who) for who, interval in self._intervals_s]
        self.next_s = min((last + 1) * interval for last, interval, _ in lasts)
        return sorted((last * interval, who) for last, interval, who in lasts)
