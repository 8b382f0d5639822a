"""The queue file: procedures on one bench, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vsmdaq.formats.inputs.problems import Table, read_toml, validate

__all__ = ["Queue", "QueueEntry", "parse_queue"]

_OnFailure = Literal["stop", "go on"]


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One entry of a queue.

    Attributes
    ----------
    procedure : Path
        Procedure file.
    sample : Path or None
        Sample file instead of the procedure's own.
    name : str or None
        Name of its runs, instead of the procedure's.
    repeat : int
        So often it is run.
    on_failure : str
        ``"stop"``, or ``"go on"`` with the next entry.
    pause_before : str
        What a person has to see to before it begins; ``""`` for nothing.
    """

    procedure: Path
    sample: Path | None
    name: str | None
    repeat: int
    on_failure: str
    pause_before: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue file, validated: its name (of the file), its bench file if it names one, its entries in order."""

    name: str
    title: str
    bench: Path | None
    entries: tuple[QueueEntry, ...]


class _Run(Table):
    procedure: Annotated[str, Field(min_length=1)]
    sample: Annotated[str, Field(min_length=1)] | None = None
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")] | None = None
    repeat: Annotated[int, Field(ge=1, le=1000)] = 1
    on_failure: _OnFailure | None = None
    pause_before: str = ""


class _QueueFile(Table):
    kind: Literal["queue"]
    title: str = ""
    bench: Annotated[str, Field(min_length=1)] | None = None
    on_failure: _OnFailure = "stop"
    run: Annotated[list[_Run], Field(min_length=1)]


def parse_queue(text: str, source: Path) -> Queue:
    """Read a queue file; paths in it are from the file.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    file = validate(_QueueFile, read_toml(text, source), source, text)
    here = source.parent
    entries = tuple(
        QueueEntry(
            procedure=here / run.procedure,
            sample=None if run.sample is None else here / run.sample,
            name=run.name,
            repeat=run.repeat,
            on_failure=run.on_failure or file.on_failure,
            pause_before=run.pause_before,
        )
        for run in file.run
    )
    return Queue(source.stem, file.title, None if file.bench is None else here / file.bench, entries)
