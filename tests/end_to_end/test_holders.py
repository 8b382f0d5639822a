"""One bench, one process: who holds it, who asks for it, and what the next one owes to a process that was killed.

A world in a process of its own, which outlives those who use it, is the oracle for the current.
"""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.record import read_events, read_journal
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.system_clock import SystemClock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals and SIGKILL")

SHORT = """\
kind = "background"
name = "NAME"
sample = "../samples/empty-holder.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [{ from = "800 kA/m", to = "-800 kA/m", steps = STEPS }]

[measure]
time_constant = "30 ms"
poles = 4
"""
BENCH = ("--bench", "benches/served.toml", "--yes")


@dataclass
class Served:
    """A served bench, and the way behind it."""

    control: tuple[str, int]
    stand: Path
    start: Callable[..., subprocess.Popen[str]]

    def ask(self, **request: Any) -> dict[str, Any]:
        with socket.create_connection(self.control, timeout=10) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(connection.makefile().readline())

    def current_a(self) -> float:
        return float(self.ask(ask="magnet")["current_a"])

    def begin(self, name: str = "long", steps: int = 20000) -> subprocess.Popen[str]:
        """A run that has announced points, at high field."""
        process = self.start("run", self.procedure(name, steps), *BENCH, cwd=self.stand)
        raw, clock = self.stand / "runs" / name / "raw.csv", SystemClock()
        deadline_s = clock.now() + 40.0
        while process.poll() is None and clock.now() < deadline_s:
            if raw.exists() and raw.read_bytes().count(b"\n") >= 4:
                assert self.current_a() > 50.0
                return process
            clock.sleep(0.02)
        raise AssertionError(f"no points came: {process.communicate()}")

    def procedure(self, name: str, steps: int) -> Path:
        path = self.stand / "procedures" / f"{name}.toml"
        path.write_text(SHORT.replace("NAME", name).replace("STEPS", str(steps)), "utf-8")
        return path


@pytest.fixture
def served(start, stand: Path) -> Served:
    """The reference world at fifty times real time; the bench file `served.toml` names it."""
    options = ("--speed", "50", "--bench", "benches/simulated.toml", "--write-bench", "benches/served.toml", "--json")
    told = json.loads(start("sim", "serve", "worlds/reference.toml", *options, cwd=stand).stdout.readline())
    host, port = told["control"].rsplit(":", 1)
    return Served((host, int(port)), stand, start)


def test_a_bench_in_use_is_refused_read_along_and_stopped_by_safe(served: Served, cli):
    holder = served.begin()
    for command in (("run", served.procedure("other", 3), *BENCH), ("check", "benches/served.toml")):
        refused = cli(*command)
        assert refused.code == 3
        assert f"is held by process {holder.pid}" in refused.err
    assert not (served.stand / "runs" / "other").exists()
    watched = cli("watch", "runs/long", "--once")
    assert re.search(r"long: \d+ of 20000 points", watched.out)
    assert holder.poll() is None, "looking on does not disturb it"

    safe = cli("safe", "benches/served.toml")
    assert safe.code == 0, safe.err
    assert f"asked process {holder.pid} (run long) to stop" in safe.err
    assert re.search(r"current [+-]0\.0\d\d A, verified by reading back", safe.out)
    out, err = holder.communicate(timeout=30)
    assert (holder.returncode, out) == (143, "")
    assert re.fullmatch(r"vsmdaq: interrupted by a stop request \(vsmdaq safe, process \d+\)", err.splitlines()[-1])
    assert abs(served.current_a()) <= 0.02
    kinds = [event["kind"] for event in read_events(served.stand / "runs" / "long" / "events.jsonl")[0]]
    assert kinds.index("interrupted") < kinds.index("safe")
    points = read_journal(served.stand / "runs" / "long" / "raw.csv", MomentPoint).points
    assert [point.index for point in points] == list(range(len(points)))


def killed(served: Served) -> int:
    holder = served.begin()
    holder.kill()
    holder.communicate(timeout=10)
    assert served.current_a() > 50.0, "nobody was there to bring it down"
    return holder.pid


def test_after_a_kill_check_says_so_and_a_run_makes_it_safe_first(served: Served, cli):
    pid = killed(served)
    for _ in range(2):
        checked = cli("check", "benches/served.toml")
        assert f"process {pid} died on this bench (run long) without making it safe" in checked.out
        assert served.current_a() > 50.0, "check moves nothing"
    ran = cli("run", served.procedure("short", 4), *BENCH)
    assert ran.code == 0, ran.err
    told = ran.err.splitlines()
    first = next(at for at, line in enumerate(told) if f"process {pid} died on this bench (run long)" in line)
    assert re.fullmatch(r"found I = \+5\d\.\d{3} A, set-point \+5\d\.\d{3} A", told[first + 1])
    assert re.fullmatch(r"current [+-]0\.0\d\d A, verified by reading back", told[first + 2])
    assert any(line.startswith("short: about") for line in told[first + 3 :]), "all that before anything else"
    again = cli("check", "benches/served.toml")
    assert "died" not in again.out, "it is settled"


def test_after_a_kill_safe_brings_it_down_whatever_signals_come(served: Served):
    pid = killed(served)
    process = served.start("safe", "benches/served.toml", cwd=served.stand)
    said = process.stdout.readline() + process.stdout.readline()
    assert f"process {pid} died on this bench (run long)" in said
    assert "found I = +5" in said
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "verified by reading back" in out
    assert abs(served.current_a()) <= 0.02


def test_safe_needs_no_gaussmeter_and_minds_no_fault(served: Served, cli):
    killed(served)
    served.ask(ask="arm", fault={"instrument": "gaussmeter", "kind": "no_reply", "times": 0})
    safe = cli("safe", "benches/served.toml")
    assert safe.code == 0, safe.err
    assert "no field reading" in safe.out
    assert abs(served.current_a()) <= 0.02


def test_a_supply_that_stays_on_is_remembered_by_the_lock(served: Served, cli):
    killed(served)
    served.ask(ask="arm", fault={"instrument": "supply", "kind": "fail", "what": "frozen", "match": "SETI"})
    safe = cli("safe", "benches/served.toml")
    assert safe.code == 3
    last = re.search(r"MAGNET STILL ON, I = ([+-]\d+\.\d{3}) A$", safe.err.strip())
    assert last is not None, safe.err
    assert abs(float(last[1]) - served.current_a()) < 0.05
    assert f"could not make this bench safe: {'lakeshore_643'}" in cli("check", "benches/served.toml").out
