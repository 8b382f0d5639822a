"""mh.csv and its like: derived columns as text, in the style of the journal. They can be made again from raw.csv."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, SupportsFloat, cast

import numpy as np

from vsmdaq.record.atomic import write_atomically
from vsmdaq.record.codec import join_flags, split_flags
from vsmdaq.record.jsontext import canonical_json, parse_object
from vsmdaq.terms import InputError, Problem

__all__ = ["read_mh_csv", "write_mh_csv"]


def _cell(name: str, row: int, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return join_flags((value,)) if value else ""
    if isinstance(value, Sequence):
        return join_flags(cast("Sequence[str]", value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    number = float(cast("SupportsFloat", value))
    if math.isinf(number):
        raise ValueError(f"{name}, row {row}: {number} cannot stand in a table; leave it None and flag the point")
    return "" if math.isnan(number) else repr(number)


def write_mh_csv(path: Path, columns: Mapping[str, Sequence[object]], header: Mapping[str, Any]) -> None:
    """Write a table of derived columns, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; an older one is replaced (it is derived).
    columns : mapping of str to sequence
        Columns of equal length by name, unit in the name. Numbers, None (or nan) for what could not be had (an empty
        cell; the flags say why), names, or tuples of flags.
    header : mapping
        What goes into the '#' line: schema, kind, run, calibrations. Plain JSON.

    Raises
    ------
    ValueError
        Columns differ in length, or a number is infinite.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns differ in length: {lengths}")
    lines = [b"# " + canonical_json(dict(header)), ",".join(columns).encode("ascii")]
    for row, values in enumerate(zip(*columns.values(), strict=True)):
        cells = (_cell(name, row, value) for name, value in zip(columns, values, strict=True))
        lines.append(",".join(cells).encode("ascii"))
    write_atomically(path, b"\n".join(lines) + b"\n")


def _number(text: str) -> float | int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)


def read_mh_csv(path: Path) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any]]:
    """Read a table that `write_mh_csv` wrote.

    Returns
    -------
    columns : dict of str to tuple
        Numbers, None for an empty cell; the column ``flags`` holds tuples of str. A column with a cell that is no
        number holds text.
    header : dict
        The '#' line.

    Raises
    ------
    InputError
        There is no such file, or it has another shape.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        if not lines[0].startswith("# "):
            raise ValueError("no '# {...}' in the first line")  # noqa: TRY301 (one message for all that is wrong here)
        header = parse_object(lines[0][2:])
        names = lines[1].split(",")
        rows = [line.split(",") for line in lines[2:]]
        columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    except OSError as error:
        raise InputError(str(path), (Problem("file", str(error.strerror), "a table to read"),)) from error
    except (ValueError, TypeError, IndexError) as error:
        problem = Problem("content", str(error), "a table as vsmdaq writes it", "Make it again with `vsmdaq reduce`.")
        raise InputError(str(path), (problem,)) from error
    return {name: _column(name, cells) for name, cells in columns.items()}, header


def _column(name: str, cells: tuple[str, ...]) -> tuple[Any, ...]:
    if name == "flags":
        return tuple(split_flags(cell) for cell in cells)
    try:
        return tuple(_number(cell) for cell in cells)
    except ValueError:
        return tuple("".join(split_flags(cell)) for cell in cells)
