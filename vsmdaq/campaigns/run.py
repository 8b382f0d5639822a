"""One procedure from the first message to the verified zero, and its folder on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from vsmdaq import __version__
from vsmdaq.bench import Bench, zero
from vsmdaq.calibrate import artefact_of
from vsmdaq.campaigns.calibrations import in_force
from vsmdaq.campaigns.estimate import estimate
from vsmdaq.campaigns.gouy import measure_gouy
from vsmdaq.campaigns.interrupts import Interrupted, Interrupts
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.moment import measure_moments
from vsmdaq.campaigns.operator import Stage
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.readiness import check_fields
from vsmdaq.campaigns.replay import Reduced, description_of, reduce_folder
from vsmdaq.measure import Window
from vsmdaq.record import EventLog, Journal, RecordError, RunFolder, SampleLog, next_run_id, save_artefact
from vsmdaq.terms import Artefact, MomentPoint, Plan, WeightPoint
from vsmdaq_drivers.contracts import BenchError, MagnetStillOnError

__all__ = ["Outcome", "Progress", "Session", "check_limits", "run_job"]

Point = MomentPoint | WeightPoint
P = TypeVar("P", MomentPoint, WeightPoint)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is told while a run goes on: done of total, the point just recorded, bench time (s) since the start."""

    run_id: str
    done: int
    total: int
    point: Point
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Session:
    """An open bench and where its runs go.

    Attributes
    ----------
    bench : Bench
        Open, identified, prepared.
    out : Path
        Runs become folders in it.
    calibrations : Path
        Where new artefacts go and old ones are found.
    interrupts : Interrupts
        Entered by the caller.
    facts : mapping
        More for run.json: text of the bench file, seed, library versions.
    stage : Stage
        What is mounted now.
    tell, begin, progress : callable
        Take a line; name and expected bench time (s) of a run that is about to move something; each point once it is on disk.
    wall_clock : callable
        Seconds of the wall clock.
    sync : callable
        fsync of the journal; another one only where its cost is studied.
    """

    bench: Bench
    out: Path
    calibrations: Path
    interrupts: Interrupts
    facts: Mapping[str, Any]
    stage: Stage
    wall_clock: Callable[[], float]
    tell: Callable[[str], None] = lambda _: None
    begin: Callable[[str, float], None] = lambda _name, _expected_s: None
    progress: Callable[[Progress], None] = lambda _: None
    sync: Callable[[int], None] = os.fsync


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its folder, what was reduced from it, the artefact that it left (or None)."""

    folder: RunFolder
    reduced: Reduced
    artefact: Artefact | None
    bench_time_s: float


def check_limits(bench: Bench, job: Job) -> None:
    """Raise LimitError where a procedure goes beyond what magnet or supply allow; nothing is moved."""
    check_fields(
        job.procedure,
        bench.supply.limits,
        field_constant_per_m=bench.spec.magnet.field_constant_per_m.value,
        resolution_a=bench.supply.resolution_a,
    )


def run_job(session: Session, job: Job) -> Outcome:
    """Run one procedure.

    The magnet is made safe on every way out; the result is reduced from what stands on disk, as `reduce` would.

    Raises
    ------
    InputError
        Before anything moves: a calibration is missing or does not hold here.
    LimitError
        Before anything moves: the plan goes beyond what magnet or supply allow.
    BenchError
        An instrument failed; the bench was made safe (or MagnetStillOnError says that it was not).
    Interrupted
        By a signal; the bench was made safe.
    """
    bench = session.bench
    session.interrupts.check()
    check_limits(bench, job)
    kind = job.procedure.kind
    artefacts = in_force(kind, bench.spec, [session.calibrations])
    session.begin(job.procedure.name, estimate(job, bench.spec, _volt_per_moment(artefacts)).total_s)
    phase = artefacts["phase"].values["signal_phase"].value if "phase" in artefacts else 0.0
    points_plan = plan_of(job.procedure)
    run_id = next_run_id(session.out, job.procedure.name)
    started_s, started_wall_s = bench.clock.now(), session.wall_clock()
    description = description_of(
        job, bench, artefacts, points_plan, phase_deg=phase, facts={**session.facts, "vsmdaq": __version__}
    )
    folder = RunFolder.create(session.out, run_id, description)
    with EventLog(folder.events_jsonl, bench.clock, sync=session.sync) as events:
        events.record("start", {"procedure": kind})
        try:
            _measure(session, job, points_plan, artefacts, phase, folder, events)
        except Interrupted as error:
            events.record("interrupted", {"cause": error.cause}, durable=True)
            raise
        except BenchError as error:
            events.record("failed", {"error": type(error).__name__, "message": str(error)}, durable=True)
            raise
        finally:
            safe(session, events)
        bench_time_s = bench.clock.now() - started_s
        events.record("end", {"bench_time_s": bench_time_s})
    times = {"bench_time_s": bench_time_s, "wall_time_s": session.wall_clock() - started_wall_s}
    reduced = reduce_folder(folder, times=times)
    artefact = artefact_of(reduced.run, reduced.reduction, created_utc=bench.clock.utc(), raw=folder.raw_csv)
    if artefact is not None:
        path = save_artefact(session.calibrations, artefact)
        session.tell(f"calibration written: {path}")
    return Outcome(folder, reduced, artefact, bench_time_s)


def _volt_per_moment(artefacts: Mapping[str, Artefact]) -> float | None:
    """Signal per moment, V rms/(A m2), where a calibration tells it."""
    return 1.0 / artefacts["moment"].values["moment_per_volt"].value if "moment" in artefacts else None


def _measure(
    session: Session,
    job: Job,
    points_plan: Plan,
    artefacts: Mapping[str, Artefact],
    phase_deg: float,
    folder: RunFolder,
    events: EventLog,
) -> None:
    """Measure all points into the journal of the run."""
    if job.procedure.kind == "gouy":
        with Journal.create(folder.raw_csv, WeightPoint, run_id=folder.run_id, sync=session.sync) as weights:
            measure_gouy(
                session,
                job,
                points_plan,
                _recorder(session, folder.run_id, weights, 2 * len(points_plan.steps)),
                events,
            )
        return
    with ExitStack() as stack:
        moments = stack.enter_context(
            Journal.create(folder.raw_csv, MomentPoint, run_id=folder.run_id, sync=session.sync)
        )
        keep: Callable[[int, Window], None] = lambda _index, _window: None  # noqa: E731 - the other branch is a function too
        if job.procedure.keep_samples:
            samples = SampleLog.create(folder.samples_csv, run_id=folder.run_id, sync=session.sync)
            stack.callback(samples.close)
            keep = _keeper(samples)
        record = _recorder(session, folder.run_id, moments, points_plan.expected_points)
        measure_moments(session, job, points_plan, artefacts, phase_deg, record, keep, events)


def _recorder(session: Session, run_id: str, journal: Journal[P], total: int) -> Callable[[P], None]:
    """A function that brings a point to disk and then, not before, tells of it."""
    started_s = session.bench.clock.now()
    done = count(1)

    def record(point: P) -> None:
        journal.append(point)
        elapsed_s = session.bench.clock.now() - started_s
        session.progress(Progress(run_id, next(done), total, point, elapsed_s))

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


def safe(session: Session, events: EventLog) -> None:
    """Bring the magnet to zero, verified, whatever happened; what is found goes into the record.

    Raises
    ------
    MagnetStillOnError
        It could not be brought to zero; that is recorded as well.
    """

    def record(kind: str, text: str) -> None:
        session.tell(text)
        try:
            events.record(kind, {"text": text}, durable=True)
        except RecordError as error:  # a full disk must not stand between the magnet and zero
            session.tell(str(error))

    try:
        zero(session.bench, lambda text: record("safe", text))
    except MagnetStillOnError as error:
        record("unsafe", str(error))
        raise
