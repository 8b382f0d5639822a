"""What a run has written, damaged on the disk, and what a served world is asked by whoever finds its port."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import vsmdaq_configs
from fuzzing.choices import Choices
from fuzzing.kept_records import KEPT
from fuzzing.target import Target
from fuzzing.texts import damaged
from vsmdaq.record import Journal, artefact_to_json, load_artefact, read_events, read_journal
from vsmdaq.terms import Artefact, Component, Estimate, InputError, MomentPoint
from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.servers.control import answer
from vsmdaq_sim.spec import LibrarySpec

__all__ = ["TARGETS"]

_FOLDER = tempfile.TemporaryDirectory(prefix="vsmdaq-fuzzing-")
_JSON = (
    b"null",
    b"nan",
    b"Infinity",
    b"-1",
    b"1e999",
    b"{}",
    b"[]",
    b'""',
    b'"x"',
    b"true",
    b"9" * 5000,
    b"[" * 50_000,
    b'"\\ud800"',
)


def _no_sync(_descriptor: int) -> None:
    """Durability is not what is looked at."""


@cache
def _journal() -> bytes:
    path = Path(_FOLDER.name) / "sound.csv"
    values: dict[str, object] = {
        field.name: {"float": 0.1, "float | None": None, "int": 1, "tuple[str, ...]": ("overload_input",)}[
            str(field.type)
        ]
        for field in dataclasses.fields(MomentPoint)
    }
    with Journal.create(path, MomentPoint, run_id="loop", sync=_no_sync) as journal:
        for index in range(3):
            journal.append(MomentPoint(**(values | {"index": index})))
    return path.read_bytes()


@cache
def _calibration() -> bytes:
    coupling = Estimate(4.235, "H/m3", (Component("reference", 0.02), Component("noise", 0.001, noise=True, dof=9.0)))
    artefact = Artefact(
        kind="moment",
        created_utc="2026-03-01T10:00:00+00:00",
        bench="reference",
        conditions={"frequency_hz": 83.0},
        values={"coupling_constant": coupling},
        reference="nickel sphere",
        runs=(("nickel", "ab" * 32),),
    )
    return json.dumps(artefact_to_json(artefact)).encode()


_EVENTS = b'{"event": "begin", "time_s": 0.0}\n{"event": "point", "time_s": 1.5}\n'
_ASKED = (
    b'{"ask": "time"}',
    b'{"ask": "magnet"}',
    b'{"ask": "faults"}',
    b'{"ask": "stop"}',
    b'{"ask": "arm", "fault": {"kind": "late", "instrument": "lockin", "delay_s": 1.0, "times": 1}}',
    b'{"ask": "arm", "fault": {"kind": "fail", "instrument": "lockin", "at_s": 1.0, "what": "time_constant_turned"}}',
)


def _file(original: Callable[[], bytes], choices: Choices) -> bytes:
    data = original()
    for _ in range(1 + choices.below(3)):
        data = _changed(data, choices)
    return data


def _changed(data: bytes, choices: Choices) -> bytes:
    how, at = choices.below(4), choices.below(len(data) + 1)
    if how == 0:
        return data[:at] + choices.pick(_JSON) + data[at:]
    if how == 1:  # another value
        head, colon, rest = data.partition(b": ") if choices.often(50) else data.rpartition(b": ")
        return head + colon + choices.pick(_JSON) + rest.partition(b",")[2]
    return damaged(data, choices)


def _read(read: Callable[[Path], object], data: bytes) -> None:
    path = Path(_FOLDER.name) / "damaged"
    path.write_bytes(data)
    try:
        read(path)
    except InputError as error:
        refusal = error
    else:
        return
    for problem in refusal.problems:
        assert problem.where, refusal


class _Pace:
    """The world's time is not driven here."""

    speed = 1.0

    def catch_up(self) -> None:
        """Nothing to catch up with."""


@cache
def _bench() -> SimBench:
    return SimBench.load(
        LibrarySpec(Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml", session="control")
    )


def _ask(line: bytes) -> None:
    found: Any = answer(_bench(), _Pace(), lambda: None, line)  # type: ignore[arg-type]
    assert isinstance(found, dict)
    json.dumps(found)
    _bench().faults.clear()


_READERS: Mapping[str, tuple[Callable[[], bytes], Callable[[bytes], None]]] = {
    "journal": (_journal, partial(_read, lambda path: read_journal(path, MomentPoint))),
    "calibration": (_calibration, partial(_read, load_artefact)),
    "events": (lambda: _EVENTS, partial(_read, read_events)),
}
TARGETS = (
    *(
        Target(f"record {name}", partial(_file, original), check, KEPT.get(name, ()))
        for name, (original, check) in _READERS.items()
    ),
    Target("served control", lambda choices: _changed(choices.pick(_ASKED), choices), _ask, KEPT.get("control", ())),
)
