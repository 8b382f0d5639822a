"""events.jsonl: what happened besides points, one JSON object a line."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, SupportsFloat, cast

from vsmdaq.record.errors import RecordError
from vsmdaq.record.jsontext import parse_object
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import Clock

__all__ = ["BEGINNINGS", "EventLog", "read_events"]

BEGINNINGS = ("start", "resumed")
"""Kinds of the events that a process begins with."""

_OWN_KEYS = ("time_s", "utc", "kind")


def _plain(value: object) -> object:
    """JSON for anything: an event must be written whatever it carries, most of all in an emergency."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, SupportsFloat):
        number = float(value)
        return number if math.isfinite(number) else repr(number)  # a string: JSON has no nan
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_plain(item) for item in cast("Iterable[object]", value)]
    return str(value)


class EventLog:
    """The events of a run, dated by the bench clock.

    Parameters
    ----------
    path : Path
        The file; made where it does not exist, continued where it does. A torn last line is cut off.
    clock : Clock
        Clock of the bench.
    sync : callable
        Makes a file descriptor durable.

    Attributes
    ----------
    problems : tuple of Problem
        What was cut off.
    """

    def __init__(self, path: Path, clock: Clock, *, sync: Callable[[int], None] = os.fsync) -> None:
        self._path = path
        self._clock = clock
        self._sync = sync
        existing = path.read_bytes() if path.exists() else b""
        good_bytes = existing.rfind(b"\n") + 1
        self.problems = _torn_tail(existing, good_bytes)
        self._stream = path.open("ab", buffering=0)
        if self.problems:
            self._stream.truncate(good_bytes)

    def record(self, kind: str, data: Mapping[str, object] | None = None, *, durable: bool = False) -> None:
        """Write one event.

        Parameters
        ----------
        kind : str
            What happened: ``"state"``, ``"retry"``, ``"range_change"``, ``"operator"`` ...
        data : mapping, optional
            Particulars. Values that JSON has no word for are written as text.
        durable : bool
            Return only when it is on disk: for changes of state.

        Raises
        ------
        ValueError
            `data` uses one of the keys ``time_s``, ``utc``, ``kind``.
        RecordError
            It could not be written.
        """
        particulars = dict(data or {})
        if taken := [key for key in _OWN_KEYS if key in particulars]:
            raise ValueError(f"event {kind}: the keys {', '.join(taken)} are the log's own")
        event: dict[str, object] = {"time_s": self._clock.now(), "utc": self._clock.utc().isoformat(), "kind": kind}
        line = json.dumps(_plain(event | particulars), ensure_ascii=True, allow_nan=False).encode() + b"\n"
        try:
            self._stream.write(line)
            if durable:
                self._sync(self._stream.fileno())
        except OSError as error:
            raise RecordError(str(self._path), str(error.strerror)) from error

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _torn_tail(data: bytes, good_bytes: int) -> tuple[Problem, ...]:
    if good_bytes == len(data):
        return ()
    number = data.count(b"\n") + 1
    return (Problem(f"line {number}", "a torn last line", "one JSON object a line", "It is left out."),)


def read_events(path: Path) -> tuple[tuple[dict[str, Any], ...], tuple[Problem, ...]]:
    """Return the events, and what had to be left out (a torn last line, zeros where power was lost).

    Raises
    ------
    InputError
        There is no such file, or a line before the last is no event.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), (Problem("file", str(error.strerror), "an event log"),)) from error
    good_bytes = data.rfind(b"\n") + 1
    events: list[dict[str, Any]] = []
    holes: list[Problem] = []
    for number, line in enumerate(data[:good_bytes].split(b"\n")[:-1], start=1):
        if b"\0" in line:  # no text of ours has one; what was not durable when power was lost may come back as zeros
            holes.append(
                Problem(f"line {number}", "zeros", "one JSON object a line", "Power was lost; it is left out.")
            )
            continue
        try:
            events.append(parse_object(line))
        except (ValueError, TypeError) as error:
            problem = Problem(f"line {number}", str(error), "one JSON object a line", "The file was edited or damaged.")
            raise InputError(str(path), (problem,)) from error
    return tuple(events), (*holes, *_torn_tail(data, good_bytes))
