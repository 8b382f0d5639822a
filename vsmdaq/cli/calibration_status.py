"""`vsmdaq calibrate status`: what is valid, stale, drifted or missing on a bench, and what to do next."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from vsmdaq.calibrate.charts import Chart
from vsmdaq.calibrate.history import PastRun, find_runs, history
from vsmdaq.calibrate.rules import RULE_SETS
from vsmdaq.calibrate.status import CalibrationStatus, Standing, Wanted, calibration_status
from vsmdaq.campaigns.calibrations import NEEDED, REMEDY, REQUIRED
from vsmdaq.campaigns.standing import SIMULATED
from vsmdaq.cli.running import load_bench
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import survey_artefacts, write_atomically
from vsmdaq.report import format_quantity
from vsmdaq.terms import Artefact, InputError, Problem
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["StatusOptions", "tell_status"]


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """Options of the command, as typed."""

    bench: Path
    out: Path
    page: Path | None
    rules: str
    strict: bool
    as_json: bool


def tell_status(options: StatusOptions) -> int:
    """Print how a bench is calibrated; no instrument is asked. Returns the exit code.

    Raises
    ------
    InputError
        The bench file is wrong, or there is no set of rules of that name.
    """
    if options.rules not in RULE_SETS:
        problem = Problem("--rules", repr(options.rules), " or ".join(map(repr, RULE_SETS)))
        raise InputError("calibrate status", (problem,))
    spec, _ = load_bench(options.bench)
    calibrations = spec.calibrations or options.out / "calibrations"
    found, damaged = survey_artefacts([calibrations])
    past, remarks = find_runs(options.out)
    observations, others = history(found, past, spec)
    status = calibration_status(
        spec,
        found,
        damaged,
        observations,
        Wanted(REMEDY, NEEDED, frozenset().union(*REQUIRED.values())),
        now=_now(spec, found, past),
        runs=(options.out, calibrations.parent),
        rules=RULE_SETS[options.rules],
    )
    for remark in remarks:
        print(f"left out: {remark}", file=sys.stderr)  # noqa: T201 - remarks go to stderr
    if options.as_json:
        typer.echo(json.dumps(_as_json(status, options), indent=2, allow_nan=False))
    else:
        typer.echo(_as_text(status, options, calibrations, others))
    if options.page is not None:
        from vsmdaq.report.charts import charts_html  # noqa: PLC0415 - matplotlib only where a page is made

        steps = [(_command(step.procedure, options), step.why) for step in status.steps]
        write_atomically(options.page, charts_html(status, steps))
        print(f"control charts: {options.page}", file=sys.stderr)  # noqa: T201 - where the page went
    return 5 if options.strict and not status.good else 0


def _now(spec: BenchSpec, found: tuple[tuple[Path, Artefact], ...], past: tuple[PastRun, ...]) -> datetime | None:
    """The bench's clock; that of a simulated bench is known by what it left last."""
    if not spec.visa_library.endswith(SIMULATED):
        return SystemClock().utc()
    of_bench = [artefact.created for _, artefact in found if artefact.bench == spec.name]
    return max([*of_bench, *(run.ended for run in past if run.bench.name == spec.name)], default=None)


def _as_text(status: CalibrationStatus, options: StatusOptions, calibrations: Path, others: tuple[str, ...]) -> str:
    when = "" if status.now is None else f", {status.now:%Y-%m-%d %H:%M} UTC"
    lines = [f"bench {status.bench}{when}", f"calibrations in {calibrations}", ""]
    lines += [_standing_line(one, status.now) for one in status.standings]
    if status.charts:
        lines += ["", f"{'':<40} {'n':>3}  {'last':<32} {'z':>6}  course (rules: {options.rules})"]
        lines += [_chart_line(chart) for chart in status.charts]
    if others:
        lines += ["", f"not charted, made under other conditions: {', '.join(others)}"]
    lines += ["", "what to do next:" if status.steps else "nothing to do"]
    lines += [
        f"  {number}. {_command(step.procedure, options) or step.why}"
        + (f"\n     {step.why}" if step.procedure else "")
        for number, step in enumerate(status.steps, start=1)
    ]
    return "\n".join(lines)


_STATES = {"soon": "valid", "none": "none"}


def _standing_line(one: Standing, now: datetime | None) -> str:
    made = ""
    if one.artefact is not None:
        made = f"{one.artefact.created:%Y-%m-%d %H:%M}"
        if now is not None:
            made += f", {max((now - one.artefact.created).total_seconds(), 0.0) / 86400.0:.1f} d old"
    state = one.state.upper() if one.state in {"stale", "damaged", "missing"} else _STATES.get(one.state, one.state)
    head = f"  {one.kind:<12} {state:<8} {made:<28}"
    indent = "\n" + " " * 24
    return (head + indent.join(one.reasons)).rstrip()


def _chart_line(chart: Chart) -> str:
    last = chart.observations[-1].estimate
    z = f"{chart.z[-1]:+.1f}" if chart.z else ""
    names = ", ".join(broken.rule.name for broken in chart.left)
    if chart.left:
        course = f"LEFT: {names}"
    elif chart.warned:
        course = "warning: beyond 2 s"
    else:
        course = "steady" if chart.z else chart.basis
    value = f"{format_quantity(last.value, last.u)} {'' if last.unit == '1' else last.unit}"
    return f"  {chart.charted.title:<38} {len(chart.values):>3}  {value:<32} {z:>6}  {course}".rstrip()


def _command(procedure: str, options: StatusOptions) -> str:
    """The command that runs a procedure; its file where the starter set has it, seen from the bench file."""
    if not procedure:
        return ""
    bench = options.bench
    places = [folder / "procedures" / procedure for folder in (bench.parent, bench.parent.parent)]
    path = next((place for place in places if place.is_file()), Path(procedure))
    return f"vsmdaq run {_quoted(path)} --bench {_quoted(bench)} --out {_quoted(options.out)}"


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text


def _as_json(status: CalibrationStatus, options: StatusOptions) -> dict[str, Any]:
    return {
        "schema": 1,
        "bench": status.bench,
        "now_utc": None if status.now is None else status.now.isoformat(),
        "good": status.good,
        "calibrations": [
            {
                "kind": one.kind,
                "state": one.state,
                "file": None if one.path is None else str(one.path),
                "created_utc": None if one.artefact is None else one.artefact.created_utc,
                "expires_utc": None if one.expires is None else one.expires.isoformat(),
                "runs": [] if one.artefact is None else [run_id for run_id, _ in one.artefact.runs],
                "reasons": list(one.reasons),
            }
            for one in status.standings
        ],
        "charts": [_chart_json(chart) for chart in status.charts],
        "next": [{"command": _command(step.procedure, options), "why": step.why} for step in status.steps],
    }


def _chart_json(chart: Chart) -> dict[str, Any]:
    last = len(chart.values) - 1
    return {
        "quantity": chart.charted.name,
        "title": chart.charted.title,
        "unit": chart.observations[0].estimate.unit,
        "centre": chart.centre,
        "basis": chart.basis,
        "left": bool(chart.left),
        "broken": [
            {
                "rule": broken.rule.name,
                "text": broken.rule.text,
                "source": broken.rule.source,
                "at": broken.at,
                "now": broken.at == last,
                "warning": broken.rule.warning,
            }
            for broken in chart.broken
        ],
        "points": [
            {
                "utc": one.when.isoformat(),
                "from": one.source,
                "value": value,
                "u": one.estimate.u,
                "spread": chart.spreads[at] if chart.spreads else None,
                "z": chart.z[at] if chart.z else None,
            }
            for at, (one, value) in enumerate(zip(chart.observations, chart.values, strict=True))
        ],
    }
