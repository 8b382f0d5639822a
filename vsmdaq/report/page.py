"""The report: one HTML page that needs no network, no script and no font, and prints on A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsmdaq.report.data import ArtefactSummary, Check, ReportData, RunSection, reference_checks
from vsmdaq.report.figures import (
    check_figure,
    gouy_figure,
    line_figure,
    loop_figure,
    low_field_figure,
    quality_figure,
    signal_figure,
)
from vsmdaq.report.history_figures import forc_figure, remanence_figure, residual_figure
from vsmdaq.report.rounding import pretty_number, pretty_quantity
from vsmdaq.report.series_figures import amplitude_figure, centring_figure, relaxation_figure, temperature_figure
from vsmdaq.report.tables import (
    BudgetRow,
    QuantityRow,
    budget_rows,
    duration,
    key_rows,
    pretty_unit,
    provenance,
    quantity_rows,
)

__all__ = ["report_html"]

_CALIBRATIONS = ("phase", "nickel", "background", "palladium")
_KIND_WORDS: Mapping[str, str] = {
    "loop": "hysteresis loop",
    "palladium": "susceptibility",
    "nickel": "moment calibration",
    "background": "empty holder",
    "phase": "phase of the signal",
    "gouy": "Gouy balance",
    "virgin": "virgin curve",
    "minor": "minor loops",
    "remanence": "remanence curves",
    "forc": "first-order reversal curves",
    "demagnetise": "demagnetisation of the yoke",
    "relaxation": "relaxation in time",
    "temperature": "moment and temperature",
    "centring": "centring at the saddle point",
    "amplitude": "amplitude linearity",
    "image": "image effect of the poles",
    "third-harmonic": "third harmonic of the vibration",
}
_WITHOUT_BRANCHES = ("gouy", "remanence", "forc", "demagnetise", "relaxation", "temperature", "centring", "amplitude")
_NARROW = ("signal",)
_CAPTIONS: Mapping[str, str] = {
    "loop": "Left: as the lock-in gave it. Right: after phase, empty holder, calibration and demagnetising field.",
    "low": "Left: both branches where they cross zero. Right: a loop that closes comes to zero at high field; bars 2 u.",
    "line": "Moment against field, holder removed, and what is left beside a straight line.",
    "signal": "Signal of the lock-in, both phases.",
    "background": "Signal of the empty holder, both phases, and its distance from a straight line in units of u.",
    "gouy": "Left: change of apparent mass against the square of the measured field. Right: what a fit in 1, H², H and "
    "time leaves.",
    "remanence": "Left: after growing fields from the demagnetised state (IRM), and from saturation (backfield). Right: what "
    "differs from particles that do not see each other.",
    "forc": "Left: the curves. Right: their distribution; outlined where it is more than 3 u from 0.",
    "relaxation": "Moment against the logarithm of the time since the field was reached, and what is left beside a straight line; "
    "bars 2 u.",
    "temperature": "Left: moment against temperature, or time where it did not change. Right: H/m, a straight line where the law "
    "of Curie and Weiss holds.",
    "centring": "Signal along each axis; the line marks the extremum.",
    "amplitude": "Left: signal against amplitude. Right: its distance from proportionality, and the cubic term.",
    "residual": "Before the cycle, after each half cycle, and at the end.",
    "quality": "Each point: how near the field came to its set-point, noise of the reading, and the time it took.",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    svg: str
    caption: str
    wide: bool = True


@dataclass(frozen=True, slots=True)
class _Budget:
    row: QuantityRow
    lines: Sequence[BudgetRow]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A run as the template takes it."""

    anchor: str
    section: RunSection
    words: str
    facts: str
    keys: Sequence[QuantityRow]
    rows: Sequence[QuantityRow]
    figures: Sequence[_Figure]
    budgets: Sequence[_Budget]
    provenance: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]]


def report_html(data: ReportData) -> str:
    """Return the report as one self-contained HTML page.

    Parameters
    ----------
    data : ReportData
        Title and runs; see `vsmdaq.report.collect` for data from run folders.

    Returns
    -------
    html : str
        The same text from the same data. Values are given with U at k = 2. Everything from files is escaped.
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
    environment.filters.update(unit=pretty_unit, number=pretty_number)
    common = _common_rows(data.sections)
    shown = [_show(number, section, common) for number, section in enumerate(data.sections, start=1)]
    checks = [check for section in data.sections for check in reference_checks(section.result)]
    return environment.get_template("report.html.j2").render(
        title=data.title,
        summary=_summary(shown, checks),
        measurements=[one for one in shown if one.section.kind not in _CALIBRATIONS],
        calibrations=[one for one in shown if one.section.kind in _CALIBRATIONS],
        runs=shown,
        common=common,
        artefacts=_artefacts(data.sections),
        checks=checks,
        check_svg=check_figure("checks", checks),
        pretty_quantity=pretty_quantity,
        flag_count=sum(len(one.section.flags) for one in shown),
    )


def _show(number: int, section: RunSection, common: Sequence[tuple[str, str]]) -> _Shown:
    anchor = f"run{number}"
    quantities: Mapping[str, Any] = section.result.get("quantities", {})
    keys = key_rows(section.kind, section.result)
    files: Mapping[str, Any] = section.run.get("files", {})
    return _Shown(
        anchor=anchor,
        section=section,
        words=_KIND_WORDS.get(section.kind, section.kind),
        facts=_facts(section),
        keys=keys,
        rows=quantity_rows(section.result),
        figures=_figures(anchor, section),
        budgets=[_Budget(row, lines) for row in keys if (lines := budget_rows(quantities[row.name]))],
        provenance=[row for row in provenance(section.run) if row not in common],
        files=[(str(name), str(text)) for name, text in files.items()],
    )


def _common_rows(sections: Sequence[RunSection]) -> list[tuple[str, str]]:
    """Rows of provenance that all runs of a campaign share; none where there is one run."""
    tables = [provenance(section.run) for section in sections]
    return [row for row in tables[0] if all(row in table for table in tables)] if len(tables) > 1 else []


def _facts(section: RunSection) -> str:
    result = section.result
    if not result:
        return "no result"
    parts = [f"sample {result['sample']}"] if result.get("sample") else []
    parts.append(f"{result['points']} points")
    parts.append(f"{duration(float(result['bench_time_s']))} of bench time")
    return " · ".join(parts)


def _figures(anchor: str, section: RunSection) -> list[_Figure]:
    points, derived = section.points, section.derived
    quantities: Mapping[str, Any] = section.result.get("quantities", {})
    coercive = quantities.get("coercive_field", {}).get("value")
    is_loop = section.kind not in (*_CALIBRATIONS, *_WITHOUT_BRANCHES)
    svgs = {
        "loop": loop_figure(f"{anchor}-loop", points, derived) if is_loop else None,
        "low": low_field_figure(f"{anchor}-low", points, derived, coercive) if is_loop else None,
        "line": line_figure(f"{anchor}-line", derived) if section.kind == "palladium" else None,
        "signal" if section.kind != "background" else "background": signal_figure(
            f"{anchor}-signal", derived, line=section.kind == "background"
        ),
        "gouy": gouy_figure(f"{anchor}-gouy", points, derived) if section.kind == "gouy" else None,
        "remanence": remanence_figure(f"{anchor}-remanence", points, derived) if section.kind == "remanence" else None,
        "forc": forc_figure(f"{anchor}-forc", points, derived) if section.kind == "forc" else None,
        "residual": residual_figure(f"{anchor}-residual", derived) if section.kind == "demagnetise" else None,
        "relaxation": relaxation_figure(f"{anchor}-relax", derived) if section.kind == "relaxation" else None,
        "temperature": temperature_figure(f"{anchor}-temp", derived) if section.kind == "temperature" else None,
        "centring": centring_figure(f"{anchor}-centre", derived, quantities) if section.kind == "centring" else None,
        "amplitude": amplitude_figure(f"{anchor}-amplitude", derived) if section.kind == "amplitude" else None,
        "quality": quality_figure(f"{anchor}-quality", points) if section.kind not in _CALIBRATIONS else None,
    }
    return [_Figure(svg, _CAPTIONS[name], name not in _NARROW) for name, svg in svgs.items() if svg is not None]


def _artefacts(sections: Sequence[RunSection]) -> list[ArtefactSummary]:
    """Calibrations that any run used, each once."""
    found = {artefact.digest: artefact for section in sections for artefact in section.artefacts}
    return sorted(found.values(), key=lambda artefact: (artefact.created_utc, artefact.kind))


def _summary(shown: Sequence[_Shown], checks: Sequence[Check]) -> str:
    """One or two sentences: what was measured, and whether the check agrees."""
    told = [one for one in shown if one.section.kind not in _CALIBRATIONS] or list(shown)
    parts: list[str] = []
    for one in told:
        values = [f"{row.label} {row.si}" for row in one.keys[:3]]
        sample = one.section.result.get("sample") or one.section.title
        text = f"{one.words} of {sample}: {', '.join(values) if values else 'no result'}."
        parts.append(text[:1].upper() + text[1:])
    for check in checks:
        verdict = "agrees" if check.agrees else "does not agree"
        parts.append(
            f"The check of {check.name.replace('_', ' ')} {verdict} with its reference "
            f"(Eₙ = {pretty_number(check.normalised_error, 2)})."
        )
    return " ".join(parts)
