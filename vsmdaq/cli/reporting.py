"""`vsmdaq report`: the usual page, a report in the shape of a standard, the covariance of the points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vsmdaq.campaigns.completeness import reduced_as_far_as_asked
from vsmdaq.campaigns.replay import load_run
from vsmdaq.record import RunFolder, load_result, write_atomically
from vsmdaq.reduce.second_quadrant import reduce_second_quadrant
from vsmdaq.terms import InputError, Problem, Result, ResultQuantity

if TYPE_CHECKING:
    from vsmdaq.reduce.data import RunData
    from vsmdaq.report.standard import StandardReport, System

__all__ = ["ReportOptions", "make_report", "standard_of"]

_EQUAL = 1e-6
"""Relative difference up to which two reductions are the same: other processors round differently."""

_NAMED = 4


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What was asked for; `out` None for the usual place."""

    folder: Path
    out: Path | None = None
    standard: str | None = None
    units: str | None = None
    as_json: bool = False
    covariance: Path | None = None


def make_report(options: ReportOptions) -> None:
    """Write what was asked for and print the paths, or the JSON.

    Raises
    ------
    InputError
        The run cannot be read, or options do not go together or with the run.
    """
    _check(options)
    if options.covariance is not None:
        from vsmdaq.cli.covariances import export_covariance  # noqa: PLC0415 (only where it is asked for)

        export_covariance(options.folder, options.covariance)
    if options.standard is not None:
        _write_standard(options, options.standard)
    elif options.covariance is None or options.out is not None:
        from vsmdaq.report import write_report  # noqa: PLC0415 (only where it is asked for)

        typer.echo(str(write_report(options.folder, options.out)))
    if options.covariance is not None and not options.as_json:
        typer.echo(str(options.covariance))


def standard_of(path: Path, name: str, units: System = "si") -> StandardReport:
    """Return the report on a run folder in the shape of a standard, as data.

    Parameters
    ----------
    path : Path
        The run folder; it must have been reduced with the calibrations that are recorded with it.
    name : str
        ``"a342"``, ``"iec60404-15"`` or ``"iec60404-18"``.
    units : str
        ``"si"`` or ``"cgs"``.

    Raises
    ------
    InputError
        There is no such run or standard, they do not fit, or the run lacks what its reduction needs.
    """
    from vsmdaq.report.standard import Source, standard_named, standard_report  # noqa: PLC0415 (only where it is asked for)

    folder = RunFolder.open(path)
    run, _ = load_run(folder)
    standard = standard_named(name, run.procedure.kind, run.run_id)
    result = _as_recorded(folder, run)
    more, reasons = _demagnetisation(run)
    return standard_report(Source(run, folder.description(), result, more, reasons), standard, units)


def _as_recorded(folder: RunFolder, run: RunData) -> Result:
    """The result of the run, which must be what its raw data and recorded calibrations give: the report names these."""
    advice = "Make it again with `vsmdaq reduce RUN`."
    if not folder.result_json.exists():
        problem = Problem("result.json", "nothing", "a run that came to a result", advice)
        raise InputError(str(folder.path), (problem,))
    result = load_result(folder.result_json)
    again = reduced_as_far_as_asked(folder, run).quantities
    other = [name for name in sorted({*again, *result.quantities}) if not _same(result.quantities, again, name)]
    if other:
        given = f"other values than raw.csv and the recorded calibrations give: {', '.join(other[:_NAMED])}"
        reason = "It was reduced with other calibrations, without a correction, or by another version."
        problem = Problem("result.json", given, "the result of the run as it is recorded", f"{reason} {advice}")
        raise InputError(str(folder.path), (problem,))
    return result


def _same(one: Mapping[str, ResultQuantity], other: Mapping[str, ResultQuantity], name: str) -> bool:
    if name not in one or name not in other:
        return False
    first, second = one[name].estimate, other[name].estimate
    return math.isclose(first.value, second.value, rel_tol=_EQUAL, abs_tol=_EQUAL * second.u) and math.isclose(
        first.u, second.u, rel_tol=_EQUAL
    )


def _demagnetisation(run: RunData) -> tuple[Mapping[str, ResultQuantity], Mapping[str, str]]:
    return reduce_second_quadrant(run) if run.procedure.kind == "loop" else ({}, {})


def _check(options: ReportOptions) -> None:
    problems: list[Problem] = []
    if options.standard is None:
        if options.units is not None:
            problems.append(Problem("--units", repr(options.units), "nothing, without --standard"))
        if options.as_json:
            problems.append(Problem("--json", "given", "nothing, without --standard"))
    elif options.units not in (None, "si", "cgs"):
        problems.append(Problem("--units", repr(options.units), "'si', 'cgs'"))
    if options.standard is not None and options.out is not None and options.out.suffix != ".html":
        advice = "The JSON file is written beside it, under the same name."
        problems.append(Problem("--out", repr(str(options.out)), "a file that ends on .html", advice))
    if problems:
        raise InputError("report", tuple(problems))


def _write_standard(options: ReportOptions, name: str) -> None:
    from vsmdaq.report.standard import report_to_json, standard_html  # noqa: PLC0415 (only where it is asked for)

    report = standard_of(options.folder, name, "cgs" if options.units == "cgs" else "si")
    page = options.out or options.folder / f"report-{name}.html"
    beside = page.with_suffix(".json")
    content = json.dumps(report_to_json(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(page, standard_html(report, beside.name))
    write_atomically(beside, content)
    if options.as_json:
        typer.echo(content, nl=False)
    else:
        typer.echo(f"{page}\n{beside}")
