"""Tables of true against reported field over a full cycle, as palladium measurements give them.

Comma-separated text whose first line names the columns, among them ``Magnetic Field (Oe)`` (reported) and ``True Field (Oe)``, each
with its unit; other columns are passed over. Rows are in the order of measurement: from one end to the other and back. This is how
the tables ``PdCal_..._Oe.csv`` of github.com/KevinRapo/VSM-measurement-analysis are written (true field = moment of palladium over
mass times χ = 5.25e-6 emu/(g Oe); a figure that is typical, and a scale that is common to both branches).

They are of superconducting magnets: what stays is flux trapped in the wire, against the field that was, so that the descending branch
is the lower one. In a yoke it is the upper one; the driver ``field_table``, which is for yokes, refuses such a table.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.branch_field import BranchField
from vsmdaq.formats.table import FIELD_UNITS, number, read_text, refuse, unit_factor

__all__ = ["parse_branch_field", "read_branch_field"]

_COLUMN = re.compile(r"\s*(?P<name>magnetic field|true field)\s*\((?P<unit>[^()]*)\)\s*", re.IGNORECASE)

_FEWEST = 3


def read_branch_field(path: Path | str) -> BranchField:
    """Read the file at `path`; see `parse_branch_field`."""
    return parse_branch_field(read_text(Path(path)), source=str(path))


def parse_branch_field(text: str, *, source: str = "text") -> BranchField:
    """Read a table.

    Raises
    ------
    InputError
        A column or its unit is missing, a row is no pair of numbers, or the rows are not one full cycle.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    found = _columns(lines[0] if lines else "", source)
    rows = [_row(line, place, found, source) for place, line in enumerate(lines[1:], start=2)]
    return _branches(np.array(rows).reshape(-1, 2), source)


def _columns(head: str, source: str) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for place, cell in enumerate(head.split(",")):
        match = _COLUMN.fullmatch(cell)
        if match is not None:
            found[match["name"].lower()] = place, unit_factor(match["unit"].strip(), FIELD_UNITS, source, cell.strip())
    if len(found) < 2:
        raise refuse(source, "line 1", head, "columns 'Magnetic Field (Oe)' and 'True Field (Oe)', with their units")
    return found


def _row(line: str, place: int, columns: dict[str, tuple[int, float]], source: str) -> tuple[float, float]:
    cells = line.split(",")
    values: list[float] = []
    for name in ("magnetic field", "true field"):
        column, factor = columns[name]
        if column >= len(cells):
            raise refuse(source, f"line {place}", line, "as many columns as in the first line")
        values.append(number(cells[column], source, f"line {place}") * factor)
    return values[0], values[1]


def _branches(rows: NDArray[np.float64], source: str) -> BranchField:
    """The two branches; the row where the cycle turns is the end of both."""
    allowed = f"down from the highest field and up again (or the reverse), at least {_FEWEST} rows each way"
    if rows.shape[0] < 2 * _FEWEST - 1:
        raise refuse(source, "rows", f"{rows.shape[0]} rows", allowed)
    reported = rows[:, 0]
    falls_first = abs(reported[0] - reported.max()) < abs(reported[0] - reported.min())
    turn = int(np.argmin(reported) if falls_first else np.argmax(reported))
    first, second = rows[: turn + 1], rows[turn:]
    down, up = (first[::-1], second) if falls_first else (second[::-1], first)
    for branch in (down, up):
        if branch.shape[0] < _FEWEST or np.any(np.diff(branch, axis=0) <= 0.0):
            given = f"a branch of {branch.shape[0]} rows, or one whose fields do not go one way"
            raise refuse(source, "rows", given, allowed)
    return BranchField(down[:, 0], down[:, 1], up[:, 0], up[:, 1])
