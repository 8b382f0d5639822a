"""`vsmdaq watch`: M(H) of a run that another process is writing, how it stands, and when it should end."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from vsmdaq.campaigns.standing import Standing, speed_of_run, standing_of, time_left_s
from vsmdaq.cli.console import end_of
from vsmdaq.record import RunFolder, journal_kind, read_journal
from vsmdaq.report import text_plot
from vsmdaq.terms import MomentPoint, WeightPoint
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["watch_run"]

EVERY_S = 1.0

FLAGS_SHOWN = 5
"""So many of the last flagged points are named; the number of all of them is."""

Points = tuple[MomentPoint, ...] | tuple[WeightPoint, ...]


def watch_run(path: Path, *, once: bool) -> int:
    """Draw the curve, again with each new point or state, until the run is over or Ctrl-C; nothing is written to its folder.

    Parameters
    ----------
    path : Path
        The run folder.
    once : bool
        Show it as it is now and return 0.

    Returns
    -------
    code : int
        0 where the run is done, 130 where it was interrupted, 3 where it failed or its process is gone.

    Raises
    ------
    InputError
        It is no run folder, or its journal is damaged.
    """
    folder = RunFolder.open(path)
    total = _total(folder)
    clock = SystemClock()
    shown: tuple[int, Standing] | None = None
    while True:
        standing = standing_of(folder)  # before the points: what is over gets no more of them
        points = _points(folder)
        if (len(points), standing) != shown:
            shown = len(points), standing
            if sys.stdout.isatty() and not once:
                typer.echo("\x1b[2J\x1b[H", nl=False)
            typer.echo(_page(folder, points, total, standing))
        if once or standing.over:
            return 0 if once else standing.exit_code
        clock.sleep(EVERY_S)


def _total(folder: RunFolder) -> int:
    """Number of points; 0 where it is not fixed in advance."""
    plan = folder.description()["plan"]
    if plan.get("rule"):
        return 0
    return len(plan["fields_a_per_m"]) * (2 if folder.description()["procedure"] == "gouy" else 1)


def _points(folder: RunFolder) -> Points:
    if not folder.raw_csv.exists():
        return ()
    if journal_kind(folder.raw_csv) == "weight":
        return read_journal(folder.raw_csv, WeightPoint).points
    return read_journal(folder.raw_csv, MomentPoint).points


def _page(folder: RunFolder, points: Points, total: int, standing: Standing) -> str:
    done = f"{len(points)} of {total} points" if total else f"{len(points)} points"
    state = f", {standing.text}" if standing.text else ""
    head = f"{folder.run_id}: {done}{state}{_left(folder, standing)}"
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
    plot = text_plot(fields, values, 72, 20, "H (kA/m)", label)
    return "\n".join([head, plot, f"H = {last.field_a_per_m / 1e3:+.3f} kA/m, {now}", *_flags(points)])


def _left(folder: RunFolder, standing: Standing) -> str:
    """Time left and the clock time of the end, while points are to come."""
    if standing.state not in {"measuring", "held"}:
        return ""
    left_s = time_left_s(folder)
    if left_s is None:
        return ""
    speed = speed_of_run(folder)
    end = "" if speed is None or standing.state == "held" else f", until {end_of(left_s, speed)}"
    return f"; {left_s:.0f} s left{end}"


def _flags(points: Points) -> list[str]:
    flagged = [point for point in points if point.flags]
    if not flagged:
        return []
    named = [f"  point {point.index}: {', '.join(point.flags)}" for point in flagged[-FLAGS_SHOWN:]]
    return [f"{len(flagged)} of them flagged:", *named]
