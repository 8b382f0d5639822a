"""When each point was there, and what was in memory."""

from __future__ import annotations

import os
import statistics
import time  # noqa: TID251 - wall time is what is measured
from array import array
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

__all__ = ["Stamps", "Summary"]

_STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    """Memory of this process (MB) that is in use; nan where the system does not tell."""
    if not _STATM.exists():
        return float("nan")
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Summary:
    """Median wall time (ms) a point; wall and processor time (s) of its first and last tenth; growth of memory (MB)."""

    points: int
    median_ms: float
    first_median_ms: float
    last_median_ms: float
    first_cpu_ms: float
    last_cpu_ms: float
    growth_mb: float

    def line(self, name: str) -> str:
        drift = 100.0 * (self.last_median_ms / self.first_median_ms - 1.0)
        cpu_drift = 100.0 * (self.last_cpu_ms / self.first_cpu_ms - 1.0)
        return (
            f"{name:46s} {self.points:7d} {self.median_ms:9.4f} {self.first_median_ms:9.4f} {self.last_median_ms:9.4f} "
            f"{drift:+6.1f} % {cpu_drift:+6.1f} % {self.growth_mb:+8.2f}"
        )


HEADER = (
    f"{'wall time a point, ms':46s} {'points':>7s} {'median':>9s} {'first':>9s} {'last':>9s} {'drift':>8s} {'of CPU':>8s} "
    f"{'MB more':>8s}"
)


class Stamps:
    """Takes the time at each point; call it once a point.

    Parameters
    ----------
    points : int
        How many there will be; room for them is taken now, so that it is no growth.
    """

    def __init__(self, points: int) -> None:
        self._wall_s = array("d", bytes(8 * points))
        self._cpu_s = array("d", bytes(8 * points))
        self._points = points
        self._next = 0
        self._began_mb = self._ended_mb = float("nan")

    def __call__(self, *_: object) -> None:
        """One more point is there."""
        at = self._next
        self._wall_s[at], self._cpu_s[at] = time.perf_counter(), time.process_time()
        self._next = at + 1
        if at == 0:
            self._began_mb = resident_mb()
        elif at == self._points - 1:
            self._ended_mb = resident_mb()

    @property
    def count(self) -> int:
        """How many there were."""
        return self._next

    def summary(self) -> Summary:
        """What they tell."""
        if self._next != self._points:
            raise RuntimeError(f"{self._next} points came instead of {self._points}")
        wall, cpu = self._wall_s, self._cpu_s
        steps_ms = [1e3 * (late - early) for early, late in pairwise(wall)]
        tenth = max(len(steps_ms) // 10, 1)
        return Summary(
            points=self._points,
            median_ms=statistics.median(steps_ms),
            first_median_ms=statistics.median(steps_ms[:tenth]),
            last_median_ms=statistics.median(steps_ms[-tenth:]),
            first_cpu_ms=1e3 * (cpu[tenth] - cpu[0]) / tenth,
            last_cpu_ms=1e3 * (cpu[-1] - cpu[-1 - tenth]) / tenth,
            growth_mb=self._ended_mb - self._began_mb,
        )
