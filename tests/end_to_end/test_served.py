"""A world in a process of its own: the same commands work on it through pyvisa-py and pyserial, and the same files come out."""

import json
import signal
import sys
from pathlib import Path

import pytest

from vsmdaq.cli.serving import rewritten
from vsmdaq_drivers.system_clock import SystemClock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals and SIGTERM")


@pytest.fixture
def served(start, stand: Path):
    """The reference world at fifty times real time; the bench file `served.toml` names it."""
    options = ("--speed", "50", "--bench", "benches/simulated.toml", "--write-bench", "benches/served.toml", "--json")
    process = start("sim", "serve", "worlds/reference.toml", *options, cwd=stand)
    told = json.loads(process.stdout.readline())
    yield process, told
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=10)


def test_check_and_a_run_on_a_served_world(served, cli, stand: Path, monkeypatch):
    process, told = served
    assert {one["role"] for one in told["instruments"]} == {"supply", "gaussmeter", "lockin", "balance", "operator"}
    monkeypatch.chdir(stand)
    checked = cli("check", "benches/served.toml")
    assert checked.code == 0, checked.err
    assert "ready; nothing was moved" in checked.out
    ran = cli("run", "procedures/phase.toml", "--bench", "benches/served.toml", "--yes", "--json")
    assert ran.code == 0, ran.err
    quantities = json.loads(ran.out)["quantities"]
    # signal.phase_deg of the world file
    phase = quantities["signal_phase"]
    assert abs(phase["value"] - 37.0) < 4 * phase["u"] + 0.01
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_a_world_that_dies_in_the_middle_of_a_run_is_a_lost_connection(served, start, stand: Path):
    process, _ = served
    options = ("--bench", "benches/served.toml", "--yes")
    running = start("run", "procedures/phase.toml", "procedures/nickel.toml", *options, cwd=stand)
    raw = stand / "runs" / "nickel" / "raw.csv"
    clock = SystemClock()
    while running.poll() is None and clock.now() < 30.0:
        if raw.exists() and raw.read_bytes().count(b"\n") >= 4:
            process.kill()
            break
    _, said = running.communicate(timeout=60)
    assert running.returncode == 3
    assert "the connection was lost" in said, said
    assert said.strip().endswith("MAGNET STILL ON, I = unknown")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--speed", "0"), "speed: given 0.0; allowed: more than 0"),
        (("--bench", "benches/simulated.toml"), "--bench and --write-bench together"),
        (("--host", "no such host"), "vsmdaq: "),
    ],
)
def test_nonsense_is_refused(cli, stand: Path, monkeypatch, options, what):
    monkeypatch.chdir(stand)
    ended = cli("sim", "serve", "worlds/reference.toml", *options)
    assert ended.code != 0
    assert what in ended.err
    assert "Traceback" not in ended.err


def test_a_bench_file_is_rewritten_where_it_names_a_wire():
    text = '# mine\nname = "b"\nvisa_library = "w.toml@vsmsim"\n[lockin]\naddress = "gpib0::8::instr"  # old\nnoise = "7 nV"\n'
    assert rewritten(
        text, {"GPIB0::8::INSTR": "TCPIP0::127.0.0.1::hislip0,4880::INSTR"}, speed=20.0, world="w.toml"
    ) == (
        '# mine\nname = "b (served: w.toml)"\nvisa_library = "@py"\nclock_speed = 20.0\n[lockin]\n'
        'address = "TCPIP0::127.0.0.1::hislip0,4880::INSTR"\nnoise = "7 nV"\n'
    )
