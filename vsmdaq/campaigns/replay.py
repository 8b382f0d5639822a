"""Read a run back and reduce it: the same function whether it was measured a second or ten years ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vsmdaq.bench import Bench
from vsmdaq.campaigns.calibrations import check_artefact
from vsmdaq.campaigns.completeness import doubts_of, lacking, reduced_as_far_as_asked
from vsmdaq.campaigns.job import Job, parse_job
from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq.record import (
    RunFolder,
    artefact_from_json,
    artefact_to_json,
    load_result,
    read_journal,
    save_result,
    write_atomically,
    write_mh_csv,
)
from vsmdaq.reduce import Reduction, RunData
from vsmdaq.terms import Artefact, InputError, MomentPoint, Plan, Problem, Result, WeightPoint

__all__ = ["Reduced", "description_of", "load_run", "reduce_folder"]


@dataclass(frozen=True, slots=True)
class Reduced:
    """A run, its reduction and the result that was written; `problems` tells of a torn journal."""

    run: RunData
    reduction: Reduction
    result: Result
    problems: tuple[Problem, ...]


def description_of(
    job: Job,
    bench: Bench,
    artefacts: Mapping[str, Artefact],
    plan: Plan,
    *,
    phase_deg: float,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """What goes into run.json: all that the result depends on beside the points."""
    return {
        "procedure": job.procedure.kind,
        "name": job.procedure.name,
        "sample": _sample_name(job),
        "bench": bench.spec.name,
        "visa_library": bench.spec.visa_library,
        "started_utc": bench.clock.utc().isoformat(timespec="milliseconds"),
        "started_clock_s": bench.clock.now(),
        "identities": dict(bench.identities),
        "phase_deg": phase_deg,
        "plan": {
            "digest": plan.digest,
            "approach_a_per_m": list(plan.approach_a_per_m),
            "fields_a_per_m": list(plan.fields_a_per_m),
            "segments": list(plan.segments),
            "rule": repr(plan.rule) if plan.rule is not None else "",
        },
        "calibrations": {kind: artefact_to_json(artefact) for kind, artefact in artefacts.items()},
        "files": dict(job.texts),
        "sources": {name: str(path.absolute()) for name, path in job.sources.items()},
        **facts,
    }


def _sample_name(job: Job) -> str:
    if job.tube is not None:
        return job.tube.name
    return job.sample.name if job.sample is not None else ""


def load_run(
    folder: RunFolder, calibrations: Mapping[str, Artefact] | None = None, without: frozenset[str] = frozenset()
) -> tuple[RunData, tuple[Problem, ...]]:
    """Read a run from its folder; `calibrations` replace those recorded with it; corrections `without` are left out.

    Raises
    ------
    InputError
        run.json or raw.csv cannot be read: damaged line, missing text; or a calibration does not hold for the run, and the
        bench file of the run says "refuse".
    """
    description = folder.description()
    source = folder.run_json
    try:
        texts = {str(name): str(text) for name, text in description["files"].items()}
        phase_deg = float(description["phase_deg"])
        recorded = description["calibrations"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = Problem("content", f"{type(error).__name__}: {error}", "the description of a run of this version")
        raise InputError(str(source), (problem,)) from error
    artefacts = {str(kind): artefact_from_json(value, str(source)) for kind, value in recorded.items()}
    places = {name: source.with_name(f"run.json:{name}") for name in ("procedure", "sample", "blank", "bench")}
    job = parse_job(texts, places)
    bench = parse_bench(texts["bench"], places["bench"])
    artefacts |= calibrations or {}
    _doubts(calibrations or {}, bench, folder, description)
    moment: tuple[MomentPoint, ...] = ()
    weight: tuple[WeightPoint, ...] = ()
    if job.procedure.kind == "gouy":
        weights = read_journal(folder.raw_csv, WeightPoint)
        weight, problems = weights.points, weights.problems
    else:
        moments = read_journal(folder.raw_csv, MomentPoint)
        moment, problems = moments.points, moments.problems
    run = RunData(
        run_id=folder.run_id,
        bench=bench,
        procedure=job.procedure,
        sample=job.sample,
        tube=job.tube,
        moment_points=moment,
        weight_points=weight,
        artefacts=artefacts,
        phase_deg=phase_deg,
        without=job.procedure.without | without,
        utc_at_zero_s=_utc_at_zero_s(description),
    )
    return run, problems


def _utc_at_zero_s(description: Mapping[str, Any]) -> float | None:
    """When the clock of the points showed zero, s since 1970; None for a run that does not say."""
    try:
        began = datetime.fromisoformat(str(description["started_utc"]))
        return began.timestamp() - float(description["started_clock_s"])
    except (KeyError, TypeError, ValueError):
        return None


def _doubts(
    calibrations: Mapping[str, Artefact], bench: BenchSpec, folder: RunFolder, description: Mapping[str, Any]
) -> tuple[str, ...]:
    """What speaks against using calibrations for a run: they must have held when it began."""
    try:
        at = datetime.fromisoformat(str(description["started_utc"]))
        began = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except (KeyError, ValueError):  # a run that does not say when
        began = None
    places = (folder.path.parent,)
    found = [check_artefact(one, bench, now=began, runs=places) for one in calibrations.values()]
    return tuple(flag for flags in found for flag in flags)


def reduce_folder(
    folder: RunFolder,
    *,
    calibrations: Mapping[str, Artefact] | None = None,
    times: Mapping[str, float] | None = None,
    without: frozenset[str] = frozenset(),
) -> Reduced:
    """Reduce what stands in a run folder and write result.json and mh.csv.

    Parameters
    ----------
    folder : RunFolder
        The run.
    calibrations : mapping, optional
        Artefacts to use instead of those recorded with the run, by kind.
    times : mapping, optional
        bench_time_s and wall_time_s; taken from the existing result.json where not given.
    without : frozenset of str
        Corrections to leave out, beside those that the procedure leaves out.

    Raises
    ------
    InputError
        The run cannot be read or lacks what its reduction needs.
    """
    run, problems = load_run(folder, calibrations, without)
    reduction = reduced_as_far_as_asked(folder, run)
    if times is None:
        times = _recorded_times(folder)
    points = run.moment_points or run.weight_points
    doubts = _doubts(calibrations or {}, run.bench, folder, folder.description())
    flags = [*lacking(folder, run), *doubts_of(folder, calibrations or ()), *doubts, *reduction.flags]
    flags.extend(str(problem) for problem in problems)
    flags.extend(f"point {p.index}: {', '.join(p.flags)}" for p in run.moment_points if p.flags)
    result = Result(
        procedure=run.procedure.kind,
        sample=run.tube.name if run.tube else (run.sample.name if run.sample else ""),
        points=len(points),
        bench_time_s=times["bench_time_s"],
        wall_time_s=times["wall_time_s"],
        flags=tuple(dict.fromkeys(flags)),
        quantities=reduction.quantities,
    )
    used = {kind: artefact.digest for kind, artefact in run.artefacts.items()}
    header = {"schema": 1, "kind": "mh", "run_id": run.run_id, "procedure": run.procedure.kind, "calibrations": used}
    write_mh_csv(folder.mh_csv, reduction.table, header)
    for name, text in reduction.files.items():
        write_atomically(folder.path / name, text)
    save_result(folder.result_json, result)
    return Reduced(run, reduction, result, problems)


def _recorded_times(folder: RunFolder) -> dict[str, float]:
    if not folder.result_json.exists():
        return {"bench_time_s": 0.0, "wall_time_s": 0.0}
    before = load_result(folder.result_json)
    return {"bench_time_s": before.bench_time_s, "wall_time_s": before.wall_time_s}
