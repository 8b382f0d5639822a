"""The points of a run into its journal: a new one, or the one that an earlier process left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import count
from typing import TypeVar

from vsmdaq.campaigns.estimate import estimate, volt_per_moment
from vsmdaq.campaigns.gouy import measure_gouy
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.moment import measure_moments
from vsmdaq.campaigns.pace import Pace, pace_of
from vsmdaq.campaigns.session import Progress, Session
from vsmdaq.measure import Window
from vsmdaq.record import EventLog, Journal, RunFolder, SampleLog
from vsmdaq.terms import Artefact, MomentPoint, Plan, Problem, WeightPoint

__all__ = ["record_points"]

P = TypeVar("P", MomentPoint, WeightPoint)


def record_points(
    session: Session,
    job: Job,
    points_plan: Plan,
    artefacts: Mapping[str, Artefact],
    phase_deg: float,
    folder: RunFolder,
    events: EventLog,
) -> None:
    """Measure the points that the journal of the run does not hold yet, each on disk before it is told of.

    Raises
    ------
    BenchError
        From the instruments.
    InputError
        The journal that is there is damaged, or belongs to another plan.
    Interrupted
        By a signal.
    """
    spec = session.bench.spec
    pace = pace_of(job, spec, estimate(job, spec, volt_per_moment(artefacts)))
    with ExitStack() as stack:
        if job.procedure.kind == "gouy":
            weights, hung = _opened(session, folder, WeightPoint, stack, events)
            total = 2 * len(points_plan.steps)
            measure_gouy(
                session, job, points_plan, _recorder(session, folder, weights, total, hung, pace), events, hung
            )
            return
        moments, done = _opened(session, folder, MomentPoint, stack, events)
        keep: Callable[[int, Window], None] = lambda _index, _window: None  # noqa: E731 - the other branch is a function too
        if job.procedure.keep_samples:
            keep = _keeper(_samples(session, folder, stack, events))
        record = _recorder(session, folder, moments, points_plan.expected_points, done, pace)
        measure_moments(session, job, points_plan, artefacts, phase_deg, record, keep, events, done)


def _opened(
    session: Session, folder: RunFolder, point_type: type[P], stack: ExitStack, events: EventLog
) -> tuple[Journal[P], tuple[P, ...]]:
    """The journal, and what stands in it."""
    if not folder.raw_csv.exists():  # also of a run that was killed before it
        made = Journal.create(folder.raw_csv, point_type, run_id=folder.run_id, sync=session.sync)
        return stack.enter_context(made), ()
    journal, contents = Journal.reopen(folder.raw_csv, point_type, sync=session.sync)
    stack.enter_context(journal)
    _tell(session, folder.raw_csv.name, contents.problems, events)
    return journal, contents.points


def _samples(session: Session, folder: RunFolder, stack: ExitStack, events: EventLog) -> SampleLog:
    if folder.samples_csv.exists():
        samples, problems = SampleLog.reopen(folder.samples_csv, sync=session.sync)
        _tell(session, folder.samples_csv.name, problems, events)
    else:
        samples = SampleLog.create(folder.samples_csv, run_id=folder.run_id, sync=session.sync)
    stack.callback(samples.close)
    return samples


def _tell(session: Session, name: str, problems: tuple[Problem, ...], events: EventLog) -> None:
    for problem in problems:
        session.tell(f"{name}: {problem}")
        events.record("torn_tail", {"file": name, "found": str(problem)}, durable=True)


def _recorder(
    session: Session, folder: RunFolder, journal: Journal[P], total: int, done: tuple[P, ...], pace: Pace
) -> Callable[[P], None]:
    """A function that brings a point to disk and then, not before, tells of it."""
    started_s = session.bench.clock.now()
    number = count(len(done) + 1)
    for before in done:
        pace.saw(before)
    pace.broke_off()

    def record(point: P) -> None:
        journal.append(point)
        pace.saw(point, held_s=session.controls.held_s)
        elapsed_s = session.bench.clock.now() - started_s
        session.progress(Progress(folder.run_id, next(number), total, point, elapsed_s, pace.left_s))

    return record


def _keeper(samples: SampleLog) -> Callable[[int, Window], None]:
    def keep(index: int, window: Window) -> None:
        samples.append(
            index,
            [s.time_s for s in window.samples],
            [s.x_v_rms for s in window.samples],
            [s.y_v_rms for s in window.samples],
        )

    return keep
