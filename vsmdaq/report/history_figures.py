"""Figures of procedures that live on the sample's history. As in `figures`: columns in, SVG text out, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vsmdaq.report.data import Columns
from vsmdaq.report.figures import ACCENT, DOWN, GREY, UP
from vsmdaq.report.series import FloatArray, column, scale
from vsmdaq.report.svg import render_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["forc_figure", "remanence_figure", "residual_figure"]


def remanence_figure(name: str, points: Columns, derived: Columns) -> str | None:
    """Remanence against the size of the field before it, from both ends, and delta M where there are both."""
    found = _placed(points, derived)
    if found is None:
        return None
    segment, field, moment, u = found
    factor, unit = scale(moment, "A m²")
    delta, u_delta = column(derived, "delta_m"), column(derived, "u_noise_delta_m")
    series = []
    for rest, label, colour, marker in ((1, "IRM", UP, "^"), (3, "backfield", DOWN, "v")):
        places = np.flatnonzero(segment == rest)
        places = places[(places > 0) & (segment[places - 1] == rest - 1)]
        series.append((places, label, colour, marker))

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        left.axhline(0, color=GREY, linewidth=0.6, zorder=0)
        for places, label, colour, marker in series:
            if places.size:
                size = np.abs(field[places - 1]) / 1e3
                left.errorbar(
                    size,
                    moment[places] * factor,
                    yerr=2 * u[places] * factor,
                    fmt=f"{marker}-",
                    color=colour,
                    markersize=3,
                    linewidth=0.7,
                    label=label,
                )
        left.set(title="what is left at zero current", xlabel="|H| before (kA/m)", ylabel=f"m ({unit})")
        left.set_xscale("log")
        left.legend()
        if delta is not None and u_delta is not None:
            places = np.flatnonzero(np.isfinite(delta))
            size = np.abs(field[places - 1]) / 1e3
            right.errorbar(
                size, delta[places], yerr=2 * u_delta[places], fmt="o", color=ACCENT, markersize=3, elinewidth=0.7
            )
            right.set_xscale("log")
        right.axhline(0, color=GREY, linewidth=0.6, zorder=0)
        right.set(title="ΔM = m_d/m_rs − (1 − 2 m_i/m_rs), bars 2 u", xlabel="|H| (kA/m)", ylabel="ΔM")

    return render_svg(name, draw, height_in=2.8)


def forc_figure(name: str, points: Columns, derived: Columns) -> str | None:
    """All curves, and the distribution as a map of Hc and Hb; outlined: where it stands out of its noise by 3 u."""
    found = _placed(points, derived)
    density, u_density = column(derived, "forc_density_m4_per_a"), column(derived, "u_noise_forc_density_m4_per_a")
    reversal = column(derived, "reversal_field_a_per_m")
    if found is None or density is None or u_density is None or reversal is None:
        return None
    segment, field, moment, _ = found
    nodes = np.isfinite(density)
    if nodes.sum() < 4:
        return None
    factor, unit = scale(moment, "A m²")
    map_factor, map_unit = scale(density[nodes], "m⁴/A")
    hc, hb = (field - reversal)[nodes] / 2e3, (field + reversal)[nodes] / 2e3
    largest = float(np.max(np.abs(density[nodes]))) * map_factor
    clear = np.abs(density[nodes]) > 3.0 * u_density[nodes]

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for number in np.unique(segment[segment % 2 == 1]):
            here = segment == number
            left.plot(field[here] / 1e3, moment[here] * factor, color=UP, linewidth=0.5)
        left.set(title="curves", xlabel="H applied (kA/m)", ylabel=f"m ({unit})")
        drawn = right.scatter(
            hc,
            hb,
            c=density[nodes] * map_factor,
            cmap="RdBu_r",
            vmin=-largest,
            vmax=largest,
            s=9,
            marker="s",
            linewidths=np.where(clear, 0.25, 0.0),
            edgecolors="#55606b",
        )
        bar = figure.colorbar(drawn, ax=right)
        bar.set_label(f"ρ ({map_unit})")
        right.set(title="FORC distribution", xlabel="Hc (kA/m)", ylabel="Hb (kA/m)")

    return render_svg(name, draw, height_in=3.1)


def residual_figure(name: str, derived: Columns) -> str | None:
    """Residual field at zero current, point by point."""
    index, field = column(derived, "index"), column(derived, "field_applied_a_per_m")
    u = column(derived, "u_noise_field_a_per_m")
    if index is None or field is None or u is None:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axhline(0, color=GREY, linewidth=0.6, zorder=0)
        axes.errorbar(index, field, yerr=2 * u, fmt="o-", color=UP, markersize=2.6, linewidth=0.6)
        axes.set(title="field at zero current, bars 2 u (noise)", xlabel="point", ylabel="H (A/m)")

    return render_svg(name, draw, height_in=2.4)


def _placed(points: Columns, derived: Columns) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Segment, applied field, moment and its noise of the points that were reduced."""
    every, number = column(points, "segment"), column(points, "index")
    index = column(derived, "index")
    field, moment = column(derived, "field_applied_a_per_m"), column(derived, "moment_a_m2")
    u = column(derived, "u_noise_moment_a_m2")
    if every is None or number is None or index is None or field is None or moment is None or u is None:
        return None
    segment = dict(zip(number.tolist(), every.tolist(), strict=True))
    if not all(one in segment for one in index.tolist()):
        return None
    return np.array([segment[one] for one in index.tolist()]), field, moment, u
