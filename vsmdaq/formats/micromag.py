"""Hysteresis loops of the Princeton MicroMag 2900/3900, series 15 and 16.x.

The file says: a title with the series, the kind of measurement, sections (a title in capitals, then keys with values from
column 24 or 32 on), the table of segments, two or three lines of column headings, rows in engineering format, an end
mark. Raw field and moment stand before adjusted ones, under the same names. Layout: read from measured files.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from vsmdaq.formats.table import FIELD_UNITS, MOMENT_UNITS, MeasuredLoop, number, read_text, refuse, unit_factor

__all__ = ["parse", "read"]

_TITLE = re.compile(r"MicroMag 2900/3900 Data File \(Series 0*(15|16(?:\.\d+)?)\)\s*")
_END = "MicroMag 2900/3900 Data File ends"
_UNITS = {"Hybrid SI": ("T", "A m2"), "SI": ("A/m", "A m2"), "cgs": ("Oe", "emu")}
_GAP = re.compile(r"\s{2,}")
_ROW = re.compile(r"\s*[+-]?\d")


def read(path: Path | str, columns: Literal["raw", "adjusted"] = "raw") -> MeasuredLoop:
    """Read the file at `path`; see `parse`."""
    return parse(read_text(Path(path)), source=str(path), columns=columns)


def parse(text: str, *, source: str = "text", columns: Literal["raw", "adjusted"] = "raw") -> MeasuredLoop:
    """Read a loop from the text of a file.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        What errors and the result call it.
    columns : {"raw", "adjusted"}
        What was measured, or what the instrument's software made of it (slope, offset, background).

    Returns
    -------
    MeasuredLoop
        SI. Metadata: ``"series"``, ``"kind"``, ``"columns"``, and each header line as ``"SECTION/key"``, as written; the
        instrument's own parameters are ``"CHARACTERIZATION/Coercivity"`` etc., in the units of the file.

    Raises
    ------
    InputError
        Not such a file, not a loop, units or columns unknown, a torn row, or another number of rows than announced.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    metadata = _title(lines, source)
    headings = _find_headings(lines, source)
    metadata |= _header(lines[2:headings])
    names = _GAP.split(lines[headings].strip())
    at = _pick_columns(names, columns, source, headings)
    scales = _scales(lines, headings, metadata, at, source)
    field, moment = _rows(lines, headings + 1, len(names), at, scales, source)
    _check_count(len(field), metadata, lines[:headings], source)
    metadata["columns"] = columns
    return MeasuredLoop(field, moment, metadata, source)  # type: ignore[arg-type]


def _title(lines: list[str], source: str) -> dict[str, str]:
    title = _TITLE.fullmatch(lines[0])
    if title is None:
        allowed = "'MicroMag 2900/3900 Data File (Series 0015)' or a series 0016"
        raise refuse(source, "line 1", repr(lines[0]), allowed)
    kind = lines[1].strip() if len(lines) > 1 else ""
    if "hysteresis loop" not in kind.lower():
        raise refuse(source, "line 2", repr(kind), "a measurement that has a 'Hysteresis loop'")
    return {"format": "MicroMag 2900/3900", "series": title[1], "kind": kind}


def _header(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    section = ""
    for line in lines:
        stripped = line.strip()
        if stripped and stripped == stripped.upper() and len(_GAP.split(stripped)) == 1 and stripped.isalpha():
            section = stripped
        elif section and stripped and not _ROW.match(line):
            key, _, value = stripped.partition("  ")
            if value.strip():
                found[f"{section}/{key.strip()}"] = value.strip()
        if stripped.startswith("Segment"):  # the table of segments follows; no more keys
            break
    return found


def _find_headings(lines: list[str], source: str) -> int:
    """Index of the line with the names of the columns: the last one before the rows that starts with Field."""
    for index, line in enumerate(lines):
        names = _GAP.split(line.strip())
        if names[0] == "Field" and len(names) > 1 and "Moment" in names:
            return index
    raise refuse(source, "column headings", "none", "a line with 'Field' and 'Moment' above the rows")


def _pick_columns(names: list[str], columns: str, source: str, line: int) -> tuple[int, int]:
    fields = [index for index, name in enumerate(names) if name == "Field"]
    moments = [index for index, name in enumerate(names) if name == "Moment"]
    wanted = 0 if columns == "raw" else 1
    if min(len(fields), len(moments)) <= wanted:
        given = f"{columns!r} of {', '.join(names)}"
        raise refuse(source, f"line {line + 1}", given, "columns that the file has", "Ask for the raw columns.")
    return fields[wanted], moments[wanted]


def _scales(
    lines: list[str], headings: int, metadata: dict[str, str], at: tuple[int, int], source: str
) -> tuple[float, float]:
    """SI value of one unit of field and of moment: by the header, and by the headings where they have units."""
    system = metadata.get("INSTRUMENT/Units of measure", "")
    if system not in _UNITS:
        raise refuse(source, "INSTRUMENT/Units of measure", repr(system), ", ".join(_UNITS))
    factors = (
        unit_factor(_UNITS[system][0], FIELD_UNITS, source, "units"),
        unit_factor(_UNITS[system][1], MOMENT_UNITS, source, "units"),
    )
    below = lines[headings + 1] if headings + 1 < len(lines) else ""
    if "(" not in below:
        return factors
    units = [unit.strip("() ") for unit in _GAP.split(below.strip())]
    where = f"line {headings + 2}"
    if max(at) >= len(units):
        raise refuse(source, where, repr(below), "a unit for each column")
    stated = (
        unit_factor(units[at[0]], FIELD_UNITS, source, where),
        unit_factor(units[at[1]], MOMENT_UNITS, source, where),
    )
    if stated != factors:
        raise refuse(source, where, f"{below.strip()!r} under {system!r}", "the same units in header and headings")
    return factors


def _rows(
    lines: list[str], first: int, width: int, at: tuple[int, int], scales: tuple[float, float], source: str
) -> tuple[list[float], list[float]]:
    field: list[float] = []
    moment: list[float] = []
    for index, line in enumerate(lines[first:], start=first + 1):
        if line.strip() == _END:
            return field, moment
        if not line.strip() or (not field and line.lstrip().startswith("(")):
            continue
        cells = line.split(",")
        if len(cells) < width:
            raise refuse(source, f"line {index}", repr(line), f"{width} numbers with commas between")
        field.append(number(cells[at[0]], source, f"line {index}") * scales[0])
        moment.append(number(cells[at[1]], source, f"line {index}") * scales[1])
    raise refuse(source, "last line", repr(lines[-1]), repr(_END), "The file is cut off: copy it again.")


def _check_count(found: int, metadata: dict[str, str], head: list[str], source: str) -> None:
    """The number of rows is announced: by key (series 16) or by the last segment's final index (series 15)."""
    announced = metadata.get("SCRIPT/Number of data")
    if announced is None:
        segments = [line.split(",") for line in head if _ROW.match(line) and line.count(",") >= 6]
        if not segments:
            return
        announced = segments[-1][-1].strip()
    if number(announced, source, "number of data") != found:
        raise refuse(source, "rows", str(found), f"{announced}, as the header announces", "Copy the file again.")
