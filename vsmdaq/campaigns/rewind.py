"""Bring the sample to where its history had it: the approach of a new run, the turning points of one that goes on.

What a hysteretic sample remembers of its field is the sequence of extremes that no later one has passed (return-point memory:
Madelung's rules; the wiping-out property of the Preisach model, Mayergoyz, Phys. Rev. Lett. 56, 1518 (1986)). Going through these
again, in order, from the largest |H|, leaves it in the state that the whole history left it in. The same holds for the yoke.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsmdaq.measure import FieldControl
from vsmdaq.record import EventLog
from vsmdaq.terms import Course, InputError, MomentPoint, Plan, Problem, Step, WeightPoint

__all__ = [
    "REPEATED",
    "Visit",
    "first_again",
    "history",
    "remembered",
    "rewind",
    "rewind_weights",
    "steps_done",
    "visits",
]

REPEATED = 3
"""So many of the last points are measured again, unrecorded: lag, filter, range and noise pool are as they were, and it shows
whether the sample still is."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A field that the sample saw (A/m), and how long (s) it stood there; 0 where it was only gone through."""

    field_a_per_m: float
    hold_s: float = 0.0


def steps_done(course: Course, done: Sequence[MomentPoint]) -> tuple[Step, ...]:
    """Walk along a course by the points of the record; return the steps that they were measured at.

    Raises
    ------
    InputError
        The record does not follow the plan.
    """
    steps: list[Step] = []
    for point in done:
        planned = course.next()
        while planned is not None and planned[0] < point.index:  # the user skipped it
            planned = course.next()
        if planned is None or planned[0] != point.index or planned[1].field_a_per_m != point.set_field_a_per_m:
            there = f"point {point.index} at {point.set_field_a_per_m:g} A/m"
            wanted = "no more points" if planned is None else f"point {planned[0]} at {planned[1].field_a_per_m:g} A/m"
            advice = "The record and the plan do not belong together."
            raise InputError("raw.csv", (Problem(f"line {len(steps) + 3}", there, wanted, advice),))
        steps.append(planned[1])
        course.saw(point)
    return tuple(steps)


def first_again(steps: Sequence[Step], coming: Step | None) -> int:
    """Which of the steps that are done is the first to be measured again.

    The last few; where the next point waits for its time since its segment began, all of that segment: it begins anew.
    """
    first = max(0, len(steps) - REPEATED)
    if coming is not None and coming.after_s is not None and steps and steps[-1].segment == coming.segment:
        while first > 0 and steps[first - 1].segment == coming.segment:
            first -= 1
    return first


def visits(approach_a_per_m: Sequence[float], steps: Sequence[Step], done: Sequence[MomentPoint]) -> tuple[Visit, ...]:
    """All fields that a run took its sample through."""
    seen = [Visit(field) for field in approach_a_per_m]
    for step, point in zip(steps, done, strict=True):
        seen += [Visit(field) for field in step.via_a_per_m]
        seen.append(Visit(step.field_a_per_m, max(point.t_end_s - point.t_arrived_s, 0.0)))
    return tuple(seen)


def history(plan: Plan, done: Sequence[MomentPoint]) -> tuple[Visit, ...]:
    """What the sample remembers of a plan's approach and of the points that are done."""
    return remembered(visits(plan.approach_a_per_m, steps_done(plan.course(), done), done))


def remembered(seen: Sequence[Visit]) -> tuple[Visit, ...]:
    """The fields that are still remembered after all that were seen, in order; the last one is the present field.

    An extreme is forgotten, and the one before it with it, once the field goes beyond the latter. The first one is the
    largest |H|: a sample that comes from nowhere remembers nothing within it.
    """
    kept: list[Visit] = []
    for visit in seen:
        _take(kept, visit)
    return tuple(kept)


def _take(kept: list[Visit], new: Visit) -> None:
    while kept:
        last = kept[-1]
        if _same(last.field_a_per_m, new.field_a_per_m):
            kept.pop()
            new = Visit(new.field_a_per_m, max(last.hold_s, new.hold_s))
            continue
        before = kept[-2] if len(kept) > 1 else Visit(-last.field_a_per_m, last.hold_s)
        rises = new.field_a_per_m > last.field_a_per_m
        if len(kept) > 1 and rises == (last.field_a_per_m > before.field_a_per_m):
            kept.pop()  # it went on in the same direction: no extreme
        elif len(kept) == 1 and _goes_on(last, new):
            kept.pop()
        elif _passes(before, new, rises=rises):
            del kept[-2:]
        else:
            break
    kept.append(new)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def _goes_on(first: Visit, new: Visit) -> bool:
    """Whether a field goes farther out than the first one, on the same side."""
    return first.field_a_per_m * new.field_a_per_m >= 0.0 and abs(new.field_a_per_m) > abs(first.field_a_per_m)


def _passes(extreme: Visit, new: Visit, *, rises: bool) -> bool:
    """Whether a field reaches an earlier extreme. One where it stood is not quite reached by one that it was taken back from."""
    if _same(extreme.field_a_per_m, new.field_a_per_m):
        return new.hold_s > 0.0 or extreme.hold_s == 0.0
    return (new.field_a_per_m > extreme.field_a_per_m) == rises


def rewind(
    plan: Plan,
    steps: Sequence[Step],
    done: Sequence[MomentPoint],
    control: FieldControl,
    wait_until: Callable[[float], None],
    events: EventLog,
) -> None:
    """Take the field through the approach; where steps are done, through what the sample remembers of all, at their pace.

    Parameters
    ----------
    plan : Plan
        Its approach, and whether it is complete in itself.
    steps, done : sequence
        What was measured before, with the points of the record.
    control : FieldControl
        The magnet.
    wait_until : callable
        Waits until a bench time (s).
    events : EventLog
        Takes the fields.
    """
    if not done:
        for field in plan.approach_a_per_m:
            control.go_to(field)
        events.record("approached", {"field_a_per_m": list(plan.approach_a_per_m)})
        return
    through = remembered(visits(plan.approach_a_per_m, steps, done))
    _go_through(through, control, wait_until)
    events.record("rewound", {"field_a_per_m": [v.field_a_per_m for v in through], "points": len(done)}, durable=True)


def rewind_weights(
    approach_a_per_m: Sequence[float],
    done: Sequence[WeightPoint],
    control: FieldControl,
    wait_until: Callable[[float], None],
    events: EventLog,
) -> None:
    """As `rewind`, through the fields that the yoke has been through with one tube of a Gouy run."""
    seen = [Visit(field) for field in approach_a_per_m]
    seen += [Visit(point.set_field_a_per_m, point.t_end_s - point.t_start_s) for point in done]
    through = remembered(seen) if done else seen
    _go_through(through, control, wait_until)
    if done:
        fields = [visit.field_a_per_m for visit in through]
        events.record("rewound", {"field_a_per_m": fields, "points": len(done)}, durable=True)


def _go_through(through: Sequence[Visit], control: FieldControl, wait_until: Callable[[float], None]) -> None:
    for visit in through:
        arrival = control.go_to(visit.field_a_per_m)
        if visit.hold_s > 0.0:
            wait_until(arrival.time_s + visit.hold_s)
