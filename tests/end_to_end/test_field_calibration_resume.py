"""A field calibration that is interrupted while the probe is somewhere: the magnet is made safe, and it goes on from there."""

import io
import json
import signal
from pathlib import Path

import pytest

from vsmdaq.campaigns import Interrupted, load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.resuming import ResumeOptions, go_on
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.record import load_result, read_journal
from vsmdaq.terms import MomentPoint
from vsmdaq_configs import starter_set

STARTER = Path(str(starter_set()))
WORLD = """
base = {base}
draw."gaussmeter.offset_a_per_m" = {{ u = 0.0 }}
draw."gaussmeter.gain" = {{ u_relative = 0.0 }}
[signal]
noise_v_per_sqrt_hz = 0.0
[gaussmeter]
noise_a_per_m = 0.0
offset_a_per_m = 300.0
gain = 1.01
sample_factor = 1.0023
reference_a_per_m = 79.6e3
"""
PROCEDURE = """
kind = "field-calibration"
name = "short"
sample = "{samples}/empty-holder.toml"

[field]
rate = "10 A/s"

[field-calibration]
points = 4
zero = {{ residual = "0 A/m ± 4 A/m" }}
reference = {{ field = "79.60 kA/m ± 0.08 kA/m", status = "typical", source = "its label" }}
sample_place = {{ field = "400 kA/m" }}
cycle = {{ largest = "800 kA/m", steps = 8 }}
histories = {{ saturate = "800 kA/m" }}

[measure]
time_constant = "30 ms"
max_dwell = "5 s"
"""
# 4 points in the chamber, 4 in the reference magnet, 1 in the gap, 4 each of probe, sample and probe, 17 of the cycle, 8 at zero
TOTAL = 4 + 4 + 1 + 12 + 17 + 8


class Stopping(Console):
    """Sends SIGINT once so many points are done."""

    stop = None

    def progress(self, progress):
        if self.stop is not None and progress.done >= self.stop:
            signal.raise_signal(signal.SIGINT)


def no_sync(_descriptor):
    """What survives a power cut is tested elsewhere."""


class Place:
    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.run_folder = folder, folder / "runs" / "short"
        base = json.dumps(str(STARTER / "worlds" / "reference.toml"))
        (folder / "world.toml").write_text(WORLD.format(base=base), "utf-8")
        (folder / "short.toml").write_text(PROCEDURE.format(samples=(STARTER / "samples").as_posix()), "utf-8")
        bench = (STARTER / "benches" / "simulated.toml").read_text("utf-8")
        (folder / "bench.toml").write_text(bench.replace("../worlds/reference.toml", "world.toml"), "utf-8")

    def run(self, stop=None):
        spec, text = load_bench(self.folder / "bench.toml")
        options = RunOptions(
            spec.source, (), None, self.folder / "runs", 1, yes=True, dry_run=False, strict=False, as_json=False
        )
        console = Stopping(io.StringIO(), live=False)
        console.stop = stop
        measure(spec, text, [load_job(self.folder / "short.toml")], options, console, sync=no_sync, session="first")

    def resume(self):
        console = Stopping(io.StringIO(), live=False)
        go_on(ResumeOptions(self.run_folder, yes=True), console, sync=no_sync)

    def events(self):
        return [json.loads(line) for line in (self.run_folder / "events.jsonl").read_text("utf-8").splitlines()]

    def result(self):
        return load_result(self.run_folder / "result.json").quantities


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("whole") / "bench")
    place.run()
    return place.result()


@pytest.mark.parametrize(
    ("stop", "where", "away"),
    [(2, "zero", True), (6, "reference", True), (15, "sample", False), (25, "back", False), (TOTAL - 2, "back", False)],
)
def test_it_goes_on_from_wherever_the_probe_is(tmp_path, whole, stop, where, away):
    place = Place(tmp_path / "bench")
    with pytest.raises(Interrupted):
        place.run(stop)
    before = place.events()
    asked = [event["subject"] for event in before if event.get("action") == "probe"]
    assert asked[-1] == where
    assert any("verified by reading back" in event["text"] for event in before if event["kind"] == "safe")
    assert any("probe is not in the gap" in event.get("text", "") for event in before) == away
    place.resume()
    points = read_journal(place.run_folder / "raw.csv", MomentPoint).points
    assert [point.index for point in points] == list(range(TOTAL))
    assert not any(flag.startswith("not_as_before") for point in points for flag in point.flags)
    found = place.result()
    assert set(found) == set(whole)
    for name in set(whole) - {"initial_remanent_field"}:
        assert found[name].estimate.value == pytest.approx(whole[name].estimate.value, rel=1e-4, abs=2.0), name


def test_the_operator_is_asked_again_only_for_another_place(whole, tmp_path):
    place = Place(tmp_path / "bench")
    place.run()
    asked = [event["subject"] for event in place.events() if event.get("action") == "probe"]
    assert asked == ["zero", "reference", "back", "sample", "back"]
    assert len(whole) == 7
