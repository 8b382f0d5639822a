"""From run folders to the data of a report, and to its file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vsmdaq.record import (
    RunFolder,
    journal_kind,
    load_result,
    read_journal,
    read_mh_csv,
    result_to_json,
    write_atomically,
)
from vsmdaq.report.data import Columns, ReportData, RunSection, artefact_summary
from vsmdaq.report.page import report_html
from vsmdaq.terms import InputError, MomentPoint, Problem, WeightPoint

__all__ = ["collect", "read_section", "write_report"]


def read_section(folder: RunFolder) -> RunSection:
    """Return a run as a section of a report; what is missing or torn is noted, not made up.

    Raises
    ------
    InputError
        A file that is there cannot be read.
    """
    run = folder.description()
    points, notes = _points(folder)
    derived: Columns = {}
    result: Mapping[str, Any] = {}
    if folder.mh_csv.exists():
        derived, _ = read_mh_csv(folder.mh_csv)
    if folder.result_json.exists():
        result = result_to_json(load_result(folder.result_json))
    else:
        notes = (*notes, "no result: the run did not come to its end, or was not reduced")
    kind = str(run.get("procedure", ""))
    artefacts = tuple(artefact_summary(content) for content in run.get("calibrations", {}).values())
    return RunSection(folder.run_id, kind, result, run, points, derived, artefacts, notes)


def _points(folder: RunFolder) -> tuple[Columns, tuple[str, ...]]:
    if not folder.raw_csv.exists():
        return {}, ("no raw.csv: nothing was measured",)
    point_type: type[MomentPoint | WeightPoint] = (
        WeightPoint if journal_kind(folder.raw_csv) == "weight" else MomentPoint
    )
    contents = (
        read_journal(folder.raw_csv, WeightPoint)
        if point_type is WeightPoint
        else read_journal(folder.raw_csv, MomentPoint)
    )
    names = [field.name for field in dataclasses.fields(point_type)]
    columns = {name: [getattr(point, name) for point in contents.points] for name in names}
    return columns, tuple(str(problem) for problem in contents.problems)


def collect(path: Path) -> ReportData:
    """Return the data of a report on a run folder, or on all run folders in a folder, in the order of their begin.

    Raises
    ------
    InputError
        There is no run, or a file of one cannot be read.
    """
    if (path / "run.json").exists() or not path.is_dir():
        section = read_section(RunFolder.open(path))
        return ReportData(
            f"{section.result.get('sample') or section.run.get('sample', '')} · {section.title}", (section,)
        )
    folders = [RunFolder.open(entry.parent) for entry in sorted(path.glob("*/run.json"))]
    if not folders:
        problem = Problem("path", "a folder without runs", "a run folder, or a folder that holds run folders")
        raise InputError(str(path), (problem,))
    sections = sorted((read_section(folder) for folder in folders), key=lambda s: str(s.run.get("started_utc", "")))
    samples = [s.result.get("sample", "") for s in sections if s.kind in ("loop", "gouy")]
    title = ", ".join(dict.fromkeys(str(name) for name in samples if name)) or path.resolve().name
    return ReportData(title, tuple(sections))


def write_report(path: Path, out: Path | None = None) -> Path:
    """Write the report on a run, or on a folder of runs.

    Parameters
    ----------
    path : Path
        A run folder, or a folder that holds run folders.
    out : Path, optional
        The file; ``report.html`` in `path` where not given.

    Returns
    -------
    file : Path
        The file: one HTML page that needs nothing else.

    Raises
    ------
    InputError
        There is no run, or a file of one cannot be read.
    """
    target = out or path / "report.html"
    write_atomically(target, report_html(collect(path)))
    return target
