"""The folder of a run: its files' names, its making, and whether a path is one."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from vsmdaq.record.atomic import make_folder, sync_directory, write_atomically
from vsmdaq.record.errors import LockedError
from vsmdaq.record.events import BEGINNINGS, read_events
from vsmdaq.record.jsontext import pretty_json, read_object
from vsmdaq.terms import InputError, Problem

__all__ = ["RUN_SCHEMA", "RunFolder", "next_run_id"]

RUN_SCHEMA = 1
# Letters that every file system, shell and URL takes as they are.
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _check_run_id(run_id: str) -> None:
    if not _RUN_ID.fullmatch(run_id) or run_id.endswith("."):
        allowed = "letters, digits, '.', '_', '-', first a letter or digit, at most 100"
        raise InputError("run id", (Problem("run id", repr(run_id), allowed),))


def next_run_id(out: Path, stem: str) -> str:
    """Return the first free name of ``stem``, ``stem-2``, ``stem-3`` ... in `out`.

    Names carry no date: the same commands in an empty folder give the same names.

    Raises
    ------
    InputError
        `stem` cannot be a folder's name everywhere.
    """
    _check_run_id(stem)
    number = 1
    while (out / (run_id := stem if number == 1 else f"{stem}-{number}")).exists():
        number += 1
    return run_id


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run on disk. Make it with `create` or `open`; the properties are the paths of its files.

    Attributes
    ----------
    path : Path
        The folder.
    run_id : str
        Name of the run, which seeds the noise of a simulated bench.
    """

    path: Path
    run_id: str

    @classmethod
    def create(cls, out: Path, run_id: str, description: Mapping[str, Any]) -> RunFolder:
        """Make the folder `out`/`run_id`, run.json first and whole.

        Parameters
        ----------
        out : Path
            Where runs go; made where it does not exist.
        run_id : str
            Name of the run, free in `out` (see `next_run_id`).
        description : mapping
            What goes into run.json beside ``schema`` and ``run_id``: plain JSON values.

        Raises
        ------
        InputError
            The name is taken or cannot be a folder's name; nothing was written over.
        ValueError
            `description` holds nan or infinity, or another ``schema`` or ``run_id``.
        """
        _check_run_id(run_id)
        content = {"schema": RUN_SCHEMA, "run_id": run_id, **description}
        if content["schema"] != RUN_SCHEMA or content["run_id"] != run_id:
            raise ValueError(
                f"the description of run {run_id} says run_id {content['run_id']!r}, schema {content['schema']!r}"
            )
        text = pretty_json(content)
        path = out / run_id
        make_folder(out)
        try:
            path.mkdir()
        except FileExistsError:
            problem = Problem(
                "run id", run_id, "a name not used there", "A record is never written over: choose another."
            )
            raise InputError(str(out), (problem,)) from None
        write_atomically(path / "run.json", text)
        sync_directory(out)
        return cls(path, run_id)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Return the run in `path`.

        Raises
        ------
        InputError
            It is no run folder; the reasons are named.
        """
        if not path.is_dir():
            given = "a file" if path.exists() else "nothing there"
            raise InputError(str(path), (Problem("path", given, "the folder of a run, with run.json in it"),))
        if not (path / "run.json").exists():
            names = sorted(entry.name for entry in path.iterdir())
            given = f"a folder with {', '.join(names[:5])}" if names else "an empty folder"
            advice = "" if names else "A run that was killed before its first byte leaves one: it may be removed."
            raise InputError(
                str(path), (Problem("run.json", given, "the folder of a run, with run.json in it", advice),)
            )
        content = read_object(path / "run.json", "the description of a run")
        problems = []
        if content.get("schema") != RUN_SCHEMA:
            advice = "Read it with the version of vsmdaq that wrote it."
            problems.append(Problem("schema", repr(content.get("schema")), str(RUN_SCHEMA), advice))
        if not isinstance(content.get("run_id"), str):
            problems.append(Problem("run_id", repr(content.get("run_id")), "the run's name"))
        if problems:
            raise InputError(str(path / "run.json"), tuple(problems))
        return cls(path, str(content["run_id"]))

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the run: one process at a time writes it. The lock ends with the process, however that ends.

        Raises
        ------
        LockedError
            Another process writes it; the message names the last one that said so.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pid, host = self._writer()
            raise LockedError(str(self.path), pid=pid, host=host, bench="", run=self.run_id) from None
        try:
            yield
        finally:
            lock.release()

    def _writer(self) -> tuple[int | None, str]:
        """Process and machine that last began to write."""
        try:
            events, _ = read_events(self.events_jsonl)
        except InputError:
            return None, ""
        begun = [event for event in events if event["kind"] in BEGINNINGS]
        return (begun[-1].get("pid"), str(begun[-1].get("host", ""))) if begun else (None, "")

    def description(self) -> dict[str, Any]:
        """Return run.json as it was written. Raises InputError where it can no longer be read."""
        return read_object(self.run_json, "the description of a run")

    @property
    def run_json(self) -> Path:
        """What the run is: config, identities, calibrations, versions, plan."""
        return self.path / "run.json"

    @property
    def raw_csv(self) -> Path:
        """The journal of points."""
        return self.path / "raw.csv"

    @property
    def samples_csv(self) -> Path:
        """The samples behind the points, where the policy keeps them."""
        return self.path / "samples.csv"

    @property
    def events_jsonl(self) -> Path:
        """States, retries, limits, operator's steps, ends."""
        return self.path / "events.jsonl"

    @property
    def mh_csv(self) -> Path:
        """The reduced curve."""
        return self.path / "mh.csv"

    @property
    def result_json(self) -> Path:
        """What was found."""
        return self.path / "result.json"

    @property
    def report_html(self) -> Path:
        """The report for people."""
        return self.path / "report.html"
