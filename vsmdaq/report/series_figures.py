"""Figures of series: relaxation, temperature, centring, amplitude. Each takes columns of mh.csv and returns SVG, or None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vsmdaq.report.data import Columns
from vsmdaq.report.figures import ACCENT, DOWN, GREY, UP
from vsmdaq.report.series import column, scale
from vsmdaq.report.svg import render_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["amplitude_figure", "centring_figure", "relaxation_figure", "temperature_figure"]

_COLOURS = (UP, DOWN, ACCENT, GREY)
_KA = 1e-3


def relaxation_figure(name: str, derived: Columns) -> str | None:
    """Moment against ln t for each series, and its distance from a straight line through it."""
    time, moment, u = (column(derived, key) for key in ("time_s", "moment_a_m2", "u_noise_moment_a_m2"))
    series, saturating = column(derived, "series"), column(derived, "saturating")
    field = column(derived, "field_applied_a_per_m")
    if time is None or moment is None or u is None or series is None or saturating is None or field is None:
        return None
    shown = (saturating == 0) & (time > 0.0)
    if shown.sum() < 4:
        return None
    factor, unit = scale(moment[shown], "A m²")

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for number, colour in zip(np.unique(series[shown]), _COLOURS * 100, strict=False):
            chosen = shown & (series == number)
            label = f"{np.mean(field[chosen]) * _KA:+.1f} kA/m"
            # series at different fields lie far apart: what changes is what matters
            change = (moment[chosen] - moment[chosen][0]) * factor
            left.semilogx(time[chosen], change, "o", color=colour, markersize=3, label=label)
            if chosen.sum() < 3:
                continue
            line = np.polynomial.Polynomial.fit(np.log(time[chosen]), moment[chosen], 1, w=1.0 / u[chosen])
            rest = (moment[chosen] - line(np.log(time[chosen]))) * factor
            bars = 2.0 * u[chosen] * factor
            right.errorbar(time[chosen], rest, yerr=bars, fmt="o", color=colour, markersize=3, elinewidth=0.7)
        right.set_xscale("log")
        right.axhline(0, color=GREY, linewidth=0.8)
        left.set(title="moment less that of the first point", xlabel="time since the field was reached (s)")
        left.set_ylabel(f"Δm ({unit})")
        left.legend()
        right.set(title="distance from a line in ln t", xlabel="time (s)", ylabel=f"Δm ({unit})")

    return render_svg(name, draw, height_in=2.8)


def temperature_figure(name: str, derived: Columns) -> str | None:
    """Moment against temperature, or time where the temperature stood; beside it H/m against temperature."""
    kelvin, time, moment = (column(derived, key) for key in ("temperature_k", "time_s", "moment_a_m2"))
    series, field = column(derived, "series"), column(derived, "field_internal_a_per_m")
    if kelvin is None or time is None or moment is None or series is None or field is None or kelvin.size < 3:
        return None
    warmed = float(np.ptp(kelvin)) > 0.5
    abscissa, label = (kelvin, "T (K)") if warmed else (time / 60.0, "time (min)")
    factor, unit = scale(moment, "A m²")

    def draw(figure: Figure) -> None:
        panels: Any = figure.subplots(1, 2) if warmed else [figure.subplots()]
        for number, colour in zip(np.unique(series), _COLOURS * 100, strict=False):
            chosen = series == number
            text = f"{np.mean(field[chosen]) * _KA:+.0f} kA/m"
            panels[0].plot(abscissa[chosen], moment[chosen] * factor, "o", color=colour, markersize=3, label=text)
            if warmed:
                panels[1].plot(kelvin[chosen], field[chosen] / moment[chosen] * 1e-9, "o", color=colour, markersize=3)
        panels[0].set(title="moment", xlabel=label, ylabel=f"m ({unit})")
        panels[0].legend()
        if warmed:
            panels[1].set(title="inverse moment per field", xlabel="T (K)", ylabel="H/m (10⁹ m⁻³)")

    return render_svg(name, draw, width_in=7.3 if warmed else 4.4, height_in=2.6)


def centring_figure(name: str, derived: Columns, quantities: Mapping[str, Any]) -> str | None:
    """Signal against position for each axis, its centre marked."""
    place, signal = column(derived, "position_m"), column(derived, "x_v_rms")
    axes_of = derived.get("axis")
    if place is None or signal is None or axes_of is None or place.size < 5:
        return None
    which = np.array([str(axis) for axis in axes_of])
    names = [axis for axis in "xyz" if (which == axis).any()]
    factor, unit = scale(signal, "V rms")

    def draw(figure: Figure) -> None:
        panels = np.atleast_1d(figure.subplots(1, len(names)))
        for axes, axis, colour in zip(panels, names, _COLOURS, strict=False):
            chosen = which == axis
            axes.plot(place[chosen] * 1e3, signal[chosen] * factor, "o", color=colour, markersize=3)
            centre = quantities.get(f"centre_{axis}", {}).get("value")
            if centre is not None:
                axes.axvline(float(centre) * 1e3, color=ACCENT, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.set(title=f"along {axis}", xlabel=f"{axis} (mm)")
        panels[0].set_ylabel(f"signal ({unit})")

    return render_svg(name, draw, height_in=2.5)


def amplitude_figure(name: str, derived: Columns) -> str | None:
    """Signal against amplitude; the signal per amplitude, which the cubic term bends."""
    amplitude, signal = column(derived, "amplitude_m"), column(derived, "x_v_rms")
    residual, cubic = column(derived, "residual_v_rms"), column(derived, "cubic_v_rms")
    if amplitude is None or signal is None or residual is None or cubic is None or amplitude.size < 3:
        return None
    factor, unit = scale(signal, "V rms")
    straight = signal - cubic - residual
    order = np.argsort(amplitude)

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        left.plot(amplitude * 1e3, signal * factor, "o", color=UP, markersize=3)
        left.plot(amplitude[order] * 1e3, straight[order] * factor, color=GREY, linewidth=0.8)
        left.set(title="signal and straight part", xlabel="amplitude (mm, peak)", ylabel=f"signal ({unit})")
        right.plot(amplitude * 1e3, 100.0 * (signal - straight) / signal, "o", color=DOWN, markersize=3)
        right.plot(amplitude[order] * 1e3, 100.0 * cubic[order] / signal[order], color=GREY, linewidth=0.8)
        right.set(title="deviation", xlabel="amplitude (mm, peak)", ylabel="of the signal (%)")

    return render_svg(name, draw, height_in=2.6)
