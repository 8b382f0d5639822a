"""The commands below `vsmdaq calibrate`. Each imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["calibrate"]

calibrate = typer.Typer(
    help="What is calibrated on a bench, how it changes, and what to do next.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@calibrate.callback()
def calibrations() -> None:
    """What is calibrated on a bench, how it changes, and what to do next."""


@calibrate.command()
def status(
    bench: Annotated[Path, typer.Argument(help="Bench file (TOML).", metavar="BENCH")],
    out: Annotated[Path, typer.Option("--out", help="Where run folders are.", metavar="DIR")] = Path("runs"),
    page: Annotated[Path | None, typer.Option("--html", help="File for the control charts.", metavar="FILE")] = None,
    rules: Annotated[
        str, typer.Option("--rules", help="By which charts are judged: westgard or nelson.", metavar="NAME")
    ] = "westgard",
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 5 where something is missing, stale or drifted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False,
) -> None:
    """Say what is valid, stale, drifting or missing, and what to do next."""
    from vsmdaq.cli.calibration_status import StatusOptions, tell_status  # noqa: PLC0415 - only where it runs

    raise typer.Exit(tell_status(StatusOptions(bench, out, page, rules, strict, as_json)))


@calibrate.command()
def joint(
    bench: Annotated[Path, typer.Argument(help="Bench file (TOML).", metavar="BENCH")],
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Runs to weigh; all in --out that fit the bench, where none are named.", metavar="[RUN]..."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Where run folders are.", metavar="DIR")] = Path("runs"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False,
) -> None:
    """Weigh all calibrations of the moment against each other and write the one that follows from them."""
    from vsmdaq.cli.joining import JoinOptions, join_calibrations  # noqa: PLC0415 - only where it runs

    raise typer.Exit(join_calibrations(JoinOptions(bench, tuple(runs or ()), out, as_json)))
