"""Data files (.dat) of Quantum Design's PPMS VSM, MPMS3 and ACMS.

``[Header]`` with ``INFO,value,KEY`` (older: ``INFO,key,value``), ``[Data]``, one line of column names with units in
brackets, rows with commas between. Columns are found by name. Layout: read from measured files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from vsmdaq.formats.table import FIELD_UNITS, MOMENT_UNITS, MeasuredLoop, number, read_text, refuse, unit_factor

__all__ = ["parse", "read"]

_FIELD = "Magnetic Field"
# In this order, the first that holds numbers: ACMS calls its alternating moment "Moment", so M-DC comes first; MPMS3 DC
# scans leave "Moment" empty, and the fit with fixed centre is the one that does not run away with small moments.
_MOMENTS = ("M-DC", "Moment", "DC Moment Fixed Ctr", "DC Moment Free Ctr")
_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_NAME = re.compile(r"(?P<name>.*\S)\s*\((?P<unit>[^()]*)\)\s*")
_MASS = re.compile(r"(\d+\.?\d*)\s*(mg|g|)", re.ASCII)


def read(path: Path | str, moment_column: str | None = None) -> MeasuredLoop:
    """Read the file at `path`; see `parse`."""
    return parse(read_text(Path(path)), source=str(path), moment_column=moment_column)


def parse(text: str, *, source: str = "text", moment_column: str | None = None) -> MeasuredLoop:
    """Read field and moment from the text of a file.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        What errors and the result call it.
    moment_column : str, optional
        Name of the column to take as moment, without its unit; by default ``M-DC``, ``Moment``, ``DC Moment Fixed Ctr``
        or ``DC Moment Free Ctr``, the first that has a number.

    Returns
    -------
    MeasuredLoop
        SI, in the order of the file. Rows with an empty field or moment (touchdowns, other options' rows) are left out
        and counted in metadata ``"rows_skipped"``; ``"moment_column"``, ``"sample_mass_kg"`` where the file states it,
        and all of the header as ``"INFO/key"`` or ``"KEY"``.

    Raises
    ------
    InputError
        Not such a file, a column missing, a unit unknown, a torn row, or no row with a moment.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "[Header]":
        raise refuse(source, "line 1", repr(lines[0]), "[Header]")
    start = next((index for index, line in enumerate(lines) if line.strip() == "[Data]"), None)
    if start is None or start + 1 >= len(lines):
        raise refuse(source, "file", "no [Data] with column names", "[Header] … [Data] … rows")
    metadata = _header(lines[1:start])
    names = lines[start + 1].split(",")
    field_at, field_scale = _column(names, _FIELD, FIELD_UNITS, source, start)
    rows = _rows(lines, start + 2, len(names), source)
    wanted = _choose(names, rows, moment_column, source, start)
    moment_at, moment_scale = _column(names, wanted, MOMENT_UNITS, source, start)
    field: list[float] = []
    moment: list[float] = []
    for line, cells in rows:
        if cells[field_at].strip() and cells[moment_at].strip():
            field.append(number(cells[field_at], source, f"line {line}") * field_scale)
            moment.append(number(cells[moment_at], source, f"line {line}") * moment_scale)
    metadata |= {"moment_column": wanted, "rows_skipped": str(len(rows) - len(field))}
    if not field:
        raise refuse(source, "rows", f"none of {len(rows)} has field and {wanted}", "at least one")
    return MeasuredLoop(field, moment, metadata, source)  # type: ignore[arg-type]


def _header(lines: Sequence[str]) -> dict[str, str]:
    found = {"format": "Quantum Design .dat"}
    for line in lines:
        word, _, rest = line.strip().partition(",")
        if word == "INFO":
            head, _, tail = rest.rpartition(",")
            key, value = (tail, head) if _KEY.fullmatch(tail.strip()) else rest.partition(",")[::2]
            if key.strip():
                found[f"INFO/{key.strip()}"] = value.strip()
        elif word in {"TITLE", "FILEOPENTIME", "BYAPP"}:
            found[word] = rest.strip()
    mass = _MASS.fullmatch(found.get("INFO/SAMPLE_MASS", found.get("INFO/mass", "")))
    if mass:
        # a bare number is in mg
        found["sample_mass_kg"] = repr(float(f"{mass[1]}e-3" if mass[2] == "g" else f"{mass[1]}e-6"))
    return found


def _rows(lines: Sequence[str], first: int, width: int, source: str) -> list[tuple[int, list[str]]]:
    """Line numbers and cells; a comment may itself hold commas, so cells too many are part of the first.

    ACMS names more columns than its rows have: what the first row has, the others must have; the rest is empty.
    """
    rows: list[tuple[int, list[str]]] = []
    habit = width
    for index, line in enumerate(lines[first:], start=first + 1):
        if not line.strip():
            continue
        cells = line.split(",")
        if not rows:
            habit = min(width, len(cells))
        if len(cells) < habit:
            raise refuse(source, f"line {index}", f"{len(cells)} cells", f"{habit} cells", "The row is torn.")
        extra = len(cells) - habit
        rows.append((index, [",".join(cells[: extra + 1]), *cells[extra + 1 :], *[""] * (width - habit)]))
    return rows


def _split(name: str) -> tuple[str, str]:
    match = _NAME.fullmatch(name)
    return (match["name"], match["unit"]) if match else (name.strip(), "")


def _column(
    names: Sequence[str], wanted: str, units: Mapping[str, float], source: str, start: int
) -> tuple[int, float]:
    where = f"line {start + 2}"
    for index, name in enumerate(names):
        base, unit = _split(name)
        if base == wanted:
            return index, unit_factor(unit, units, source, f"{where}, {name.strip()}")
    raise refuse(source, where, f"no column {wanted!r}", ", ".join(_split(name)[0] for name in names if name.strip()))


def _choose(
    names: Sequence[str], rows: Sequence[tuple[int, list[str]]], asked: str | None, source: str, start: int
) -> str:
    if asked is not None:
        return asked
    bases = [_split(name)[0] for name in names]
    present = [name for name in _MOMENTS if name in bases]
    for name in present:
        at = bases.index(name)
        if any(cells[at].strip() for _, cells in rows):
            return name
    if present:
        raise refuse(source, "rows", f"{len(rows)} rows, none with {' or '.join(present)}", "at least one moment")
    raise refuse(source, f"line {start + 2}", "no column of moments", ", ".join(_MOMENTS))
