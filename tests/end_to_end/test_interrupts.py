"""Every way to end a run early: the magnet at zero, verified; what was announced on disk; a code that says so."""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.record import read_journal
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.system_clock import SystemClock

Command = Callable[..., Any]

LONG = """\
kind = "background"
name = "long"
sample = "../samples/empty-holder.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [{ from = "800 kA/m", to = "-800 kA/m", steps = 20000 }]

[measure]
time_constant = "30 ms"
poles = 4
"""
"""Minutes of wall time on the simulated bench, most of it at high field."""


@pytest.fixture
def long_run(start: Command, stand: Path) -> Callable[[], subprocess.Popen[str]]:
    """Starts a long run and comes back when it has announced points (a tenth of a thousandth of it is enough)."""
    (stand / "procedures" / "long.toml").write_text(LONG, "utf-8")

    def begin() -> subprocess.Popen[str]:
        options = ("--bench", "benches/simulated.toml", "--seed", "5", "--yes")
        process = start("run", "procedures/long.toml", *options, cwd=stand)
        raw = stand / "runs" / "long" / "raw.csv"
        clock = SystemClock()
        deadline_s = clock.now() + 30.0
        while process.poll() is None and clock.now() < deadline_s:
            if raw.exists() and raw.read_bytes().count(b"\n") >= 8:
                return process
            clock.sleep(0.02)
        raise AssertionError(f"no points came: {process.communicate()}")

    return begin


def events_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text("utf-8").splitlines()]


def points_of(run: Path) -> tuple[MomentPoint, ...]:
    return read_journal(run / "raw.csv", MomentPoint).points


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX signals")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_a_run_with_the_magnet_at_zero(long_run: Command, stand: Path, name: str, code: int):
    process = long_run()
    process.send_signal(getattr(signal, name))
    clock, run = SystemClock(), stand / "runs" / "long"
    while process.poll() is None and b'"interrupted"' not in (run / "events.jsonl").read_bytes():
        clock.sleep(0.001)
    for another in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # somebody impatient
        process.send_signal(another)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1] == f"vsmdaq: interrupted by {name}"

    events = events_of(run)
    kinds = [event["kind"] for event in events]
    assert [kind for kind in kinds if kind in {"interrupted", "safe", "failed", "end"}][:2] == ["interrupted", "safe"]
    (interrupted,) = (event for event in events if event["kind"] == "interrupted")
    assert interrupted["cause"] == name
    verified = next(event for event in events if event["kind"] == "safe")
    current = re.fullmatch(r"current ([+-]\d+\.\d{3}) A, verified by reading back", verified["text"])
    assert current is not None
    assert abs(float(current[1])) <= 0.02
    assert verified["text"] in err

    points = points_of(run)
    assert len(points) >= 6
    assert [point.index for point in points] == list(range(len(points)))
    last = points[-1]
    # the way down takes |I| over the safe rate of 10 A/s: it was not cut short
    took_s = verified["time_s"] - interrupted["time_s"]
    assert took_s >= abs(last.current_a) / 10.0 - 0.1
    assert abs(last.current_a) > 50.0, "the test wants it at high field"
    told = [int(text) for text in re.findall(r"point (\d+)/20000", err)]
    assert told, err
    assert max(told) <= len(points), "what was told of is on disk"
    assert not (run / "result.json").exists()


def test_an_interrupted_run_can_be_reduced_and_watched(long_run: Command, stand: Path, cli: Command):
    process = long_run()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    run = stand / "runs" / "long"
    n = len(points_of(run))
    watched = cli("watch", run, "--once")
    assert watched.code == 0
    assert f"{n} of 20000 points" in watched.out
    reduced = cli("reduce", run)
    assert reduced.code == 0
    assert f"flag: incomplete: {n} of 20000 points" in reduced.err
    assert json.loads((run / "result.json").read_text("utf-8"))["points"] == n


def test_kill_9_leaves_a_journal_that_can_be_read_and_reduced(long_run: Command, stand: Path, cli: Command):
    process = long_run()
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    run = stand / "runs" / "long"
    points = points_of(run)
    assert len(points) >= 6
    assert [point.index for point in points] == list(range(len(points)))
    assert "interrupted" not in {event["kind"] for event in events_of(run)}, "nobody had time to say so"
    raw = (run / "raw.csv").read_bytes()
    reduced = cli("reduce", run)
    assert reduced.code == 0
    assert f"flag: incomplete: {len(points)} of 20000 points" in reduced.err
    assert (run / "raw.csv").read_bytes() == raw, "a record is never rewritten"

    before = {path.name: path.read_bytes() for path in run.iterdir()}
    (stand / "procedures" / "long.toml").write_text(LONG.replace("steps = 20000", "steps = 5"), "utf-8")
    assert cli("run", "procedures/long.toml", "--bench", "benches/simulated.toml", "--seed", "5", "--yes").code == 0
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    assert (stand / "runs" / "long-2" / "result.json").exists()


@pytest.mark.parametrize("kind", ["phase", "nickel", "background", "palladium", "loop", "gouy"])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.1, 0.3, 0.6, 0.99])
def test_a_journal_cut_anywhere_is_reduced_or_refused_in_words(
    demo: Path, tmp_path: Path, cli: Command, kind: str, share: float
):
    """As a power cut leaves it: some whole lines and half of one."""
    run = tmp_path / kind
    run.mkdir()
    shutil.copy(demo / kind / "run.json", run)
    lines = (demo / kind / "raw.csv").read_bytes().splitlines(keepends=True)
    n = int(share * (len(lines) - 2))
    (run / "raw.csv").write_bytes(b"".join(lines[: 2 + n]) + lines[2 + n][: len(lines[2 + n]) // 2])
    ended = cli("reduce", run)
    assert ended.code in {0, 2}
    assert "Traceback" not in ended.err
    if ended.code == 0:
        assert f"incomplete: {n} of {len(lines) - 2} points" in ended.err
        assert "torn last line" in ended.err
    else:
        assert re.search(r"given \d+ .*; allowed: at least \d", ended.err)
