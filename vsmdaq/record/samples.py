"""samples.csv: the lock-in's single answers behind each point, where the user's policy keeps them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vsmdaq.record.codec import unit_of
from vsmdaq.record.lines import SealedFile, damaged, read_sealed, seal, start_sealed
from vsmdaq.terms import InputError, Problem

__all__ = ["PointSamples", "SampleLog", "read_samples"]

_COLUMNS = ("index", "time_s", "x_v_rms", "y_v_rms")


@dataclass(frozen=True, slots=True)
class PointSamples:
    """Samples of the point `index`: three columns of equal length."""

    index: int
    time_s: tuple[float, ...]
    x_v_rms: tuple[float, ...]
    y_v_rms: tuple[float, ...]


class SampleLog:
    """The samples' file open for growing.

    A point's samples are written after the point itself: a kill in between loses them, never the point.
    """

    def __init__(self, file: SealedFile) -> None:
        self._file = file

    @classmethod
    def create(cls, path: Path, *, run_id: str, sync: Callable[[int], None] = os.fsync) -> SampleLog:
        """Begin the file. Raises InputError where there is one already."""
        units = {name: unit_of(name) for name in _COLUMNS}
        header = {"schema": 1, "kind": "samples", "run_id": run_id, "columns": list(_COLUMNS), "units": units}
        start_sealed(path, header, _COLUMNS, sync)
        return cls(SealedFile(path, path.stat().st_size, sync))

    @classmethod
    def reopen(cls, path: Path, *, sync: Callable[[int], None] = os.fsync) -> tuple[SampleLog, tuple[Problem, ...]]:
        """Go on with the file; a torn tail is cut off, and said. Raises InputError where it is damaged."""
        lines = read_sealed(path, batched=True)
        return cls(SealedFile(path, lines.good_bytes, sync)), lines.problems

    def append(self, index: int, time_s: Sequence[float], x_v_rms: Sequence[float], y_v_rms: Sequence[float]) -> None:
        """Write the samples of one point, durable when this returns.

        Raises
        ------
        ValueError
            The columns differ in length.
        RecordError
            They could not be made durable; none of them is in the file.
        """
        rows = zip(time_s, x_v_rms, y_v_rms, strict=True)
        self._file.append(b"".join(seal((str(index), *(repr(float(value)) for value in row))) for row in rows))

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._file.close()


def read_samples(path: Path) -> tuple[tuple[PointSamples, ...], tuple[Problem, ...]]:
    """Return the samples point by point, in the order they were taken, and what was left out of a torn tail.

    Raises
    ------
    InputError
        There is no such file, or it is damaged.
    """
    lines = read_sealed(path, batched=True)
    if lines.columns != _COLUMNS:
        raise InputError(str(path), (Problem("line 2", ",".join(lines.columns), ",".join(_COLUMNS)),))
    blocks: dict[int, list[tuple[float, ...]]] = {}
    for number, row in enumerate(lines.rows, start=3):
        try:
            blocks.setdefault(int(row[0]), []).append(tuple(float(text) for text in row[1:]))
        except ValueError as error:
            raise damaged(path, number, ",".join(row)) from error
    points = [PointSamples(index, *zip(*rows, strict=True)) for index, rows in blocks.items()]
    return tuple(points), lines.problems
