"""A loop whose points are placed as its signal bends, from the points that were measured already and nothing else.

The first branch goes in equal steps. The second is laid out by the first turned over (M of one branch at H is -M of the other at
-H), the third by the second, which by then is known finely; and each by its own last points as well, so that a loop that is not
symmetric is followed too. Straight lines between the points are off by |M''| L²/8 at a step L: that is kept below the tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vsmdaq.formats.inputs.placement import Adaptive
from vsmdaq.terms import Course, MomentPoint, Plan, Step

__all__ = ["AdaptiveLoop", "plan_adaptive"]

_GROWTH = 2.0
"""A step is at most so many times the one before."""

_SIGMAS = 2.0
"""A bend counts as far as it stands out of the noise by so many standard uncertainties."""

_UNRESOLVED = 5.0
"""Where the steps of the branch before were too long for its bends, these may be so many times sharper than they looked."""

_SHORTER = 0.85
_BRANCHES = 3


def plan_adaptive(approach_a_per_m: tuple[float, ...], wanted: Adaptive) -> Plan:
    """Plan of a loop: its ends are fixed, the rest is the rule's."""
    start, stop = wanted.start_a_per_m, wanted.stop_a_per_m
    ends = (Step(start, 0), Step(stop, 0), Step(start, 1), Step(stop, 2))
    return Plan(approach_a_per_m, ends, AdaptiveLoop(wanted))


@dataclass(frozen=True, slots=True)
class AdaptiveLoop:
    """Places the points of a loop."""

    wanted: Adaptive

    @property
    def expected_points(self) -> int:
        """How many points there will be where the branches look like a tanh."""
        wanted = self.wanted
        length = abs(wanted.stop_a_per_m - wanted.start_a_per_m)
        # the integral of sqrt|tanh''| over its argument is 3.39; each doubled step on the way in and out is one more point
        fine = length / wanted.max_step_a_per_m + 3.39 / math.sqrt(8.0 * wanted.tolerance)
        fine += 2.0 * math.log2(wanted.max_step_a_per_m / wanted.min_step_a_per_m)
        return 1 + wanted.coarse_steps + (_BRANCHES - 1) * math.ceil(fine)

    def course(self, steps: Sequence[Step]) -> Course:
        """Begin a walk; `steps` are the ends of the branches."""
        return _AdaptiveCourse(self.wanted, steps)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a point said: where it was asked for, signal and its noise (V rms)."""

    field: float
    signal: float
    u: float


class _AdaptiveCourse:
    """The walk; all that it knows are the points that it saw, and which were asked for again without being seen: skipped."""

    def __init__(self, wanted: Adaptive, steps: Sequence[Step]) -> None:
        self._wanted = wanted
        self._first = steps[0]
        self._ends = [step.field_a_per_m for step in steps[1:]]
        self._branches: list[list[_Seen]] = [[]]
        self._here: float | None = None
        self._index = 0
        self._given: Step | None = None

    def next(self) -> tuple[int, Step] | None:
        if self._given is not None:
            self._index += 1
            self._go(self._given.field_a_per_m, None)
        self._given = self._step()
        return None if self._given is None else (self._index, self._given)

    def saw(self, point: MomentPoint) -> None:
        self._given = None
        self._index = point.index + 1
        self._go(point.set_field_a_per_m, _Seen(point.set_field_a_per_m, point.x_v_rms, point.u_x_v_rms))

    def _step(self) -> Step | None:
        if self._here is None:
            return self._first
        number = len(self._branches) - 1
        if number == _BRANCHES:
            return None
        end, here = self._ends[number], self._here
        length = self._length(here, end)
        left = abs(end - here)
        if left <= length * (1.0 + 1e-9):
            return Step(end, number)
        length = 0.5 * left if left < 1.5 * length else length
        return Step(here + math.copysign(length, end - here), number)

    def _go(self, field: float, seen: _Seen | None) -> None:
        """Take note that the field is there, and of the point if there is one."""
        points = [] if seen is None else [seen]
        self._branches[-1] += points
        begun, self._here = self._here is not None, field
        if begun and field == self._ends[len(self._branches) - 1]:
            self._branches.append(list(points))  # where a branch ends the next one begins

    def _length(self, here: float, end: float) -> float:
        """Length of the next step."""
        wanted, branch = self._wanted, self._branches[-1]
        if len(self._branches) == 1:
            return abs(end - self._first.field_a_per_m) / wanted.coarse_steps
        limit = wanted.tolerance * self._half_range()
        before = [_Seen(-seen.field, -seen.signal, seen.u) for seen in self._branches[-2]]
        length = wanted.max_step_a_per_m
        own = 0.0
        if len(branch) > 1:
            length = min(length, _GROWTH * abs(branch[-1].field - branch[-2].field))
        if len(branch) > 2:
            own = _bend(branch[-3:])
        bends = _bends(before, limit)
        way = math.copysign(1.0, end - here)
        while length > wanted.min_step_a_per_m:
            low, high = sorted((here, here + way * length))
            known = max((bend for a, b, bend in bends if b > low and a < high), default=0.0)
            if max(own, known) * length**2 / 8.0 <= limit:
                return length
            length *= _SHORTER
        return wanted.min_step_a_per_m

    def _half_range(self) -> float:
        signals = [seen.signal for branch in self._branches for seen in branch]
        return 0.5 * (max(signals) - min(signals)) if signals else 0.0


def _bends(points: Sequence[_Seen], limit: float) -> list[tuple[float, float, float]]:
    """For each interval of a branch its lower and upper field, and the larger bend of its two ends, as far as it is resolved."""
    at = [_bend(points[k - 1 : k + 2]) for k in range(1, len(points) - 1)]
    ends = [at[0], *at, at[-1]] if at else []
    pairs = zip(points, points[1:], ends, ends[1:], strict=False)
    found: list[tuple[float, float, float]] = []
    for a, b, p, q in pairs:
        low, high = sorted((a.field, b.field))
        bend = max(p, q)
        resolved = bend * (high - low) ** 2 / 8.0 <= 2.0 * limit
        found.append((low, high, bend if resolved else _UNRESOLVED * bend))
    return found


def _bend(three: Sequence[_Seen]) -> float:
    """|M''| of three points, less its noise."""
    a, b, c = three
    before, after = b.field - a.field, c.field - b.field
    if before == 0.0 or after == 0.0:
        return 0.0
    across = before + after
    value = 2.0 * ((c.signal - b.signal) / after - (b.signal - a.signal) / before) / across
    noise = 2.0 / across * math.hypot(c.u / after, b.u * (1.0 / after + 1.0 / before), a.u / before)
    return max(abs(value) - _SIGMAS * noise, 0.0)
