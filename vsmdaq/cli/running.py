"""`vsmdaq run`: procedures one after the other on one open bench."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import typer

from vsmdaq.bench import known_drivers, open_bench
from vsmdaq.campaigns import Job, Outcome, Session, load_job, run_job
from vsmdaq.campaigns.calibrations import check_ahead
from vsmdaq.campaigns.controls import KEYS_TEXT, Controls
from vsmdaq.campaigns.estimate import estimate
from vsmdaq.campaigns.operator import Stage
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.readiness import check_balance, check_fields
from vsmdaq.campaigns.roles import check_roles, roles_of
from vsmdaq.campaigns.run import check_limits
from vsmdaq.campaigns.standing import SIMULATED
from vsmdaq.cli.console import Console, speed_of, summary
from vsmdaq.cli.holding import held_for_moving
from vsmdaq.cli.keys import Keys, Undisturbed
from vsmdaq.formats.inputs import BenchSpec, parse_bench, read_text
from vsmdaq.record import latest_artefact, next_run_id, result_to_json
from vsmdaq.terms import InputError
from vsmdaq_drivers.contracts import CurrentLimits
from vsmdaq_drivers.system_clock import SystemClock

__all__ = [
    "RunOptions",
    "check_calibrations",
    "check_dry",
    "load_bench",
    "measure",
    "placed",
    "run_procedures",
    "volt_per_moment_in",
]

STEP_A = 1e-3
"""Set-points of a dry run are compared with the limits to 1 mA: the supply, which knows its step, is not asked."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of the command, as typed."""

    bench: Path
    procedures: tuple[Path, ...]
    sample: Path | None
    out: Path
    seed: int | None
    yes: bool
    dry_run: bool
    strict: bool
    as_json: bool


def load_bench(path: Path) -> tuple[BenchSpec, str]:
    """Read a bench file; returns it with its text.

    Raises
    ------
    InputError
        Everything that is wrong with it.
    """
    text = read_text(path, "bench file")
    return parse_bench(text, path, known_drivers=known_drivers()), text


def run_procedures(options: RunOptions, console: Console) -> int:
    """Run (or only show) the procedures; returns the exit code."""
    spec, bench_text = load_bench(options.bench)
    jobs = [load_job(path, options.sample) for path in options.procedures]
    for job in jobs:
        check_balance(job.procedure.kind, spec)
        check_roles(job.procedure, spec, unattended=options.yes)
    if options.dry_run:
        for job in jobs:
            _show(job, spec, options, console)
        _tell_of_calibrations(jobs, spec, options, console)
        return 0
    outcomes = measure(spec, bench_text, jobs, options, console)
    if not options.as_json:
        for outcome in outcomes:
            typer.echo(summary(outcome))
    results = [result_to_json(outcome.reduced.result) for outcome in outcomes]
    if options.as_json:
        typer.echo(json.dumps(results[0] if len(results) == 1 else results, indent=2))
    flagged = any(outcome.reduced.result.flags for outcome in outcomes)
    return 5 if options.strict and flagged else 0


def measure(
    spec: BenchSpec,
    bench_text: str,
    jobs: list[Job],
    options: RunOptions,
    console: Console,
    *,
    session: str = "",
    sync: Callable[[int], None] = os.fsync,
) -> list[Outcome]:
    """Open the bench, run every job, close it; each outcome is told as it comes.

    Parameters
    ----------
    spec, bench_text, jobs, options, console
        What to run, where, and whom to tell.
    session : str
        Name of the noise of a simulated bench; that of the first run where not given.
    sync : callable
        fsync; another one only where its cost is studied.
    """
    check_calibrations([job.procedure.kind for job in jobs], spec, options.out)
    session_name = session or next_run_id(options.out, jobs[0].procedure.name)
    outcomes: list[Outcome] = []
    with placed(
        spec, jobs, session_name, out=options.out, seed=options.seed, yes=options.yes, console=console, sync=sync
    ) as place:
        for job in jobs:  # the last one as well, before the first one moves anything
            check_limits(place.bench, job)
        for job in jobs:
            texts, sources = {**job.texts, "bench": bench_text}, {**job.sources, "bench": spec.source}
            outcome = run_job(place, replace(job, texts=texts, sources=sources))
            outcomes.append(outcome)
            console.end(outcome)
    return outcomes


@contextmanager
def placed(
    spec: BenchSpec,
    jobs: Sequence[Job],
    session_name: str,
    *,
    out: Path,
    seed: int | None,
    yes: bool,
    console: Console,
    sync: Callable[[int], None] = os.fsync,
) -> Generator[Session]:
    """Hold and open the bench for some jobs; what a dead holder left behind is made safe first.

    Parameters
    ----------
    spec, jobs
        The bench, and what is to run on it.
    session_name : str
        Name of the noise of a simulated bench, and of the run in others' messages.
    out, seed, yes, console, sync
        As for the command.
    """
    roles = frozenset[str]().union(*(roles_of(job.procedure, spec) for job in jobs))
    console.speed = speed_of(spec)
    with (
        held_for_moving(spec, session_name, console.tell, seed=seed) as interrupts,
        open_bench(spec, roles, seed=seed, session=session_name, unattended=yes) as opened,
        Keys.of_terminal() as keys,
    ):
        bench = replace(opened, operator=Undisturbed(opened.operator, keys))
        if keys.there:
            console.tell(KEYS_TEXT)
        yield Session(
            bench=bench,
            out=out,
            calibrations=spec.calibrations or out / "calibrations",
            interrupts=interrupts,
            facts={"seed": seed},
            stage=Stage(bench.operator, interrupts, bench.clock.now),
            wall_clock=SystemClock().now,
            tell=console.tell,
            begin=console.begin,
            progress=console.progress,
            sync=sync,
            controls=Controls(keys, console.began),
        )


def check_calibrations(kinds: Sequence[str], spec: BenchSpec, out: Path) -> None:
    """See that the calibrations in force hold, before any instrument is asked.

    The age waits for the clock of the bench where that is another one than this computer's.

    Raises
    ------
    InputError
        Some do not, or are missing.
    """
    simulated = spec.visa_library.endswith(SIMULATED)
    if simulated and not Path(spec.visa_library.removesuffix(SIMULATED)).is_file():
        return  # its name is a part of the bench's name: that there is no such world says more
    calibrations = spec.calibrations or out / "calibrations"
    now = None if simulated else SystemClock().utc()
    check_ahead(kinds, spec, [calibrations], now=now, runs=(out,))


def _tell_of_calibrations(jobs: Sequence[Job], spec: BenchSpec, options: RunOptions, console: Console) -> None:
    """A plan may be looked at before anything is calibrated: what a run would refuse is told."""
    try:
        check_calibrations([job.procedure.kind for job in jobs], spec, options.out)
    except InputError as error:
        console.tell(f"it would be refused as things stand: {error}")


def volt_per_moment_in(calibrations: Path) -> float | None:
    """Signal per moment, V rms/(A m2), by the latest calibration in a folder; None where there is none."""
    artefact = latest_artefact([calibrations], "moment")
    return None if artefact is None else 1.0 / artefact.values["moment_per_volt"].value


def check_dry(job: Job, spec: BenchSpec) -> None:
    """Refuse what goes beyond the limits in the bench file, before any instrument is asked. Raises InputError."""
    constant = spec.magnet.field_constant_per_m.value
    check_fields(job.procedure, _limits(spec), field_constant_per_m=constant, resolution_a=STEP_A)


def _limits(spec: BenchSpec) -> CurrentLimits:
    """Limits as far as the file tells them; the supply is not asked."""
    return CurrentLimits(spec.magnet.max_current_a, spec.magnet.max_rate_a_per_s)


def _show(job: Job, spec: BenchSpec, options: RunOptions, console: Console) -> None:
    """Show what a procedure would do: points, field profile, time and its end."""
    from vsmdaq.report import text_plot  # noqa: PLC0415

    points = plan_of(job.procedure)
    check_dry(job, spec)
    parts = estimate(job, spec, volt_per_moment_in(spec.calibrations or options.out / "calibrations"))
    console.tell(f"{job.procedure.name}: nothing is moved (--dry-run)")
    fields = points.fields_a_per_m
    typer.echo(f"{job.procedure.name}: {job.procedure.kind}, {len(fields)} fields")
    typer.echo(f"  approach: {', '.join(f'{h / 1e3:+g}' for h in points.approach_a_per_m) or 'none'} kA/m")
    typer.echo("  fields (kA/m): " + " ".join(f"{h / 1e3:+.4g}" for h in fields))
    typer.echo(text_plot(list(range(1, len(fields) + 1)), [h / 1e3 for h in fields], 64, 12, "point", "H (kA/m)"))
    end = SystemClock().utc() + timedelta(seconds=parts.total_s)
    typer.echo(
        f"  estimated: {parts.total_s:.0f} s (ramps {parts.ramps_s:.0f}, settling {parts.settling_s:.0f}, "
        f"averaging {parts.averaging_s:.0f}); started now it ends at {end:%Y-%m-%d %H:%M:%S} UTC"
    )
