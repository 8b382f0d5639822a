"""Go on with a run that was stopped, in another process: the points that are done stay, the others are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vsmdaq import __version__
from vsmdaq.calibrate import artefact_of
from vsmdaq.campaigns.calibrations import check_artefact
from vsmdaq.campaigns.changes import (
    Changes,
    bench_changes,
    calibration_changes,
    file_changes,
    identity_changes,
)
from vsmdaq.campaigns.completeness import record_doubts
from vsmdaq.campaigns.controls import skipped_points
from vsmdaq.campaigns.estimate import estimate, volt_per_moment
from vsmdaq.campaigns.job import Job, parse_job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.replay import reduce_folder
from vsmdaq.campaigns.rewind import steps_done
from vsmdaq.campaigns.run import Measurement, carry_out, check_limits, conclude, process
from vsmdaq.campaigns.session import Outcome, Session
from vsmdaq.formats.inputs import BenchSpec, DriverFacts, parse_bench
from vsmdaq.record import (
    BEGINNINGS,
    EventLog,
    RunFolder,
    artefact_from_json,
    find_artefacts,
    read_events,
    read_journal,
    save_artefact,
)
from vsmdaq.terms import Artefact, InputError, MomentPoint, Plan, Problem, WeightPoint

__all__ = ["Begun", "changes_since", "finish", "read_begun", "resume_job"]

NEWER = "Go on with the version of vsmdaq that began it, or begin a new run."


@dataclass(frozen=True, slots=True)
class Begun:
    """A run as an earlier process left it.

    Attributes
    ----------
    folder : RunFolder
        Where it is.
    job, plan, artefacts, phase_deg
        What it was begun with, from run.json alone.
    bench : BenchSpec
        The bench file as it was.
    identities : mapping of str to str
        Who the instruments were.
    seed : int or None
        Of a simulated bench.
    sources : mapping of str to Path
        Where its files were read.
    done : tuple of points
        What its journal holds.
    parts : int
        How many processes have measured it.
    elapsed_s : float
        Bench time that they took.
    complete : bool
        No point is lacking.
    """

    folder: RunFolder
    job: Job
    plan: Plan
    artefacts: Mapping[str, Artefact]
    phase_deg: float
    bench: BenchSpec
    identities: Mapping[str, str]
    seed: int | None
    sources: Mapping[str, Path]
    done: tuple[MomentPoint, ...] | tuple[WeightPoint, ...]
    parts: int
    elapsed_s: float
    complete: bool


def read_begun(folder: RunFolder, known_drivers: Mapping[str, DriverFacts]) -> Begun:
    """Read what a run was begun with and how far it came.

    Raises
    ------
    InputError
        run.json or raw.csv cannot be read, or this version makes another plan of the same procedure.
    """
    description = folder.description()
    try:
        sources = {str(name): Path(path) for name, path in description.get("sources", {}).items()}
        texts = {str(name): str(text) for name, text in description["files"].items()}
        phase_deg, digest = float(description["phase_deg"]), description["plan"]["digest"]
        identities = {str(role): str(text) for role, text in description["identities"].items()}
        recorded, seed = description["calibrations"].items(), description.get("seed")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = Problem("content", f"{type(error).__name__}: {error}", "the description of a run of this version")
        raise InputError(str(folder.run_json), (problem,)) from error
    artefacts = {str(kind): artefact_from_json(value, str(folder.run_json)) for kind, value in recorded}
    places = {name: sources.get(name, folder.run_json.with_name(f"run.json:{name}")) for name in texts}
    job = parse_job(texts, {"blank": folder.run_json, **places})
    bench = parse_bench(texts["bench"], places["bench"], known_drivers=known_drivers)
    plan = plan_of(job.procedure)
    if plan.digest != digest:
        written = f"that of vsmdaq {description.get('vsmdaq', 'before')}, digest {str(digest)[:12]}"
        problem = Problem("plan", f"digest {plan.digest[:12]} by vsmdaq {__version__}", written, NEWER)
        raise InputError(str(folder.path), (problem,))
    done = _done(folder, job)
    events = _events(folder)
    return Begun(
        folder=folder,
        job=job,
        plan=plan,
        artefacts=artefacts,
        phase_deg=phase_deg,
        bench=bench,
        identities=identities,
        seed=seed,
        sources=sources,
        done=done,
        parts=sum(event["kind"] in BEGINNINGS for event in events),
        elapsed_s=_elapsed_s(events, done),
        complete=_is_complete(plan, done, skipped_points(events), weights=job.procedure.kind == "gouy"),
    )


def _done(folder: RunFolder, job: Job) -> tuple[MomentPoint, ...] | tuple[WeightPoint, ...]:
    if not folder.raw_csv.exists():
        return ()
    if job.procedure.kind == "gouy":
        return read_journal(folder.raw_csv, WeightPoint).points
    return read_journal(folder.raw_csv, MomentPoint).points


def _is_complete(
    plan: Plan, done: tuple[MomentPoint, ...] | tuple[WeightPoint, ...], skipped: frozenset[int], *, weights: bool
) -> bool:
    if weights:
        return len(skipped.union(point.index for point in done)) >= 2 * len(plan.steps)
    course = plan.course()
    steps_done(course, [point for point in done if isinstance(point, MomentPoint)])
    planned = course.next()
    while planned is not None and planned[0] in skipped:
        planned = course.next()
    return planned is None


def _events(folder: RunFolder) -> tuple[dict[str, Any], ...]:
    return read_events(folder.events_jsonl)[0] if folder.events_jsonl.exists() else ()


def _elapsed_s(events: tuple[dict[str, Any], ...], done: tuple[MomentPoint, ...] | tuple[WeightPoint, ...]) -> float:
    """Bench time (s) of all parts; the clock of each may begin anew. One that was killed lasted until its last word."""
    begins = [number for number, event in enumerate(events) if event["kind"] in BEGINNINGS]
    firsts = [int(events[number].get("done", 0)) for number in begins]
    total_s = 0.0
    for part, begin in enumerate(begins):
        after, points_after = (*begins, len(events))[part + 1], (*firsts, len(done))[part + 1]
        times_s = [float(event["time_s"]) for event in events[begin:after]]
        times_s += [point.t_end_s for point in done[firsts[part] : points_after]]
        total_s += max(times_s) - times_s[0]
    return total_s


def changes_since(
    begun: Begun, bench: BenchSpec, calibrations: Path, *, another_way: bool, recorded_calibrations: bool
) -> Changes:
    """Compare what a run was begun with and what is there now.

    Parameters
    ----------
    begun : Begun
        The run.
    bench : BenchSpec
        The bench file now.
    calibrations : Path
        Where the bench's calibrations are.
    another_way : bool
        The user has named the bench file: other addresses are meant.
    recorded_calibrations : bool
        The user has said that the calibrations in run.json hold, whatever came since.
    """
    changes = bench_changes(begun.bench, bench, another_way=another_way) + file_changes(begun.job, begun.sources)
    if not recorded_calibrations:
        changes += calibration_changes(begun.job.procedure.kind, begun.artefacts, calibrations)
    return changes


def resume_job(session: Session, begun: Begun, facts: Mapping[str, object]) -> Outcome:
    """Measure the points that a run lacks.

    Parameters
    ----------
    session : Session
        Bench open, `Session.out` without effect.
    begun : Begun
        The run, held by the caller.
    facts : mapping
        More for the event ``resumed``.

    Raises
    ------
    InputError
        Before anything moves: other instruments than those that it was begun with.
    LimitError
        Before anything moves: the plan goes beyond what magnet or supply allow now.
    BenchError, Interrupted
        As for a run; the bench was made safe.
    """
    bench = session.bench
    session.interrupts.check()
    check_limits(bench, begun.job)
    now, runs = bench.clock.utc(), (begun.folder.path.parent, session.calibrations.parent)
    doubts = {k: check_artefact(one, bench.spec, now=now, runs=runs) for k, one in begun.artefacts.items()}
    if problems := identity_changes(begun.identities, bench.identities).problems:
        raise InputError(str(begun.folder.path), problems)
    total_s = estimate(begun.job, bench.spec, volt_per_moment(begun.artefacts)).total_s
    points = begun.plan.expected_points * (2 if begun.job.procedure.kind == "gouy" else 1)
    session.begin(begun.job.procedure.name, total_s * max(0.0, 1.0 - len(begun.done) / max(points, 1)))
    for derived in (begun.folder.result_json, begun.folder.mh_csv, begun.folder.report_html):
        derived.unlink(missing_ok=True)  # of the part that was done; whoever watches would take it for the end
    started_s, started_wall_s = bench.clock.now(), session.wall_clock()
    measurement = Measurement(begun.job, begun.plan, begun.artefacts, begun.phase_deg, begun.folder)
    with EventLog(begun.folder.events_jsonl, bench.clock, sync=session.sync) as events:
        about = {"done": len(begun.done), "part": begun.parts + 1, "vsmdaq": __version__, **process(), **facts}
        events.record("resumed", about, durable=True)
        record_doubts(events, doubts, session.tell)
        for problem in events.problems:
            events.record("torn_tail", {"file": begun.folder.events_jsonl.name, "found": str(problem)})
        carry_out(session, measurement, events)
        bench_time_s = begun.elapsed_s + bench.clock.now() - started_s
        events.record("end", {"bench_time_s": bench_time_s})
    times = {"bench_time_s": bench_time_s, "wall_time_s": session.wall_clock() - started_wall_s}
    return conclude(session, begun.folder, times)


def finish(begun: Begun, calibrations: Path) -> tuple[Outcome, tuple[str, ...]]:
    """What a complete run still lacks after a kill at its very end: its result, its calibration.

    Returns
    -------
    outcome : Outcome
        The run.
    lines : tuple of str
        What was made.
    """
    folder = begun.folder
    lines: list[str] = []
    if not folder.result_json.exists():
        lines.append("its result was not there yet")
    times = None if folder.result_json.exists() else {"bench_time_s": begun.elapsed_s, "wall_time_s": 0.0}
    reduced = reduce_folder(folder, times=times)
    events = _events(folder)
    ended = (
        datetime.fromisoformat(events[-1]["utc"])
        if events
        else datetime.fromisoformat(str(folder.description()["started_utc"]))
    )
    artefact = artefact_of(reduced.run, reduced.reduction, created_utc=ended, raw=folder.raw_csv)
    if artefact is not None:
        known = [
            one for _, one in find_artefacts([calibrations], artefact.kind) if one.raw_sha256 == artefact.raw_sha256
        ]
        if known:
            artefact = known[-1]
        else:
            lines.append(f"calibration written: {save_artefact(calibrations, artefact)}")
    return Outcome(folder, reduced, artefact, reduced.result.bench_time_s), tuple(lines)
