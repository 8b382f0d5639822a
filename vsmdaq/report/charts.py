"""Control charts of a bench as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vsmdaq.calibrate.charts import Chart
from vsmdaq.calibrate.status import CalibrationStatus, Standing
from vsmdaq.report.figures import ACCENT, GREY, UP
from vsmdaq.report.rounding import pretty_number, pretty_quantity
from vsmdaq.report.svg import render_svg
from vsmdaq.report.tables import pretty_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["chart_figure", "charts_html"]

LABELS = 10
"""Dates below a chart at most; they would run into each other."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """One chart with its words."""

    chart: Chart
    svg: str
    last: str
    verdict: str
    history: Sequence[str]


def charts_html(status: CalibrationStatus, steps: Sequence[tuple[str, str]]) -> str:
    """Return the page: how the bench is calibrated, its control charts, what to do next.

    Parameters
    ----------
    status : CalibrationStatus
        What was found.
    steps : sequence of (command, reason)
        What to do, in order; the command is ``""`` where there is none.

    Returns
    -------
    html : str
        The same text from the same data. Everything from files is escaped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where a page is made

    environment = Environment(
        loader=PackageLoader("vsmdaq.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("charts.html.j2").render(
        status=status,
        rows=[_row(standing) for standing in status.standings],
        charts=[_shown(f"chart{number}", chart) for number, chart in enumerate(status.charts, start=1)],
        steps=steps,
    )


def _row(standing: Standing) -> tuple[str, str, str, str, str]:
    """Kind, state, date, runs, reasons."""
    artefact = standing.artefact
    made = "" if artefact is None else f"{artefact.created:%Y-%m-%d %H:%M}"
    runs = "" if artefact is None else ", ".join(run_id for run_id, _ in artefact.runs)
    state = "valid" if standing.state == "soon" else standing.state
    return standing.kind, state, made, runs, "; ".join(standing.reasons)


def _shown(name: str, chart: Chart) -> _Shown:
    last = chart.observations[-1].estimate
    unit = pretty_unit(last.unit)
    if last.u:
        words = " ".join(filter(None, (pretty_quantity(last.value, 2.0 * last.u), unit, "(U, k = 2)")))
    else:
        words = " ".join(filter(None, (pretty_number(last.value, 2), unit)))
    if chart.left:
        verdict = "left its course: " + "; ".join(f"{b.rule.name}, {b.rule.text}" for b in chart.left)
    elif not chart.z:
        verdict = ""
    else:
        verdict = "beyond 2 s: look at the next one" if chart.warned else "on its course"
    before = len(chart.values) - 1
    history = [
        f"{b.rule.name} at {chart.observations[b.at].source} ({chart.observations[b.at].when:%Y-%m-%d})"
        for b in chart.broken
        if b.at < before and not b.rule.warning
    ]
    return _Shown(chart, chart_figure(name, chart), words, verdict, history)


def chart_figure(name: str, chart: Chart) -> str:
    """Return a chart as SVG: values with their u, centre, limits at 1, 2 and 3 spreads; the first rule that is broken is named.

    Observations are drawn one beside the other, with their dates: calibrations come at any distance.
    """
    values, spreads = np.array(chart.values), np.array(chart.spreads)
    u = np.array(chart.own)
    places = np.arange(1, values.size + 1)
    factor, prefix = _scale(float(np.max(np.abs([*values, chart.centre]), initial=0.0)))
    unit = chart.observations[0].estimate.unit
    label = " ".join(filter(None, (prefix, pretty_unit(unit))))

    def draw(figure: Figure) -> None:
        axes: Any = figure.subplots()
        edges = np.concatenate([[places[0] - 0.5], places + 0.5])
        for k, shade in ((3, "#f3e3e0"), (2, "#faf0dc"), (1, "#e8f1e9")) if spreads.size else ():
            # the widest first, so that the narrower ones lie on it
            height = np.append(spreads, spreads[-1]) * k
            low, high = (chart.centre - height) * factor, (chart.centre + height) * factor
            axes.fill_between(edges, low, high, step="post", color=shade, linewidth=0, zorder=0.5)
        axes.axhline(chart.centre * factor, color=GREY, linewidth=0.9)
        axes.errorbar(places, values * factor, yerr=u * factor, fmt="o-", color=UP, markersize=3.5, elinewidth=0.7)
        for at, names in _by_place(chart).items():
            axes.plot(places[at], values[at] * factor, "o", color=ACCENT, markersize=6, zorder=3)
            axes.annotate(
                names[0],
                (places[at], values[at] * factor),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
                color=ACCENT,
            )
        shown = places[:: max(1, -(-places.size // LABELS))]
        axes.set_xticks(shown, [f"{chart.observations[k - 1].when:%Y-%m-%d}" for k in shown], rotation=20, ha="right")
        axes.set_xlim(edges[0], edges[-1])
        axes.margins(y=0.15)
        axes.grid(visible=False, axis="x")
        axes.set_ylabel(label)

    return render_svg(name, draw, height_in=2.3)


def _by_place(chart: Chart) -> dict[int, list[str]]:
    """Names of the rules that are broken at each observation; without those that only warn."""
    names: dict[int, list[str]] = {}
    for broken in chart.broken:
        if not broken.rule.warning:
            names.setdefault(broken.at, []).append(broken.rule.name)
    return names


def _scale(largest: float) -> tuple[float, str]:
    """A factor of thousands that makes numbers of convenient size, and its text before the unit."""
    if largest == 0.0 or 0.01 <= largest < 1e4:
        return 1.0, ""
    power = 3 * int(np.floor(np.log10(largest) / 3.0))
    return 10.0**-power, f"10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
