"""The commands and their options. Each imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vsmdaq.cli.analysing import analyse
from vsmdaq.cli.calibrating import calibrate

__all__ = ["app", "main"]

app = typer.Typer(
    help="Measure M(H) and susceptibility with a VSM or a Gouy balance, on real instruments or a simulated bench.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sim = typer.Typer(help="The simulated world behind a simulated bench.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sim, name="sim")
app.add_typer(calibrate, name="calibrate")
app.add_typer(analyse, name="analyse")

BenchArgument = Annotated[Path, typer.Argument(help="Bench file (TOML).", metavar="BENCH")]
RunArgument = Annotated[Path, typer.Argument(help="Folder of a run.", metavar="RUN")]
OutOption = Annotated[Path, typer.Option("--out", help="Where run folders go.", metavar="DIR")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of a simulated bench.", min=0)]
ThenOption = Annotated[
    str | None, typer.Option("--then", help="Command to run at the very end, the bench safe.", metavar="COMMAND")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (DESIGN: 0, 2, 3, 4, 5, 129, 130, 143)."""
    from vsmdaq.cli.errors import exit_code_of

    return exit_code_of(lambda: app(arguments, standalone_mode=False))


def _version(show: bool) -> None:  # noqa: FBT001 - typer calls it so
    if show:
        from vsmdaq import __version__

        typer.echo(f"vsmdaq {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before the command."""
    del version


@app.command()
def demo(out: OutOption = Path("vsmdaq-demo"), seed: Annotated[int, typer.Option("--seed", min=0)] = 1) -> None:
    """Run the whole main job on the simulated bench; ends with the report's path."""
    from vsmdaq.cli.demo import run_demo

    raise typer.Exit(run_demo(out, seed))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")]) -> None:
    """Copy the starter set (benches, samples, procedures, simulated worlds) into a folder."""
    from vsmdaq.cli.starter import copy_starter_set

    copy_starter_set(folder)


@app.command()
def check(bench: BenchArgument, seed: SeedOption = None) -> None:
    """Check a bench: file, addresses, identities, limits; what is wrong and what to do."""
    from vsmdaq.cli.check import check_bench

    raise typer.Exit(check_bench(bench, seed))


@app.command()
def commission(
    bench: BenchArgument,
    out: OutOption = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", help="Ask nobody: the sample is taken as mounted.")] = False,
    seed: SeedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a bench through its first hour: sign, field constant, lag, noise, stop test, against its file."""
    from vsmdaq.cli.commissioning import CommissionOptions, commission_bench

    raise typer.Exit(commission_bench(CommissionOptions(bench, out, seed, yes, as_json)))


@app.command()
def run(
    procedures: Annotated[list[Path], typer.Argument(help="Procedure files, in order.", metavar="PROCEDURE...")],
    bench: Annotated[Path, typer.Option("--bench", help="Bench file.", metavar="BENCH")],
    sample: Annotated[Path | None, typer.Option("--sample", help="Sample file, instead of the procedure's.")] = None,
    out: OutOption = Path("runs"),
    seed: SeedOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nobody: everything is mounted as the plan wants.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show points, field profile and time; move nothing.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 5 where points are flagged.")] = False,
    then: ThenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run procedures on a bench, each into its own run folder."""
    from vsmdaq.cli.afterwards import ended_with
    from vsmdaq.cli.running import RunOptions, run_procedures

    options = RunOptions(bench, tuple(procedures), sample, out, seed, yes, dry_run, strict, as_json)
    raise typer.Exit(ended_with(then, lambda console: run_procedures(options, console)))


@app.command()
def queue(
    file: Annotated[Path, typer.Argument(help="Queue file (TOML).", metavar="QUEUE")],
    bench: Annotated[
        Path | None, typer.Option("--bench", help="Bench file, instead of the queue's.", metavar="BENCH")
    ] = None,
    out: OutOption = Path("runs"),
    seed: SeedOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nobody: everything is mounted as the plan wants.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the runs and their time; move nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 5 where points are flagged.")] = False,
    then: ThenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the procedures of a queue file on one bench; given again, it goes on where it was."""
    from vsmdaq.cli.afterwards import ended_with
    from vsmdaq.cli.queueing import QueueOptions, run_queue

    options = QueueOptions(file, bench, out, seed, yes, dry_run, strict, as_json)
    raise typer.Exit(ended_with(then, lambda console: run_queue(options, console)))


@app.command()
def resume(
    folder: RunArgument,
    bench: Annotated[
        Path | None,
        typer.Option("--bench", help="Bench file, where it moved or the addresses changed.", metavar="BENCH"),
    ] = None,
    recorded_calibrations: Annotated[
        bool, typer.Option("--recorded-calibrations", help="Those in run.json hold, whatever came since.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nobody: everything is mounted as the plan wants.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 5 where points are flagged.")] = False,
    then: ThenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was stopped; the points that are done stay."""
    from vsmdaq.cli.afterwards import ended_with
    from vsmdaq.cli.resuming import ResumeOptions, resume_run

    options = ResumeOptions(folder, bench, recorded_calibrations, yes, strict, as_json)
    raise typer.Exit(ended_with(then, lambda console: resume_run(options, console)))


@app.command()
def watch(
    folder: RunArgument,
    once: Annotated[bool, typer.Option("--once", help="Show it as it is now and end.")] = False,
) -> None:
    """Show M(H) while it is measured, from another terminal."""
    from vsmdaq.cli.watch import watch_run

    raise typer.Exit(watch_run(folder, once=once))


@app.command()
def ask(
    folder: RunArgument,
    what: Annotated[str, typer.Argument(help="hold, go-on, skip, finish or stop.", metavar="WHAT")],
) -> None:
    """Tell the process that measures a run to hold, go on, skip a point, finish early or stop."""
    from vsmdaq.cli.asking import ask_run

    raise typer.Exit(ask_run(folder, what))


@app.command()
def reduce(
    folder: RunArgument,
    calibration: Annotated[
        list[Path] | None,
        typer.Option(
            "--calibration",
            help="Artefact to use instead of the recorded one; two of moment, before and after, are a bracket.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Correction to leave out: shape, image, drift, field, background."),
    ] = None,
    monte_carlo: Annotated[
        int | None,
        typer.Option("--monte-carlo", help="Check the uncertainties by so many random draws.", metavar="N", min=100),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the draws; 1 if not given.", min=0)] = None,
    as_json: JsonOption = False,
) -> None:
    """Reduce a run again: raw.csv to result.json and mh.csv; with --monte-carlo to monte_carlo.json as well."""
    from vsmdaq.cli.reducing import reduce_again

    draws = (monte_carlo, seed)
    reduce_again(folder, tuple(calibration or ()), tuple(without or ()), draws, as_json=as_json)


@app.command()
def report(
    folder: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.", metavar="FILE")] = None,
    standard: Annotated[
        str | None, typer.Option("--standard", help="In the shape of a standard: a342, iec60404-15, iec60404-18.")
    ] = None,
    units: Annotated[str | None, typer.Option("--units", help="si or cgs, with --standard; si without it.")] = None,
    covariance: Annotated[
        Path | None, typer.Option("--covariance", help="Covariance of all points, as CSV.", metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the report of a run (or of a folder of runs): one HTML page that needs nothing else."""
    from vsmdaq.cli.reporting import ReportOptions, make_report

    make_report(ReportOptions(folder, out, standard, units, as_json, covariance))


@app.command()
def safe(bench: BenchArgument, seed: SeedOption = None) -> None:
    """Ask a running holder of the bench to stop, else ramp the magnet to zero here."""
    from vsmdaq.cli.safety import make_bench_safe

    raise typer.Exit(make_bench_safe(bench, seed))


@sim.command()
def truth(
    world: Annotated[Path, typer.Argument(help="World file (TOML).", metavar="WORLD")],
    sample: Annotated[str | None, typer.Option("--sample", help="Sample or tube of that world.")] = None,
    seed: SeedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what is true in a simulated world, under the names that results have."""
    from vsmdaq.cli.sim import print_truth

    print_truth(world, sample, seed, as_json=as_json)


@sim.command()
def serve(
    world: Annotated[Path, typer.Argument(help="World file (TOML).", metavar="WORLD")],
    bench: Annotated[
        Path | None, typer.Option("--bench", help="Bench file to rewrite with the addresses of this process.")
    ] = None,
    write_bench: Annotated[
        Path | None, typer.Option("--write-bench", help="Where the rewritten bench file goes.", metavar="FILE")
    ] = None,
    speed: Annotated[float, typer.Option("--speed", help="Seconds of bench time in a second.")] = 1.0,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    seed: SeedOption = None,
    session: Annotated[str, typer.Option("--session", help="Any text: another one is other noise.")] = "",
    log: Annotated[
        Path | None, typer.Option("--log", help="Write down every command and the true current.", metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Serve a world's instruments on this computer (TCP, HiSLIP, pseudo-terminals) until Ctrl-C."""
    from vsmdaq.cli.serving import rewriting_of, serve_world

    serve_world(
        world,
        rewriting=rewriting_of(bench, write_bench),
        speed=speed,
        host=host,
        seed=seed,
        session=session,
        as_json=as_json,
        log=log,
    )
