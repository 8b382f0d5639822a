"""`vsmdaq watch`: M(H) of a run that another process is writing."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from vsmdaq.record import RunFolder, journal_kind, read_journal
from vsmdaq.report import text_plot
from vsmdaq.terms import MomentPoint, WeightPoint
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["watch_run"]

EVERY_S = 1.0


def watch_run(path: Path, *, once: bool) -> None:
    """Draw the curve, again with each new point, until the run has its result or Ctrl-C.

    Raises
    ------
    InputError
        It is no run folder, or its journal is damaged.
    """
    folder = RunFolder.open(path)
    total = _total(folder)
    clock = SystemClock()
    shown = -1
    while True:
        points = _points(folder)
        if len(points) != shown:
            shown = len(points)
            if sys.stdout.isatty() and not once:
                typer.echo("\x1b[2J\x1b[H", nl=False)
            typer.echo(_page(folder, points, total))
        if once or folder.result_json.exists():
            return
        clock.sleep(EVERY_S)


def _total(folder: RunFolder) -> int:
    description = folder.description()
    return len(description["plan"]["fields_a_per_m"]) * (2 if description["procedure"] == "gouy" else 1)


def _points(folder: RunFolder) -> tuple[MomentPoint, ...] | tuple[WeightPoint, ...]:
    if not folder.raw_csv.exists():
        return ()
    if journal_kind(folder.raw_csv) == "weight":
        return read_journal(folder.raw_csv, WeightPoint).points
    return read_journal(folder.raw_csv, MomentPoint).points


def _page(folder: RunFolder, points: tuple[MomentPoint, ...] | tuple[WeightPoint, ...], total: int) -> str:
    head = f"{folder.run_id}: {len(points)} of {total} points"
    if not points:
        return head
    fields = [point.field_a_per_m / 1e3 for point in points]
    last = points[-1]
    if isinstance(last, MomentPoint):
        values = [p.x_v_rms * 1e6 for p in points if isinstance(p, MomentPoint)]
        label = "X (µV rms)"
        now = f"X = {last.x_v_rms:+.4e} V ± {last.u_x_v_rms:.1e} V"
    else:
        values = [p.mass_kg * 1e6 for p in points if isinstance(p, WeightPoint)]
        label = "mass (mg)"
        now = f"m = {last.mass_kg * 1e3:.5f} g ± {last.u_mass_kg * 1e6:.3f} mg"
    flags = f"  flags: {', '.join(last.flags)}" if last.flags else ""
    plot = text_plot(fields, values, 72, 20, "H (kA/m)", label)
    return f"{head}\n{plot}\nH = {last.field_a_per_m / 1e3:+.3f} kA/m, {now}{flags}"
