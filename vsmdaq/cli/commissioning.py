"""`vsmdaq commission`: the first hour on a bench."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from vsmdaq.bench import open_bench
from vsmdaq.campaigns.commission import Commissioned, Finding, Place, commission
from vsmdaq.cli.console import Console
from vsmdaq.cli.holding import held_for_moving
from vsmdaq.cli.running import load_bench
from vsmdaq.record import next_run_id
from vsmdaq.record.jsontext import pretty_json

__all__ = ["CommissionOptions", "commission_bench", "table_of"]


@dataclass(frozen=True, slots=True)
class CommissionOptions:
    """Options of the command, as typed."""

    bench: Path
    out: Path
    seed: int | None
    yes: bool
    as_json: bool


def commission_bench(options: CommissionOptions) -> int:
    """Commission a bench and print what was found; returns the exit code.

    Raises
    ------
    InputError
        The bench file is wrong.
    BenchError
        An instrument is absent or failed; where the bench was open it was made safe.
    Interrupted
        By a signal; the bench was made safe.
    """
    spec, bench_text = load_bench(options.bench)
    console = Console.make()
    name = next_run_id(options.out, "commission")
    with (
        held_for_moving(spec, name, console.tell, seed=options.seed) as interrupts,
        open_bench(spec, frozenset({"lockin"}), seed=options.seed, session=name, unattended=options.yes) as bench,
    ):
        folder = options.out / name
        folder.mkdir(parents=True)
        facts = {"seed": options.seed, "bench_file": bench_text}
        result = commission(Place(bench, folder, interrupts, facts, console.tell))
    if options.as_json:
        typer.echo(pretty_json(result.to_json()), nl=False)
    else:
        typer.echo(table_of(result))
        typer.echo(f"record: {folder}")
        typer.echo(f"lines for the bench file, to be looked at one by one: {folder / 'suggested-bench.toml'}")
    return 0


def table_of(result: Commissioned) -> str:
    """The verdict list as people read it, worst first at the end."""
    rows = [(f.step, f.name, _number(f.value, f.u, f.unit), _stated(f), _verdict(f)) for f in result.findings]
    rows.insert(0, ("step", "what", "found", "bench file", "verdict"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    ]
    lines = [line.rstrip() for line in lines]
    for verdict in ("skipped", "doubtful", "disagree"):
        of_it = [finding for finding in result.findings if finding.verdict == verdict]
        lines += [f"{verdict}: {finding.step}.{finding.name}: {finding.text}" for finding in of_it]
    counts = result.to_json()["verdicts"]
    lines.append(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return "\n".join(lines)


def _number(value: float | None, u: float | None, unit: str) -> str:
    if value is None:
        return ""
    spread = f" ± {u:.2g}" if u and u > 1e-9 * abs(value) else ""
    return f"{value:.6g}{spread} {unit}".rstrip()


def _stated(finding: Finding) -> str:
    return "" if finding.stated is None else _number(finding.stated, finding.u_stated, finding.unit)


def _verdict(finding: Finding) -> str:
    return finding.verdict if finding.score is None else f"{finding.verdict} ({finding.score_kind} {finding.score:.2g})"
