"""The event log: dated by the bench clock, durable at changes of state, written whatever it carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from vsmdaq.record import EventLog, RecordError, read_events
from vsmdaq.terms import InputError


class BenchClock:
    def __init__(self) -> None:
        self.time_s = 0.0

    def now(self) -> float:
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        self.time_s += duration_s

    def utc(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=self.time_s)


def test_events_come_back_in_order_with_bench_time(tmp_path):
    clock = BenchClock()
    with EventLog(tmp_path / "events.jsonl", clock) as log:
        log.record("state", {"to": "ramping"}, durable=True)
        clock.sleep(1.5)
        log.record("retry", {"command": "SNAP?1,2", "attempt": 2})
    events, problems = read_events(tmp_path / "events.jsonl")
    assert problems == ()
    assert events == (
        {"time_s": 0.0, "utc": "2026-01-02T03:04:05+00:00", "kind": "state", "to": "ramping"},
        {
            "time_s": 1.5,
            "utc": "2026-01-02T03:04:06.500000+00:00",
            "kind": "retry",
            "command": "SNAP?1,2",
            "attempt": 2,
        },
    )


def test_only_changes_of_state_wait_for_the_disk(tmp_path):
    synced: list[int] = []
    with EventLog(tmp_path / "events.jsonl", BenchClock(), sync=synced.append) as log:
        log.record("range_change")
        assert synced == []
        log.record("state", durable=True)
        assert len(synced) == 1


def test_an_emergency_is_written_whatever_it_carries(tmp_path):
    with EventLog(tmp_path / "events.jsonl", BenchClock()) as log:
        data = {
            "i": float("nan"),
            "limit": np.float64(-np.inf),
            "n": np.int64(3),
            "x": (1.0, {"a": None}),
            "e": OSError(5),
        }
        log.record("end", data | {"text": "line\nbreak\u2028 \udc80"}, durable=True)
    ((event,), _) = read_events(tmp_path / "events.jsonl")
    assert event["i"] == "nan"
    assert event["limit"] == "-inf"
    assert event["n"] == 3
    assert event["x"] == [1.0, {"a": None}]
    assert event["e"] == "5"
    assert event["text"] == "line\nbreak\u2028 \udc80"


def test_torn_tail_is_left_out_said_and_cut_off_when_going_on(tmp_path):
    path = tmp_path / "events.jsonl"
    with EventLog(path, BenchClock()) as log:
        log.record("first")
    path.write_bytes(path.read_bytes() + b'{"time_s": 1.0, "ki')
    events, problems = read_events(path)
    assert [event["kind"] for event in events] == ["first"]
    assert "line 2: given a torn last line" in str(problems[0])
    with EventLog(path, BenchClock()) as log:
        assert log.problems == problems
        log.record("second")
    assert [event["kind"] for event in read_events(path)[0]] == ["first", "second"]


def test_damage_and_misuse_are_errors(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"kind": "a"}\nnonsense\n{"kind": "b"}\n')
    with pytest.raises(InputError, match="line 2"):
        read_events(path)
    with pytest.raises(InputError, match="No such file"):
        read_events(tmp_path / "none")

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with EventLog(tmp_path / "new.jsonl", BenchClock(), sync=fail) as log:
        with pytest.raises(ValueError, match="the keys kind are the log's own"):
            log.record("state", {"kind": "x"})
        with pytest.raises(RecordError, match="Input/output error"):
            log.record("state", durable=True)
