"""A queue of procedures: what is in it, and the record of what was done, by which another process goes on with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vsmdaq.campaigns.job import Job, load_job
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.formats.inputs.queue_file import Queue, QueueEntry
from vsmdaq.record import EventLog, read_events
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import Clock

__all__ = ["Item", "QueueRecord", "items_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """One run of a queue: its number from 0, its job under its name, and its entry in the file."""

    number: int
    job: Job
    entry: QueueEntry


def items_of(queue: Queue, source: Path, checks: Callable[[Job], None]) -> tuple[Item, ...]:
    """Load every procedure of a queue, each as often as it is repeated.

    Parameters
    ----------
    queue : Queue
        The file.
    source : Path
        Where it was read, for messages.
    checks : callable
        Raises InputError for a job that cannot run on the bench.

    Raises
    ------
    InputError
        Everything that is wrong with any of them.
    """
    items: list[Item] = []
    problems: list[Problem] = []
    for number, entry in enumerate(queue.entries, start=1):
        try:
            job = load_job(entry.procedure, entry.sample)
            if entry.name is not None:
                job = replace(job, procedure=replace(job.procedure, name=entry.name))
            checks(job)
        except InputError as error:
            where = f"run[entry {number}], {entry.procedure.name}"
            problems += [replace(problem, where=f"{where}: {problem.where}") for problem in error.problems]
            continue
        items += [Item(len(items) + k, job, entry) for k in range(entry.repeat)]
    if problems:
        raise InputError(str(source), tuple(problems))
    return tuple(items)


class QueueRecord:
    """What was done of a queue, line by line and durable: ``begun``, ``ended`` and ``failed`` with number and run folder.

    Parameters
    ----------
    path : Path
        The record; continued where there is one.
    items : tuple of Item
        The queue.
    bench : BenchSpec
        Where it runs.
    clock : Clock
        Dates the lines.

    Raises
    ------
    InputError
        The record is of other files: the queue, or a file that it names, was changed since.
    """

    def __init__(self, path: Path, items: tuple[Item, ...], bench: BenchSpec, clock: Clock) -> None:
        self.path = path
        self._ended: dict[int, Path] = {}
        self._begun: dict[int, Path] = {}
        digest = _digest(items, bench)
        before = read_events(path)[0] if path.exists() else ()
        for event in before:
            self._take(event, digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._log = EventLog(path, clock)
        if not before:
            self._log.record("queue", {"digest": digest, "runs": len(items)}, durable=True)

    def _take(self, event: Mapping[str, Any], digest: str) -> None:
        if event.get("kind") == "queue" and event.get("digest") != digest:
            advice = f"To begin anew, give another --out or remove {self.path}."
            given = "a record of other files: the queue, or a file that it names, was changed since"
            raise InputError(str(self.path), (Problem("digest", given, "the files that it was begun with", advice),))
        if event.get("kind") == "begun":
            self._begun[int(event["item"])] = self.path.parent / str(event["run"])
        if event.get("kind") == "ended":
            self._ended[int(event["item"])] = self.path.parent / str(event["run"])

    def ended(self, item: Item) -> Path | None:
        """Folder of a run that was done; None where it is still to be done."""
        return self._ended.get(item.number)

    def begun(self, item: Item) -> Path | None:
        """Folder of a run that was begun and did not end; None where there is none."""
        folder = self._begun.get(item.number)
        return folder if folder is not None and item.number not in self._ended and folder.is_dir() else None

    def note(self, kind: str, item: Item, folder: Path, **more: object) -> None:
        """Write down ``begun``, ``ended`` or ``failed``; on disk on return."""
        self._log.record(kind, {"item": item.number, "run": folder.name, **more}, durable=True)
        if kind == "begun":
            self._begun[item.number] = folder
        if kind == "ended":
            self._ended[item.number] = folder

    def close(self) -> None:
        """Release the file."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _digest(items: tuple[Item, ...], bench: BenchSpec) -> str:
    """SHA-256 over the texts of all files that say what is measured, the bench by its name alone."""
    parts = [bench.name]
    for item in items:
        parts += [item.job.procedure.name, *(f"{name}\n{text}" for name, text in sorted(item.job.texts.items()))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
