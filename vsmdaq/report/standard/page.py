"""The report for people: one HTML page that needs nothing else, and prints on A4 in black and white."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vsmdaq.report.rounding import pretty_number
from vsmdaq.report.standard.fields import Budget, Contribution, Measured, PointRow, StandardReport
from vsmdaq.report.standard.units import shown
from vsmdaq.report.tables import pretty_unit

__all__ = ["MOST_ROWS", "standard_html"]

MOST_ROWS = 25
"""Points on the page; the JSON file has all."""

_MOST_VALUES = 8
"""Values, and conditions, of one calibration on the page."""

_SMALL_SHARE = 5e-4
"""Lines of a budget below this share of u² are summed up."""

_MOST_LINES = 9
_POLARIZATION = {"si": "J", "cgs": "4πM"}
_PERMEABILITY = {"si": "1 + χ", "cgs": "1 + 4πχ"}
_CORRECTED = {"si": "corrected: H = H_applied − N M", "cgs": "corrected: H = H_applied − 4π N M"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a budget as it is printed."""

    name: str
    contribution: str
    share: str
    kind: str
    dof: str


def standard_html(report: StandardReport, json_name: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    report : StandardReport
        The data.
    json_name : str
        Name of the JSON file beside it, for the reference; none where not given.

    Returns
    -------
    html : str
        The same text from the same data. Everything from files is escaped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 (only where a report is made)

    environment = Environment(
        loader=PackageLoader("vsmdaq.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        shown=shown, words=_words, dof=_dof, number=pretty_number, factor=_factor, unit=pretty_unit, plain=_without_unit
    )
    rows = _some(report.points)
    return environment.get_template("standard.html.j2").render(
        report=report,
        title=f"Report in the shape of {report.standard.designation}",
        facts=_facts(report),
        rows=rows,
        units_words="SI" if report.units == "si" else "CGS-EMU",
        polarization=_POLARIZATION[report.units],
        permeability=_PERMEABILITY[report.units],
        budgets=[(budget, _lines(budget)) for budget in report.budgets[:4]],
        budgets_left=len(report.budgets[4:]),
        most_values=_MOST_VALUES,
        json_name=json_name,
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _without_unit(name: str) -> str:
    """Name of a condition without the unit at its end."""
    return _words(re.sub(r"_(a_per_m|hz|deg|k|m|s)$", "", name))


def _dof(dof: float) -> str:
    return "∞" if math.isinf(dof) else f"{dof:.1f}"


def _factor(value: Measured) -> str:
    return "–" if value.u == 0.0 else f"{value.coverage_factor:.2f}"


def _some(points: Sequence[PointRow]) -> list[PointRow]:
    """At most `MOST_ROWS`, evenly over the run, the first and the last among them."""
    if len(points) <= MOST_ROWS:
        return list(points)
    last = len(points) - 1
    return [points[round(k * last / (MOST_ROWS - 1))] for k in range(MOST_ROWS)]


def _lines(budget: Budget) -> list[_Line]:
    large = [line for line in budget.lines if line.share >= _SMALL_SHARE][:_MOST_LINES]
    small = list(budget.lines)[len(large) :]
    lines = [_line(line) for line in large]
    if small:
        size = math.sqrt(sum(line.contribution**2 for line in small))
        share = sum(line.share for line in small)
        name = f"{len(small)} smaller together" if len(small) > 1 else small[0].input
        lines.append(_Line(name, pretty_number(size, 2), f"{100.0 * share:.1f} %", "", ""))
    return lines


def _line(line: Contribution) -> _Line:
    kind = "noise" if line.noise else "common"
    return _Line(line.input, pretty_number(line.contribution, 2), f"{100.0 * line.share:.1f} %", kind, _dof(line.dof))


def _facts(report: StandardReport) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Tables of two columns, by heading."""
    measurement, specimen, field = report.measurement, report.specimen, report.field
    demagnetisation, temperature = report.demagnetisation, report.temperature
    optional = [
        (name, shown(value))
        for name, value in (
            *((f"{_words(name)}", value) for name, value in specimen.dimensions.items()),
            ("mass", specimen.mass),
            ("volume, from the dimensions", specimen.volume),
            ("density, from both", specimen.density),
            ("molar mass", specimen.molar_mass),
        )
        if value is not None
    ]
    factor = demagnetisation.factor
    return {
        "Specimen": [
            ("name", specimen.name),
            ("shape", specimen.shape),
            ("field along", specimen.field_direction),
            *optional,
            ("demagnetising factor N", "none" if factor is None else _factor_text(factor)),
            ("N is that of", demagnetisation.basis),
            ("self-demagnetisation", _CORRECTED[report.units] if demagnetisation.corrected else "not corrected"),
        ],
        "Field and temperature": [
            ("usable points", str(field.points)),
            ("applied field, lowest", shown(field.lowest_applied)),
            ("applied field, highest", shown(field.highest_applied)),
            ("applied field, nearest to zero", shown(field.smallest_applied)),
            ("internal field, largest size", shown(field.largest_internal)),
            ("temperature beside the points", _span(temperature.lowest_k, temperature.highest_k)),
            ("it is from", temperature.source),
            ("surroundings, bench file", shown(temperature.ambient)),
        ],
        "Calibrant" if len(report.calibrants) == 1 else "Calibrants": [
            row
            for calibrant in report.calibrants
            for row in (
                ("name", calibrant.name),
                ("status", calibrant.status),
                ("certificate", calibrant.certificate or "none"),
                ("traceable", "yes, by this certificate" if calibrant.traceable else "no"),
                ("source, as the sample file states it", calibrant.source),
            )
        ],
        "Procedure": [
            ("run", measurement.run_id),
            ("procedure", f"{measurement.procedure} ({measurement.title})"),
            ("begun (UTC)", measurement.started_utc),
            ("bench", measurement.bench + (" – simulated" if measurement.simulated else "")),
            ("vibration", f"{shown(measurement.frequency)}, {shown(measurement.amplitude)} peak"),
            ("coil set", measurement.coil_set),
            ("pole gap", "not stated" if measurement.pole_gap is None else shown(measurement.pole_gap)),
            ("time constants", ", ".join(f"{value:g} s" for value in measurement.time_constants_s)),
            ("filter poles", ", ".join(map(str, measurement.filter_poles))),
            ("corrections left out", ", ".join(measurement.corrections_left_out) or "none"),
            ("software", measurement.software),
            ("plan, SHA-256", measurement.plan_sha256),
            *((f"{name} file, SHA-256", digest) for name, digest in measurement.files_sha256.items()),
        ],
    }


def _factor_text(factor: Measured) -> str:
    return pretty_number(factor.value) + " (exact)" if factor.u == 0.0 else shown(factor)


def _span(low: float, high: float) -> str:
    return f"{low:.2f} K" if low == high else f"{low:.2f} K to {high:.2f} K"
