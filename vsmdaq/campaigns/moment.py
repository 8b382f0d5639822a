"""Measure the points of a VSM procedure: mount, set the lock-in, go through the plan."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vsmdaq.campaigns.controls import Controls
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.knobs import Knobs
from vsmdaq.campaigns.lockin_setup import as_it_was, policy_of, set_lockin
from vsmdaq.campaigns.repeat import repeat
from vsmdaq.campaigns.rewind import first_again, rewind, steps_done
from vsmdaq.campaigns.taking import Taker
from vsmdaq.measure import Window
from vsmdaq.record import EventLog
from vsmdaq.terms import Artefact, Course, MomentPoint, Plan, Step

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["measure_moments"]


def measure_moments(
    session: Session,
    job: Job,
    points_plan: Plan,
    artefacts: Mapping[str, Artefact],
    phase_deg: float,
    record: Callable[[MomentPoint], None],
    keep: Callable[[int, Window], None],
    events: EventLog,
    done: Sequence[MomentPoint] = (),
) -> None:
    """Measure every point of the plan and hand each to `record`, then its samples to `keep`.

    `done` are the points that stand in the record already: they are not measured again, but the field is taken through
    what the sample remembers of them.

    Raises
    ------
    BenchError
        From the instruments.
    Interrupted
        By a signal.
    """
    bench = session.bench
    lockin = bench.lockin
    if lockin is None or job.sample is None:
        raise ValueError("a moment procedure needs a lock-in and a sample")
    course = points_plan.course()
    steps = steps_done(course, done)
    planned = course.next()
    again = first_again(steps, None if planned is None else planned[1])
    knobs = Knobs(session, job, events)
    session.stage.mount(job.sample.name, events, anew=job.procedure.remount and not done)
    knobs.begin(steps[again] if again < len(steps) else None if planned is None else planned[1])
    set_lockin(lockin, job, phase_deg, events)
    if done:
        as_it_was(lockin, done[max(again - 1, 0)])
    taker = Taker(session, job.procedure, lockin, policy_of(bench, job, artefacts), knobs)
    taker.recall(tuple(done[:again]))
    rewind(points_plan, steps[:again], done[:again], taker.control, taker.detector.wait_until, events)
    with knobs:
        doubts = repeat(session, taker.detector, done[again:], steps[again:], _always(taker), events)
        if done:  # the pools know each point once, as it stands in the record
            taker.recall(tuple(done))
        for index, step in _wanted(session.controls, course, planned):
            taken = taker.take(index, step)
            if taken is None:
                session.controls.skip(index, step.field_a_per_m)
                continue
            point, window = taken
            if doubts:  # of the first point after an interruption
                point, doubts = replace(point, flags=(*point.flags, *doubts)), ()
            record(point)
            keep(index, window)
            course.saw(point)


def _always(taker: Taker) -> Callable[[int, Step], MomentPoint]:
    """Take points of which nobody is told that they could be skipped."""

    def take(index: int, step: Step) -> MomentPoint:
        taken = taker.take(index, step)
        if taken is None:
            raise ValueError("a point was skipped while nobody could ask for it")
        return taken[0]

    return take


def _wanted(
    controls: Controls, course: Course, planned: tuple[int, Step] | None
) -> Generator[tuple[int, Step], None, None]:
    """The points to measure from `planned` on, until the course or the user ends; those skipped before are passed over."""
    while planned is not None and not controls.finishing:
        if planned[0] not in controls.skipped:
            controls.point(planned[0])
            yield planned
        planned = course.next()
    if planned is not None:
        controls.finish()
