"""raw.csv: one line a point; a point is announced only when it is on disk, and a line is never rewritten."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self

from vsmdaq.record.codec import P, PointCodec, codec_for
from vsmdaq.record.lines import SealedFile, damaged, read_sealed, seal, start_sealed
from vsmdaq.terms import InputError, Problem

__all__ = ["JOURNAL_SCHEMA", "Journal", "JournalContents", "journal_kind", "read_journal"]

JOURNAL_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class JournalContents(Generic[P]):
    """What a journal holds.

    Attributes
    ----------
    points : tuple of MomentPoint or of WeightPoint
        All points that were announced, in order.
    header : dict
        ``schema``, ``kind``, ``run_id``, ``columns``, ``units``.
    problems : tuple of Problem
        A torn tail that was left out; empty otherwise.
    good_bytes : int
        Length of the file up to the end of the last whole line.
    """

    points: tuple[P, ...]
    header: dict[str, Any]
    problems: tuple[Problem, ...]
    good_bytes: int


def journal_kind(path: Path) -> str:
    """Return ``"moment"`` or ``"weight"``: which points a journal holds. Raises InputError as `read_journal` does."""
    return str(read_sealed(path).header.get("kind", ""))


def read_journal(path: Path, point_type: type[P]) -> JournalContents[P]:
    """Read a journal, also one that is being written.

    Parameters
    ----------
    path : Path
        The raw.csv.
    point_type : type
        `MomentPoint` or `WeightPoint`.

    Raises
    ------
    InputError
        There is no such file, it holds other points, its head is unreadable, or a line before the last is damaged.
    """
    codec = codec_for(point_type)
    lines = read_sealed(path)
    _check_head(path, lines.header, lines.columns, codec)
    points = []
    for number, row in enumerate(lines.rows, start=3):
        try:
            points.append(codec.decode(row))
        except ValueError as error:
            raise damaged(path, number, ",".join(row)) from error
    return JournalContents(tuple(points), lines.header, lines.problems, lines.good_bytes)


def _check_head(path: Path, header: dict[str, Any], columns: tuple[str, ...], codec: PointCodec[P]) -> None:
    advice = "Read it with the version of vsmdaq that wrote it."
    wanted = {"schema": JOURNAL_SCHEMA, "kind": codec.kind, "columns": list(codec.columns), "units": codec.units}
    problems = [
        Problem(key, repr(header.get(key)), repr(value), advice)
        for key, value in wanted.items()
        if header.get(key) != value
    ]
    if columns != codec.columns:
        problems.append(Problem("line 2", ",".join(columns), ",".join(codec.columns), advice))
    if problems:
        raise InputError(str(path), tuple(problems))


class Journal(Generic[P]):
    """A journal open for points; made by `create` or `reopen`.

    A context manager; it holds its file from beginning to end of the run.
    """

    def __init__(self, codec: PointCodec[P], file: SealedFile) -> None:
        self._codec: PointCodec[P] = codec
        self._file = file

    @classmethod
    def create(
        cls, path: Path, point_type: type[P], *, run_id: str, sync: Callable[[int], None] | None = None
    ) -> Journal[P]:
        """Begin a journal.

        Parameters
        ----------
        path : Path
            Where; nothing may be there.
        point_type : type
            `MomentPoint` or `WeightPoint`.
        run_id : str
            Name of the run, for the header.
        sync : callable, optional
            Makes a file descriptor durable: `os.fsync`; another one only to measure what that costs.

        Raises
        ------
        InputError
            There is a file already.
        """
        codec = codec_for(point_type)
        header: dict[str, Any] = {"schema": JOURNAL_SCHEMA, "kind": codec.kind, "run_id": run_id}
        header |= {"columns": list(codec.columns), "units": codec.units}
        start_sealed(path, header, codec.columns, sync or os.fsync)
        return cls(codec, SealedFile(path, path.stat().st_size, sync or os.fsync))

    @classmethod
    def reopen(
        cls, path: Path, point_type: type[P], *, sync: Callable[[int], None] | None = None
    ) -> tuple[Journal[P], JournalContents[P]]:
        """Go on with a journal whose process has ended: a torn tail is cut off the file.

        Returns
        -------
        journal : Journal
            Open behind the last whole line.
        contents : JournalContents
            What was there; `problems` says what was cut off.

        Raises
        ------
        InputError
            As `read_journal`; the file is untouched then.
        """
        contents = read_journal(path, point_type)
        return cls(codec_for(point_type), SealedFile(path, contents.good_bytes, sync or os.fsync)), contents

    def append(self, point: P) -> None:
        """Write one point; return when it is durable, so that it may be announced.

        Raises
        ------
        RecordError
            It could not be made durable; it is not in the file.
        TypeError, ValueError
            A field is not of its type, or a flag has no name; nothing was written.
        """
        self._file.append(seal(self._codec.encode(point)))

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
