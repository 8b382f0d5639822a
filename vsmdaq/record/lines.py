"""A text file of sealed lines that only grows: each line ends with the CRC-32 of what stands before it.

A line cut by a kill reads as another number (1.9e-5 cut to 1.9): without the seal nobody could tell.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsmdaq.record.atomic import write_atomically
from vsmdaq.record.errors import RecordError
from vsmdaq.record.jsontext import canonical_json, parse_object
from vsmdaq.terms import InputError, Problem

__all__ = ["SealedFile", "SealedLines", "damaged", "read_sealed", "seal", "start_sealed"]

_CRC_COLUMN = "crc32"


def seal(fields: Sequence[str]) -> bytes:
    r"""Join `fields` with commas, add the CRC-32 (8 hex digits) of that text as the last field, and ``\n``."""
    text = ",".join(fields).encode("ascii")
    return b"%s,%08x\n" % (text, zlib.crc32(text))


def _unseal(line: bytes) -> tuple[str, ...] | None:
    """Fields of a line without its newline, or None where the seal does not hold."""
    text, comma, checksum = line.rpartition(b",")
    if not comma or checksum != b"%08x" % zlib.crc32(text):
        return None
    return tuple(text.decode("ascii").split(","))


@dataclass(frozen=True, slots=True)
class SealedLines:
    """What a sealed file holds.

    Attributes
    ----------
    header : dict
        The JSON object of the first line.
    columns : tuple of str
        Names of the columns, without ``crc32``.
    rows : tuple of tuple of str
        Fields of each whole line.
    problems : tuple of Problem
        A torn tail that was left out; empty otherwise.
    good_bytes : int
        Length of the file up to the end of the last whole line.
    """

    header: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]
    good_bytes: int


def start_sealed(path: Path, header: dict[str, Any], columns: Sequence[str], sync: Callable[[int], None]) -> None:
    """Write the two head lines, whole or not at all. Raises InputError where `path` exists: records are not replaced."""
    if path.exists():
        raise InputError(
            str(path), (Problem("file", "a record", "a path without one", "Resume it or choose another."),)
        )
    head = b"# %s\n%s\n" % (canonical_json(header), ",".join([*columns, _CRC_COLUMN]).encode("ascii"))
    write_atomically(path, head, sync=sync)


def read_sealed(path: Path, *, batched: bool = False) -> SealedLines:
    """Read a sealed file, also one that another process is writing.

    A last line that is cut or does not match its seal was never announced: it is left out and reported. `batched` is for a
    file that gets many lines at a time: power lost meanwhile may leave zeros where some of them should be, and later ones
    behind. What follows the first zeros is left out then.

    Raises
    ------
    InputError
        There is no such file, its head is unreadable, or a line before the last is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), (Problem("file", str(error.strerror), "a record to read"),)) from error
    whole, _, tail = data.rpartition(b"\n")
    lines = whole.split(b"\n")
    header, columns = _read_head(path, lines)
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate(lines[2:], start=3):
        fields = _unseal(line.removesuffix(b"\r"))  # an editor or version control may have changed line ends
        if fields is not None and len(fields) == len(columns):
            rows.append(fields)
        elif number == len(lines) and not tail:
            tail = line + b"\n"
        elif batched and b"\0" in line:
            tail = b"\n".join([*lines[number - 1 :], tail])
            break
        else:
            raise damaged(path, number, line)
    problems = (_torn(3 + len(rows), tail),) if tail else ()
    return SealedLines(header, columns, tuple(rows), problems, len(data) - len(tail))


def damaged(path: Path, number: int, line: bytes | str) -> InputError:
    """Return the error for a line (counted from 1) that is not what was written."""
    text = line.decode("ascii", "backslashreplace") if isinstance(line, bytes) else line
    problem = Problem(
        f"line {number}",
        repr(text if len(text) <= 60 else f"{text[:40]} ... {text[-16:]}"),
        "the line as it was written, which its crc32 proves",
        f"This is a damaged {path.name}: it was edited, or the disk failed. Take a copy from the backup; "
        "lines are never repaired or skipped.",
    )
    return InputError(str(path), (problem,))


def _torn(number: int, tail: bytes) -> Problem:
    text = tail.decode("ascii", "backslashreplace")
    return Problem(
        f"line {number}",
        f"a torn last line of {len(tail)} bytes ({text[:40]!r})",
        "a whole line with its crc32",
        "It was being written when the run stopped; it was not announced and is left out.",
    )


def _read_head(path: Path, lines: list[bytes]) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        if not lines[0].startswith(b"# "):
            raise ValueError("no '# {...}' in the first line")  # noqa: TRY301 (one message for all that is wrong here)
        header = parse_object(lines[0][2:])
        columns = tuple(lines[1].removesuffix(b"\r").decode("ascii").split(","))
        if columns[-1] != _CRC_COLUMN:
            raise ValueError(f"the last column is {columns[-1]!r}, not {_CRC_COLUMN}")  # noqa: TRY301
    except (ValueError, TypeError, IndexError) as error:
        problem = Problem("head", str(error), "a line '# {...}' and a line of column names, the last one crc32")
        raise InputError(str(path), (problem,)) from error
    return header, columns[:-1]


class SealedFile:
    """A sealed file open for growing. One handle for the whole run: others may lock a file between two openings.

    Parameters
    ----------
    path : Path
        A file made by `start_sealed`.
    good_bytes : int
        Where its last whole line ends; what stands behind it is cut off.
    sync : callable
        Makes a file descriptor durable.
    """

    def __init__(self, path: Path, good_bytes: int, sync: Callable[[int], None] = os.fsync) -> None:
        self._path = path
        self._sync = sync
        self._good_bytes = good_bytes
        self._stream = path.open("r+b", buffering=0)
        try:
            self._cut()
        except BaseException:
            self._stream.close()
            raise

    def _cut(self) -> None:
        if self._stream.seek(0, os.SEEK_END) != self._good_bytes:
            self._stream.truncate(self._good_bytes)
            self._sync(self._stream.fileno())
        self._stream.seek(self._good_bytes)

    def append(self, lines: bytes) -> None:
        """Add whole lines; return when they are durable.

        Raises
        ------
        RecordError
            They could not be made durable (full disk ...). The file ends as before; the next call may try again.
        """
        try:
            self._cut()  # an earlier failure may have left half a line
            remaining = memoryview(lines)
            while remaining:
                remaining = remaining[self._stream.write(remaining) :]
            self._sync(self._stream.fileno())
        except OSError as error:
            with suppress(OSError):  # what cannot be cut now is cut before the next line, or dropped by the reader
                self._cut()
            raise RecordError(str(self._path), str(error.strerror)) from error
        self._good_bytes += len(lines)

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._stream.close()
