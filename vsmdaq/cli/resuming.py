"""`vsmdaq resume`: go on with a run in a new process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from vsmdaq.bench import known_drivers
from vsmdaq.campaigns import Outcome
from vsmdaq.campaigns.resume import Begun, changes_since, finish, read_begun, resume_job
from vsmdaq.cli.console import Console, summary
from vsmdaq.cli.holding import holding, make_safe_first
from vsmdaq.cli.running import load_bench, placed
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import LockedError, RunFolder, result_to_json
from vsmdaq.terms import InputError, Problem

__all__ = ["ResumeOptions", "go_on", "resume_run"]


@dataclass(frozen=True, slots=True)
class ResumeOptions:
    """Options of the command, as typed."""

    folder: Path
    bench: Path | None = None
    recorded_calibrations: bool = False
    yes: bool = False
    strict: bool = False
    as_json: bool = False


def resume_run(options: ResumeOptions, console: Console) -> int:
    """Go on with a run; returns the exit code."""
    outcome = go_on(options, console)
    if options.as_json:
        typer.echo(json.dumps(result_to_json(outcome.reduced.result), indent=2))
    else:
        typer.echo(summary(outcome))
    return 5 if options.strict and outcome.reduced.result.flags else 0


def go_on(options: ResumeOptions, console: Console, *, sync: Callable[[int], None] = os.fsync) -> Outcome:
    """Measure what a run lacks, or say that it lacks nothing.

    Parameters
    ----------
    options : ResumeOptions
        As typed.
    console : Console
        Whom to tell.
    sync : callable
        fsync; another one only where its cost is studied.

    Raises
    ------
    InputError
        It is no run, or bench, sample, procedure, plan, calibrations or instruments are not as they were: all is named.
    LockedError
        Another process measures it, or holds an instrument of the bench.
    """
    folder = RunFolder.open(options.folder)
    with folder.held():
        begun = read_begun(folder, known_drivers())
        if begun.complete:
            return _finished(begun, console)
        spec = _bench(begun, options.bench)
        calibrations = spec.calibrations or folder.path.parent / "calibrations"
        changes = changes_since(
            begun,
            spec,
            calibrations,
            another_way=options.bench is not None,
            recorded_calibrations=options.recorded_calibrations,
        )
        for remark in changes.remarks:
            console.tell(remark)
        if changes.problems:
            raise InputError(str(folder.path), changes.problems)
        console.tell(f"{folder.run_id}: {len(begun.done)} points are done; going on")
        # two parts of a run never share their noise
        name = f"{folder.run_id}-resumed-{begun.parts}"
        with placed(
            spec,
            [begun.job],
            name,
            out=folder.path.parent,
            seed=begun.seed,
            yes=options.yes,
            console=console,
            sync=sync,
        ) as place:
            outcome = resume_job(place, begun, {"session": name, "bench_file": str(spec.source.absolute())})
            console.end(outcome)
            return outcome


def _bench(begun: Begun, given: Path | None) -> BenchSpec:
    """The bench file that was named, or the one that the run was begun with."""
    path = given or begun.sources.get("bench")
    if path is None or not path.is_file():
        where = "not recorded" if path is None else f"no file {path}"
        raise InputError(
            str(begun.folder.path), (Problem("bench file", where, "the bench file", "Name it with --bench."),)
        )
    return load_bench(path)[0]


def _finished(begun: Begun, console: Console) -> Outcome:
    """Nothing is to be measured; a magnet that a killed process left on is brought to zero all the same."""
    console.tell(f"{begun.folder.run_id}: all {len(begun.done)} points are done; nothing is moved")
    spec = begun.bench
    try:
        with holding(spec, begun.folder.run_id) as lock:
            make_safe_first(lock, spec, console.tell, seed=begun.seed)
    except LockedError:
        console.tell("another process has the bench")
    outcome, lines = finish(begun, spec.calibrations or begun.folder.path.parent / "calibrations")
    for line in lines:
        console.tell(line)
    return outcome
