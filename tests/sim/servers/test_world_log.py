"""What a served world writes down: commands as they came, and the current so that it can be worked out at any time."""

from __future__ import annotations

import json
import sys

import pytest
import pyvisa

from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.servers import WorldLog
from vsmdaq_sim.spec import LibrarySpec

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


def lines_of(path):
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


@pytest.fixture
def bench_of(tmp_path, request):
    def make(supply="lakeshore_643", more=""):
        base = f'base = "{request.config.rootpath.as_posix()}/configs/vsmdaq_configs/worlds/reference.toml"\n'
        text = base + f'[instruments.supply]\nkind = "{supply}"\n{more}'
        (tmp_path / "world.toml").write_text(text, "utf-8")
        bench = SimBench.load(LibrarySpec(tmp_path / "world.toml"))
        return bench, WorldLog(tmp_path / "log", bench, speed=1.0), tmp_path / "log"

    return make


def current_at(pieces, time_s):
    """By hand: the last line before, gone on with its slope until its end."""
    piece = [one for one in pieces if one["time_s"] <= time_s][-1]
    assert piece["decay_s"] is None
    gone = piece["slope_a_per_s"] * (time_s - piece["time_s"])
    if not piece["slope_a_per_s"]:
        return piece["current_a"]
    return piece["current_a"] + (gone if abs(gone) < abs(piece["end_a"] - piece["current_a"]) else 0.0)


def test_the_current_follows_from_the_log_at_any_time(bench_of):
    bench, log, path = bench_of()
    supply, truth = bench.endpoint_of("supply"), []
    host = supply.open()
    for message in (b"RATE 3;SETI 10", b"SETI -3", b"STOP", b"SETI 0"):
        supply.write(message, host)
        for _ in range(7):
            bench.clock.sleep(0.37)
            truth.append((bench.clock.now(), bench.world.magnet.current_a()))
    log.close()
    lines = lines_of(path)
    pieces = [line for line in lines if line["what"] == "current"]
    assert [current_at(pieces, time_s) for time_s, _ in truth] == pytest.approx([i for _, i in truth], abs=1e-9)
    assert {abs(piece["slope_a_per_s"]) for piece in pieces} == {0.0, 3.0}
    assert [piece["cause"] for piece in pieces[:3]] == ["by itself", "RATE 3;SETI 10", "SETI -3"]
    said = [line["text"] for line in lines if line["what"] == "command"]
    assert said == ["RATE 3;SETI 10", "SETI -3", "STOP", "SETI 0"]
    assert next(line["what"] for line in lines if line.get("instrument") == "supply") == "open"
    assert lines[-1]["what"] == "end"


def test_the_end_of_a_ramp_and_a_trip_come_by_themselves(bench_of):
    bench, log, path = bench_of(more='[[faults]]\ninstrument = "supply"\nkind = "fail"\nwhat = "trip"\nat_s = 5.0\n')
    supply = bench.endpoint_of("supply")
    supply.write(b"RATE 10;SETI 20", supply.open())
    bench.clock.sleep(8.0)
    bench.world.advance()
    log.close()
    pieces = [line for line in lines_of(path) if line["what"] == "current"]
    arrived, tripped = pieces[2], pieces[3]
    assert (arrived["current_a"], arrived["slope_a_per_s"], arrived["cause"]) == (20.0, 0.0, "by itself")
    assert arrived["time_s"] == pytest.approx(2.0 + pieces[1]["time_s"])
    assert tripped["time_s"] == pytest.approx(5.0)
    # it runs down with L/R of the world file, 0.1 H over 0.45 ohm
    assert (tripped["end_a"], tripped["decay_s"]) == (0.0, pytest.approx(0.1 / 0.45))
    assert tripped["cause"] == "by itself"


def test_lines_are_there_at_once_and_a_second_log_goes_behind_the_first(bench_of):
    bench, log, path = bench_of()
    bench.endpoint_of("lockin").write(b"*RST", bench.endpoint_of("lockin").open())
    assert lines_of(path)[-1] == {"time_s": 0.003, "what": "command", "instrument": "lockin", "text": "*RST"}
    log.close()
    first = path.read_bytes()
    WorldLog(path, bench, speed=1.0).close()
    assert path.read_bytes().startswith(first)
    assert [line["what"] for line in lines_of(path)].count("serving") == 2


def test_a_world_is_the_same_with_a_log(bench_of, tmp_path):
    bench, log, _ = bench_of()
    other = SimBench.load(LibrarySpec(tmp_path / "world.toml"))
    readings = []
    for one in (bench, other):
        supply, lockin = one.endpoint_of("supply"), one.endpoint_of("lockin")
        host, asker = supply.open(), lockin.open()
        supply.write(b"RATE 5;SETI 10", host)
        for _ in range(20):
            one.clock.sleep(0.2)
            lockin.write(b"SNAP?1,2", asker)
            readings.append(lockin.read(100, 1.0, asker))
    log.close()
    assert readings[:20] == readings[20:]


def test_marks_and_truth_on_request(logged):
    served, path = logged
    marked = served.ask(ask="mark", text="here")
    truth = served.ask(ask="truth")
    assert truth["sample"] is None
    assert (truth["current_a"], truth["field_a_per_m"], truth["moment_a_m2"]) == (0.0, 0.0, 0.0)
    mark, told = [line for line in lines_of(path) if line["what"] in {"mark", "truth"}]
    assert (mark["text"], mark["time_s"]) == ("here", marked["time_s"])
    assert told["moment_a_m2"] == 0.0
    assert "KeyError" in served.ask(ask="mark")["error"]


def test_without_a_log_there_are_no_marks(served):
    assert "serve it with --log FILE" in served.ask(ask="mark", text="x")["error"]
    assert "serve it with --log FILE" in served.ask(ask="truth")["error"]


def test_the_log_outlives_those_who_talk(logged):
    served, path = logged
    manager = pyvisa.ResourceManager("@py")
    supply = manager.open_resource(
        served.instruments["supply"].visa, read_termination="\r\n", write_termination="\r\n", timeout=3000
    )
    supply.write("RATE 10;SETI 3")
    assert supply.query("SETI?") == "+03.0000"
    manager.close()
    served.stop()
    lines = lines_of(path)
    assert [line["what"] for line in lines if line.get("instrument") == "supply"][-1] == "close"
    assert lines[-1]["what"] == "end"
    assert lines[-1]["time_s"] >= lines[-2]["time_s"]
