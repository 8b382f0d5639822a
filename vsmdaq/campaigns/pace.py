"""How much time is left of a run: the plan's own times, corrected by how long its points really took.

Ramps and dwells are corrected apart. A ramp of predicted length l is taken to last a·l + b: a supply that is ramped by
software is slower by a share, messages and polling add a constant. a and b are fitted to the ramps so far, tied to 1 and 0 as
if a few ramps had told so. The dwell is the mean so far, tied to the estimate in the same way. What lasted far longer than
expected (a hold, a mounting, a lost connection) counts as only so much longer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from vsmdaq.campaigns.estimate import Duration
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.way import Way, way_of
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.terms import MomentPoint, WeightPoint

__all__ = ["Pace", "pace_of"]

TIED = 2.0
"""The estimate counts as much as so many points."""

LONGEST = 4.0
"""What lasts more than so many times what is expected, and a second, is cut there: it will not happen at every point."""


def pace_of(job: Job, bench: BenchSpec, parts: Duration) -> Pace:
    """The pace of a procedure before its first point, from its estimate."""
    plan = plan_of(job.procedure)
    way = way_of(job, bench)
    total = max(plan.expected_points * (2 if job.procedure.kind == "gouy" else 1), 1)
    return Pace(way, total, max(parts.total_s - parts.ramps_s - math.fsum(way.waits_s), 0.0) / total, parts.total_s)


class Pace:
    """Time left, corrected with every point.

    Parameters
    ----------
    way : Way
        Predicted ramps and waits.
    total : int
        Number of points, about.
    dwell_s : float
        Estimated time at a point, s.
    total_s : float
        Estimated time of all, s: what is left before the first point.
    """

    def __init__(self, way: Way, total: int, dwell_s: float, total_s: float) -> None:
        self._way = way
        self._total = total
        self._total_s = total_s
        self._dwell_s = dwell_s
        self._rest_legs_s = _rests(way.legs_s)
        self._rest_waits_s = _rests(way.waits_s)
        # sums of a least-squares line through (leg, ramp)
        self._n = self._l = self._ll = self._y = self._ly = 0.0
        self._dwells = 0
        self._dwell_sum_s = 0.0
        self._done = 0
        self._last: tuple[int, float | None] | None = None
        self._held_s = 0.0

    def broke_off(self) -> None:
        """What follows is measured by another process: the time in between tells nothing."""
        if self._last is not None:
            self._last = (self._last[0], None)

    def saw(self, point: MomentPoint | WeightPoint, *, held_s: float = 0.0) -> None:
        """Take note of a point.

        Parameters
        ----------
        point : MomentPoint or WeightPoint
            As recorded, in order.
        held_s : float
            Bench time since the beginning for which the run was held.
        """
        before = self._last
        arrived_s = point.t_arrived_s if isinstance(point, MomentPoint) else point.t_start_s
        if before is not None and before[1] is not None:  # of a relaxation, arrived is when its segment began
            arrived_s = max(arrived_s, before[1])
        wait_s = self._way.waits_s[point.index] if point.index < len(self._way.waits_s) else 0.0
        dwell_s = max(point.t_end_s - arrived_s - wait_s, 0.0)
        self._dwell_sum_s += min(dwell_s, LONGEST * self.dwell_s + 1.0)
        self._dwells += 1
        if before is not None and before[1] is not None and point.index == before[0] + 1:
            self._ramp(point.index, max(arrived_s - before[1] - (held_s - self._held_s), 0.0))
        self._held_s = held_s
        self._last = (point.index, point.t_end_s)
        self._done += 1

    def _ramp(self, index: int, ramp_s: float) -> None:
        leg_s = self._way.legs_s[index] if index < len(self._way.legs_s) else 0.0
        share, constant_s = self._line()
        ramp_s = min(ramp_s, LONGEST * (share * leg_s + constant_s) + 1.0)
        self._n += 1.0
        self._l += leg_s
        self._ll += leg_s * leg_s
        self._y += ramp_s
        self._ly += leg_s * ramp_s

    def _line(self) -> tuple[float, float]:
        """Slope a and constant b (s) of ramp = a·leg + b."""
        # as if TIED ramps as long as those so far had lain on ramp = leg, and one of no length had taken no time
        tie = TIED * max(self._ll / max(self._n, 1.0), 1e-12)
        ll, n, ly = self._ll + tie, self._n + 1.0, self._ly + tie
        determinant = ll * n - self._l * self._l
        return (ly * n - self._l * self._y) / determinant, (ll * self._y - self._l * ly) / determinant

    @property
    def dwell_s(self) -> float:
        """Time at a point, s."""
        return (TIED * self._dwell_s + self._dwell_sum_s) / (TIED + self._dwells)

    @property
    def left_s(self) -> float:
        """Bench time (s) to zero after the last point."""
        if self._last is None:
            return self._total_s
        index = self._last[0]
        share, constant_s = self._line()
        if index + 1 < len(self._rest_legs_s) or len(self._way.legs_s) >= self._total:
            points = max(len(self._way.legs_s) - index - 1, 0)
            legs_s, waits_s = _at(self._rest_legs_s, index + 1), _at(self._rest_waits_s, index + 1)
        else:  # a rule places them: the ramps to come are like those so far
            points = max(self._total - self._done, 0)
            legs_s, waits_s = 0.0, 0.0
        return share * legs_s + waits_s + points * (constant_s + self.dwell_s) + self._way.back_s


def _rests(parts_s: Sequence[float]) -> tuple[float, ...]:
    """Sums from each part to the end."""
    return tuple(accumulate(reversed(parts_s)))[::-1]


def _at(rests_s: Sequence[float], index: int) -> float:
    return rests_s[index] if index < len(rests_s) else 0.0
