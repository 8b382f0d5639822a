"""The figures of a report. Each takes columns as they stand in raw.csv and mh.csv, and returns SVG text, or None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vsmdaq.report.data import Check, Columns
from vsmdaq.report.series import FloatArray, IntArray, branch_of, column, moment_columns, scale
from vsmdaq.report.svg import render_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "check_figure",
    "gouy_figure",
    "line_figure",
    "loop_figure",
    "low_field_figure",
    "quality_figure",
    "signal_figure",
]

DOWN, UP, GREY, ACCENT = "#b03a48", "#2467a8", "#9aa4ae", "#c77d0a"
_BRANCHES = (("descending", -1, DOWN, "v"), ("ascending", 1, UP, "^"))


def _zero_lines(axes: Axes) -> None:
    axes.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    axes.axvline(0, color=GREY, linewidth=0.6, zorder=0)


def _draw_branches(axes: Axes, x: FloatArray, y: FloatArray, u: FloatArray, branch: IntArray) -> None:
    """Both branches with their colours; bars of 2 u."""
    for name, sign, colour, marker in _BRANCHES:
        chosen = branch == sign
        if not chosen.any():
            continue
        axes.plot(x[chosen], y[chosen], color=colour, linewidth=0.7, alpha=0.5)
        axes.errorbar(x[chosen], y[chosen], yerr=2 * u[chosen], fmt="none", ecolor=colour, elinewidth=0.7)
        axes.plot(x[chosen], y[chosen], marker, color=colour, markersize=2.8, markeredgewidth=0, label=name)


def loop_figure(name: str, points: Columns, derived: Columns) -> str | None:
    """Raw signal against measured field, and the corrected curve against the internal field, side by side.

    Parameters
    ----------
    name : str
        Name of the figure on its page.
    points, derived : mapping of str to sequence
        Columns of raw.csv and mh.csv.

    Returns
    -------
    svg : str or None
        None where the columns it needs are missing.
    """
    raw_field, raw, u_raw = (column(points, key) for key in ("field_a_per_m", "x_v_rms", "u_x_v_rms"))
    field, found = column(derived, "field_internal_a_per_m"), moment_columns(derived)
    if raw_field is None or raw is None or u_raw is None or field is None or found is None:
        return None
    values, u, symbol, unit = found
    raw_factor, raw_unit = scale(raw, "V rms")
    factor, unit = scale(values, unit)

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        _zero_lines(left)
        _zero_lines(right)
        _draw_branches(left, raw_field / 1e3, raw * raw_factor, u_raw * raw_factor, branch_of(points, raw_field))
        left.set(title="as measured", xlabel="H measured (kA/m)", ylabel=f"X ({raw_unit})")
        _draw_branches(right, field / 1e3, values * factor, u * factor, branch_of(points, field))
        right.set(title="corrected", xlabel="H internal (kA/m)", ylabel=f"{symbol} ({unit})")
        right.legend(loc="upper left")

    return render_svg(name, draw, height_in=3.1)


def low_field_figure(name: str, points: Columns, derived: Columns, coercive_field_a_per_m: float | None) -> str | None:
    """The middle of a loop, three times the coercive field to each side, and half the distance of its branches.

    The distance must come to zero towards high field: a loop that drifts or is not saturated does not close.
    None where the middle holds too few points.
    """
    field, found = column(derived, "field_internal_a_per_m"), moment_columns(derived)
    if field is None or found is None or not coercive_field_a_per_m:
        return None
    values, u, symbol, unit = found
    inside = np.abs(field) <= 3.0 * abs(coercive_field_a_per_m)
    if inside.sum() < 6:
        return None
    factor, unit = scale(values, unit)
    branch = branch_of(points, field)
    distance = _branch_distance(field, values, u, branch)
    coercive = coercive_field_a_per_m / 1e3

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        _zero_lines(left)
        _draw_branches(left, field[inside] / 1e3, values[inside] * factor, u[inside] * factor, branch[inside])
        for position in (-coercive, coercive):
            left.axvline(position, color=ACCENT, linewidth=0.9, linestyle=(0, (4, 3)))
        left.set(title="the middle, dashed: coercive field", xlabel="H internal (kA/m)", ylabel=f"{symbol} ({unit})")
        _zero_lines(right)
        if distance is not None:
            h, half, u_half = distance
            bars = 2 * u_half * factor
            right.errorbar(h / 1e3, half * factor, yerr=bars, fmt="o", color=ACCENT, markersize=2.4, elinewidth=0.7)
        right.set(title="half the distance of the branches", xlabel="H internal (kA/m)", ylabel=f"Δ{symbol}/2 ({unit})")

    return render_svg(name, draw, height_in=2.6)


def _branch_distance(
    field: FloatArray, values: FloatArray, u: FloatArray, branch: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Field, half the distance and its u, at the points of the descending branch that the other one embraces."""
    down, up = np.flatnonzero(branch == -1), np.flatnonzero(branch == 1)
    if down.size < 4 or up.size < 4:
        return None
    up = up[np.argsort(field[up])]
    down = down[(field[down] >= field[up[0]]) & (field[down] <= field[up[-1]])]
    other = np.interp(field[down], field[up], values[up])
    u_other = np.interp(field[down], field[up], u[up])
    return field[down], 0.5 * (values[down] - other), 0.5 * np.hypot(u[down], u_other)


def quality_figure(name: str, points: Columns) -> str | None:
    """Point by point: distance from the set-point, and what noise and time each took."""
    index = column(points, "index")
    field, wanted = column(points, "field_a_per_m"), column(points, "set_field_a_per_m")
    start, end = column(points, "t_start_s"), column(points, "t_end_s")
    u = next((c for key in ("u_x_v_rms", "u_mass_kg") if (c := column(points, key)) is not None), None)
    if index is None or field is None or wanted is None or start is None or end is None or u is None:
        return None
    u, unit = (u, "V rms") if "u_x_v_rms" in points else (u * 1e3, "g")
    u_factor, u_unit = scale(u, unit)
    off_factor, off_unit = scale(field - wanted, "A/m")

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, 3)
        series = (
            ((field - wanted) * off_factor, f"measured − set field ({off_unit})", UP),
            (u * u_factor, f"u of the reading ({u_unit})", DOWN),
            (end - start, "averaging time (s)", ACCENT),
        )
        for axes, (values, label, colour) in zip(panels, series, strict=True):
            axes.plot(index, values, ".", color=colour, markersize=3)
            axes.set_title(label, fontsize=8)
            axes.set_xlabel("point")
        for axes, (values, _, _) in zip(panels[1:], series[1:], strict=True):
            axes.set_ylim(0, 1.15 * float(np.max(values)) or 1.0)

    return render_svg(name, draw, height_in=2.1)


def signal_figure(name: str, derived: Columns, *, line: bool) -> str | None:
    """X and Y against the field and, where a straight `line` is what they should be, their distance from it in u."""
    field = column(derived, "field_applied_a_per_m")
    x, y, u = (column(derived, key) for key in ("x_v_rms", "y_v_rms", "u_v_rms"))
    if field is None or x is None or y is None:
        return None
    factor, unit = scale(np.concatenate([x, y]), "V rms")
    series = (("X", x, UP, "o"), ("Y", y, DOWN, "s"))
    is_line = line and field.size >= 4 and u is not None and bool(np.all(u > 0)) and np.unique(field).size > 2

    def draw(figure: Figure) -> None:
        panels: Sequence[Any] = figure.subplots(1, 2) if is_line else [figure.subplots()]
        for label, values, colour, marker in series:
            panels[0].plot(field / 1e3, values * factor, marker, color=colour, markersize=3, label=label)
            if is_line and u is not None:
                straight = np.polynomial.Polynomial.fit(field, values, 1, w=1.0 / u)
                panels[1].plot(field / 1e3, (values - straight(field)) / u, marker, color=colour, markersize=3)
        panels[0].set(title="signal", xlabel="H (kA/m)", ylabel=f"signal ({unit})")
        panels[0].legend()
        if is_line:
            panels[1].set(title="distance from a straight line", xlabel="H (kA/m)", ylabel="residual / u")
            for level in (-2, 2):
                panels[1].axhline(level, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))

    return render_svg(name, draw, width_in=7.3 if is_line else 4.4, height_in=2.4)


def line_figure(name: str, derived: Columns) -> str | None:
    """The moment of a linear sample against the applied field, and its distance from a straight line."""
    field, moment = column(derived, "field_applied_a_per_m"), column(derived, "moment_a_m2")
    u = column(derived, "u_noise_moment_a_m2")
    if field is None or moment is None or u is None or field.size < 4 or not np.all(u > 0):
        return None
    line = np.polynomial.Polynomial.fit(field, moment, 1, w=1.0 / u)
    residual = moment - line(field)
    factor, unit = scale(moment, "A m²")
    residual_factor, residual_unit = scale(residual, "A m²")

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        order = np.argsort(field)
        left.plot(field[order] / 1e3, line(field[order]) * factor, color=GREY)
        left.plot(field / 1e3, moment * factor, "o", color=UP, markersize=3)
        left.set(title="corrected moment", xlabel="H applied (kA/m)", ylabel=f"m ({unit})")
        bars = 2 * u * residual_factor
        right.errorbar(
            field / 1e3, residual * residual_factor, yerr=bars, fmt="o", color=UP, markersize=3, elinewidth=0.8
        )
        right.axhline(0, color=GREY, linewidth=0.8)
        right.set(
            title="distance from the line, bars 2 u (noise)", xlabel="H applied (kA/m)", ylabel=f"Δm ({residual_unit})"
        )

    return render_svg(name, draw, height_in=2.6)


def gouy_figure(name: str, points: Columns, derived: Columns) -> str | None:
    """Apparent mass against H², and what is left beside a fit in 1, H², H and time."""
    square, mass = column(derived, "square_field_a2_per_m2"), column(derived, "mass_kg")
    field, u = column(derived, "field_applied_a_per_m"), column(derived, "u_noise_mass_kg")
    if square is None or mass is None or field is None:
        return None
    start = column(points, "t_start_s")
    time = start if start is not None and start.size == mass.size else np.zeros_like(mass)
    labels = np.array([str(label) for label in derived.get("tube", ["sample"] * mass.size)])
    u_mg = np.zeros_like(mass) if u is None else u * 1e6

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for label, colour, marker in zip(dict.fromkeys(labels), (UP, DOWN, ACCENT, GREY), "os^v", strict=False):
            chosen = labels == label
            columns = np.column_stack([np.ones(chosen.sum()), square[chosen], field[chosen], time[chosen]])
            columns = columns / np.maximum(np.max(np.abs(columns), axis=0), 1e-300)
            solution = np.linalg.lstsq(columns, mass[chosen], rcond=None)[0]
            lowest = np.abs(field[chosen]) <= np.min(np.abs(field[chosen])) + 0.01 * np.max(np.abs(field[chosen]))
            force_mg = (mass[chosen] - np.mean(mass[chosen][lowest])) * 1e6
            residual_mg = (mass[chosen] - columns @ solution) * 1e6
            left.plot(square[chosen] / 1e9, force_mg, marker, color=colour, markersize=3.5, label=label)
            right.errorbar(
                square[chosen] / 1e9,
                residual_mg,
                yerr=2 * u_mg[chosen],
                fmt=marker,
                color=colour,
                markersize=3.5,
                elinewidth=0.8,
            )
        left.set(title="pull, as apparent mass", xlabel="H² (10⁹ A²/m²)", ylabel="mass − mass at lowest H (mg)")
        left.legend()
        right.axhline(0, color=GREY, linewidth=0.8)
        right.set(title="residual of the fit, bars 2 u", xlabel="H² (10⁹ A²/m²)", ylabel="residual (mg)")

    return render_svg(name, draw, height_in=2.7)


def check_figure(name: str, checks: Sequence[Check]) -> str | None:
    """Measured values beside their references, in percent of the reference, bars U (k = 2)."""
    shown = [check for check in checks if check.reference]
    if not shown:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        farthest = 0.0
        for row, check in enumerate(shown):
            percent = 100.0 / abs(check.reference)
            axes.barh(
                row,
                4 * check.u_reference * percent,
                left=-2 * check.u_reference * percent,
                height=0.42,
                color="#dfe5ec",
            )
            deviation = (check.value - check.reference) * percent
            axes.errorbar(deviation, row, xerr=2 * check.u * percent, fmt="o", color=UP, markersize=4.5, capsize=3)
            farthest = max(farthest, abs(deviation) + 2 * check.u * percent, 2 * check.u_reference * percent)
        axes.axvline(0, color="#55606b", linewidth=0.8)
        axes.set_xlim(-1.12 * farthest or None, 1.12 * farthest or None)
        axes.set_yticks(range(len(shown)), [check.name.replace("_", " ") for check in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("measured − reference (%); band: reference, bars: measured, both U (k = 2)")

    return render_svg(name, draw, height_in=0.85 + 0.35 * len(shown))
