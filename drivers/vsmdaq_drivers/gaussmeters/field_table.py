"""A table I -> H of an electromagnet with both branches of its yoke, and what of it holds after a given history of the current.

The file is comma-separated text; ``#`` begins a comment::

    current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m
    -60.0,     -801200,            -801200,           60
    ...

Currents rise from row to row. ``descending`` is H on the way down from the last row, ``ascending`` on the way up from the first;
the two meet in the first and the last row, where the loop that the table was measured in turned. ``u_a_per_m`` is the standard
uncertainty of both, with everything in it: the gaussmeter that measured them, the reading of the current, straight lines
between the rows.

A branch is known after the current has been at the end of the table where it begins. Where the current turns anywhere else, H lies
between the branches and nobody has measured where: it is taken as halfway, with the uncertainty of a rectangle as wide as the
gap, until the current reaches an end, or has gone a stated way without turning again (`joined_after_a`).
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from vsmdaq_drivers.replies import number_or_none

__all__ = [
    "COLUMNS",
    "Branch",
    "FieldTable",
    "FieldTableError",
    "History",
    "TableField",
    "field_at",
    "parse_table",
    "seen",
]

COLUMNS = ("current_a", "descending_a_per_m", "ascending_a_per_m", "u_a_per_m")
"""Head of the file."""

Branch = Literal["descending", "ascending", "between"]

# A turn, or a distance from the end of the table, below this share of its largest current is noise of the reading.
_NOISE = 3e-4


class FieldTableError(ValueError):
    """A table that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The table: currents (A, rising), H on both branches and its standard uncertainty (A/m), and the file's SHA-256."""

    current_a: tuple[float, ...]
    descending_a_per_m: tuple[float, ...]
    ascending_a_per_m: tuple[float, ...]
    u_a_per_m: tuple[float, ...]
    digest: str

    @property
    def noise_a(self) -> float:
        """Get how far the current may go back without having turned (A)."""
        return _NOISE * max(abs(self.current_a[0]), abs(self.current_a[-1]))

    def covers(self, current_a: float) -> bool:
        """Whether a current (A) is in the table, or no farther beyond its ends than the noise of a reading."""
        return self.current_a[0] - self.noise_a <= current_a <= self.current_a[-1] + self.noise_a

    def row_beyond(self, allowed_a_per_m: Callable[[float], float]) -> int | None:
        """Index of the first row whose uncertainty is larger than allowed for its field; None where none is."""
        rows = zip(self.descending_a_per_m, self.ascending_a_per_m, self.u_a_per_m, strict=True)
        for index, (down, up, u) in enumerate(rows):
            if u > allowed_a_per_m(min(abs(down), abs(up))) * (1.0 + 1e-9):
                return index
        return None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the way of the current.

    Attributes
    ----------
    branch : str
        Where H is now.
    direction : int
        +1 up, -1 down, 0 not known yet.
    farthest_a : float
        Farthest current in this direction since the last turn.
    turned_a : float
        Current at the last turn, or where the first look found it.
    """

    branch: Branch
    direction: int
    farthest_a: float
    turned_a: float


@dataclass(frozen=True, slots=True)
class TableField:
    """H (A/m) by the table, and the standard uncertainty (A/m) for not knowing the branch, on top of the table's own."""

    field_a_per_m: float
    u_branch_a_per_m: float


def parse_table(text: str) -> FieldTable:
    """Read a table.

    Raises
    ------
    FieldTableError
        It is none; the message says in which line.
    """
    lines = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines or tuple(cell.strip() for cell in lines[0][1].split(",")) != COLUMNS:
        found = f"line {lines[0][0]} is {lines[0][1]!r}" if lines else "there is no line"
        raise FieldTableError(f"the first line has to be {', '.join(COLUMNS)}; {found}")
    rows = [_row(number, line) for number, line in lines[1:]]
    if len(rows) < 2:
        raise FieldTableError(f"two rows are the fewest; there are {len(rows)}")
    _check_order([number for number, _ in lines[1:]], rows)
    current, down, up, u = (tuple(column) for column in zip(*rows, strict=True))
    return FieldTable(current, down, up, u, hashlib.sha256(text.encode()).hexdigest())


def _row(number: int, line: str) -> tuple[float, float, float, float]:
    values = [number_or_none(cell) for cell in line.split(",")]
    match values:
        case [float(current), float(down), float(up), float(u)] if u >= 0.0:
            return current, down, up, u
        case _:
            raise FieldTableError(f"line {number} is {line!r}: four numbers are wanted, the last (u) not negative")


def _check_order(numbers: list[int], rows: list[tuple[float, float, float, float]]) -> None:
    for number, (before, after) in zip(numbers[1:], pairwise(rows), strict=True):
        if not all(a < b for a, b in zip(before[:3], after[:3], strict=True)):
            raise FieldTableError(f"line {number}: current and both fields have to rise from row to row")
    for number, (_, down, up, u) in zip(numbers, rows, strict=True):
        if down < up - 2.0 * u:
            reason = f"the descending branch ({down:g} A/m) is below the ascending one ({up:g} A/m)"
            raise FieldTableError(f"line {number}: {reason}; are the columns swapped?")
    for number, (current, down, up, u) in ((numbers[0], rows[0]), (numbers[-1], rows[-1])):
        if abs(down - up) > 2.0 * u:
            reason = f"the branches have to meet at {current:g} A; {abs(down - up):g} A/m lie between them"
            raise FieldTableError(f"line {number}: {reason}, 2 u = {2.0 * u:g} A/m are allowed")


def seen(table: FieldTable, history: History | None, current_a: float, *, joined_after_a: float | None) -> History:
    """Take one look at the current into its history.

    Parameters
    ----------
    table : FieldTable
        The table.
    history : History or None
        What was known before; None for the first look.
    current_a : float
        Measured current, A.
    joined_after_a : float or None
        Way (A) without a turn after which H is on the branch of its direction, wherever it came from; None where only
        the ends of the table tell.
    """
    if current_a >= table.current_a[-1] - table.noise_a:
        return History("descending", -1, current_a, current_a)
    if current_a <= table.current_a[0] + table.noise_a:
        return History("ascending", 1, current_a, current_a)
    if history is None:
        return History("between", 0, current_a, current_a)
    return _joined(_moved(table, history, current_a), current_a, joined_after_a)


def _moved(table: FieldTable, history: History, current_a: float) -> History:
    way = current_a - history.farthest_a
    if history.direction == 0:
        if abs(way) <= table.noise_a:
            return history
        return replace(history, direction=1 if way > 0.0 else -1, farthest_a=current_a)
    if way * history.direction >= 0.0:
        return replace(history, farthest_a=current_a)
    if abs(way) <= table.noise_a:
        return history
    return History("between", -history.direction, current_a, history.farthest_a)


def _joined(history: History, current_a: float, joined_after_a: float | None) -> History:
    if history.branch != "between" or history.direction == 0 or joined_after_a is None:
        return history
    if abs(current_a - history.turned_a) < joined_after_a:
        return history
    return replace(history, branch="ascending" if history.direction > 0 else "descending")


def field_at(table: FieldTable, history: History, current_a: float) -> TableField:
    """Get H at a current (A) that the table covers; straight lines between the rows and on to the noise beyond the ends."""
    row = min(max(bisect_right(table.current_a, current_a) - 1, 0), len(table.current_a) - 2)
    low_a, high_a = table.current_a[row : row + 2]
    share = (current_a - low_a) / (high_a - low_a)

    def on(branch: tuple[float, ...]) -> float:
        return branch[row] + share * (branch[row + 1] - branch[row])

    down, up = on(table.descending_a_per_m), on(table.ascending_a_per_m)
    if history.branch == "between":
        return TableField(0.5 * (down + up), abs(down - up) / math.sqrt(12.0))
    return TableField(down if history.branch == "descending" else up, 0.0)
