"""`vsmdaq demo`: phase, nickel, background, palladium, reference loop and Gouy on the simulated bench."""

from __future__ import annotations

from pathlib import Path

import typer

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console, summary
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.report import write_report
from vsmdaq.terms import InputError, Problem

__all__ = ["ORDER", "run_demo"]

ORDER = ("phase", "nickel", "background", "palladium", "loop", "gouy")
"""The empty holder comes before palladium: its diamagnetism is some percent of the palladium signal."""


def run_demo(out: Path, seed: int) -> int:
    """Run the campaign into `out` and write one report of it; returns the exit code.

    Raises
    ------
    InputError
        `out` holds something already: a record is never written over.
    """
    from vsmdaq_configs import starter_set  # noqa: PLC0415 - only init and demo know the starter set

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        problem = Problem("--out", "a folder with something in it", "a new or empty folder", "Nothing was written.")
        raise InputError(str(out), (problem,))
    starter = Path(str(starter_set()))
    bench = starter / "benches" / "simulated.toml"
    spec, text = load_bench(bench)
    procedures = tuple(starter / "procedures" / f"{name}.toml" for name in ORDER)
    options = RunOptions(bench, procedures, None, out, seed, yes=True, dry_run=False, strict=False, as_json=False)
    outcomes = measure(spec, text, [load_job(path) for path in procedures], options, Console.make())
    for outcome in outcomes:
        typer.echo(summary(outcome))
    typer.echo(f"report: {write_report(out, None)}")
    return 0
