"""One procedure from the first message to the verified zero, and its folder on disk."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from vsmdaq import __version__
from vsmdaq.bench import Bench, WatchedSupply, zero
from vsmdaq.calibrate import artefact_of, ended_utc
from vsmdaq.campaigns.calibrations import REQUIRED, check_artefact, in_force
from vsmdaq.campaigns.completeness import record_doubts
from vsmdaq.campaigns.estimate import estimate, volt_per_moment
from vsmdaq.campaigns.interrupts import Interrupted
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.readiness import check_fields
from vsmdaq.campaigns.recording import record_points
from vsmdaq.campaigns.replay import description_of, reduce_folder
from vsmdaq.campaigns.session import Outcome, Progress, Session
from vsmdaq.record import EventLog, RecordError, RunFolder, next_run_id, save_artefact
from vsmdaq.reduce.corrections.image import check_same_image
from vsmdaq.terms import Artefact, Plan
from vsmdaq_drivers.contracts import MagnetStillOnError

__all__ = [
    "Measurement",
    "Outcome",
    "Progress",
    "Session",
    "carry_out",
    "check_limits",
    "conclude",
    "process",
    "run_job",
    "safe",
]


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
    now, runs = bench.clock.utc(), (session.out, session.calibrations.parent)
    artefacts = in_force(kind, bench.spec, [session.calibrations], now=now, runs=runs)
    if "moment" in REQUIRED.get(kind, ()):
        check_same_image(f"{kind} procedure", artefacts, job.procedure.without)
    doubts = {name: check_artefact(one, bench.spec, now=now, runs=runs) for name, one in artefacts.items()}
    estimated_s = estimate(job, bench.spec, volt_per_moment(artefacts)).total_s
    session.begin(job.procedure.name, estimated_s)
    phase = artefacts["phase"].values["signal_phase"].value if "phase" in artefacts else 0.0
    points_plan = plan_of(job.procedure)
    run_id = next_run_id(session.out, job.procedure.name)
    started_s, started_wall_s, operator_s = bench.clock.now(), session.wall_clock(), session.stage.took_s
    description = description_of(
        job, bench, artefacts, points_plan, phase_deg=phase, facts={**session.facts, "vsmdaq": __version__}
    )
    folder = RunFolder.create(session.out, run_id, description)
    measurement = Measurement(job, points_plan, artefacts, phase, folder)
    with folder.held(), EventLog(folder.events_jsonl, bench.clock, sync=session.sync) as events:
        events.record("start", {"procedure": kind, **process()})
        record_doubts(events, doubts, session.tell)
        carry_out(session, measurement, events)
        bench_time_s = bench.clock.now() - started_s
        # what nobody can estimate stands beside it
        idle = {"held_s": session.controls.held_s, "operator_s": session.stage.took_s - operator_s}
        events.record("end", {"bench_time_s": bench_time_s, "estimated_s": estimated_s, **idle})
    times = {"bench_time_s": bench_time_s, "wall_time_s": session.wall_clock() - started_wall_s}
    return conclude(session, folder, times)


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that measuring the points of a run takes, beside an open bench."""

    job: Job
    plan: Plan
    artefacts: Mapping[str, Artefact]
    phase_deg: float
    folder: RunFolder


def process() -> dict[str, object]:
    """Who we are, for the record and for those who ask who measures."""
    return {"pid": os.getpid(), "host": platform.node()}


def carry_out(session: Session, measurement: Measurement, events: EventLog) -> None:
    """Measure the points that the journal lacks; the magnet is made safe on every way out.

    Raises
    ------
    BenchError
        An instrument failed.
    Interrupted
        By a signal.
    """
    session.interrupts.look_for_stop_file(measurement.folder.path)
    session.controls.begin(
        measurement.folder.path,
        supply=WatchedSupply(session.bench),
        clock=session.bench.clock,
        events=events,
        tell=session.tell,
        interrupted=session.interrupts.check,
    )
    try:
        record_points(
            session,
            measurement.job,
            measurement.plan,
            measurement.artefacts,
            measurement.phase_deg,
            measurement.folder,
            events,
        )
    except Interrupted as error:
        events.record("interrupted", {"cause": error.cause}, durable=True)
        raise
    except Exception as error:
        with suppress(RecordError):  # which may be what failed
            events.record("failed", {"error": type(error).__name__, "message": str(error)}, durable=True)
        raise
    finally:
        session.controls.end()
        safe(session, events)


def conclude(session: Session, folder: RunFolder, times: Mapping[str, float]) -> Outcome:
    """Reduce what stands on disk; write the calibration that the run leaves, where it leaves one."""
    reduced = reduce_folder(folder, times=times)
    ended = ended_utc(folder) or session.bench.clock.utc()
    artefact = artefact_of(reduced.run, reduced.reduction, created_utc=ended, raw=folder.raw_csv)
    if artefact is not None:
        path = save_artefact(session.calibrations, artefact)
        session.tell(f"calibration written: {path}")
    return Outcome(folder, reduced, artefact, times["bench_time_s"])


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
