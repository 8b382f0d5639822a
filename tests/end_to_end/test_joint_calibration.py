"""Nickel three times, its slope, palladium and the coils' dimensions on drawn simulated benches: one calibration that checks itself."""

import json
import shutil
from pathlib import Path

import pytest

from vsmdaq.cli import main
from vsmdaq.record import latest_artefact
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

SEED = 11
ORDER = ("phase", "nickel", "nickel-again", "nickel-again", "background", "nickel-slope", "palladium")
NAMES = ("nickel-sphere, saturated", "nickel-sphere, slope", "palladium-cylinder, paramagnetic slope", "coil geometry")


def measured(stand, out, *order):
    """Run procedures by name; "nickel-again" is nickel, mounted anew."""
    bench, procedures = stand / "benches" / "population.toml", stand / "procedures"
    nickel = (procedures / "nickel.toml").read_text("utf-8")
    (procedures / "nickel-again.toml").write_text(f'name = "nickel"\nremount = true\n{nickel}', "utf-8")
    files = [str(stand / "procedures" / f"{name}.toml") for name in order]
    assert main(["run", *files, "--bench", str(bench), "--out", str(out), "--seed", str(SEED), "--yes"]) == 0
    return bench


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The starter set and the runs of a campaign on it, to be copied."""
    place = tmp_path_factory.mktemp("joint")
    for kind in ("benches", "procedures", "samples", "worlds"):
        shutil.copytree(Path(str(starter_set())) / kind, place / kind, ignore=shutil.ignore_patterns("__pycache__"))
    measured(place, place / "runs", *ORDER)
    return place


@pytest.fixture
def campaign(once, tmp_path):
    """Bench file, and a copy of the runs."""
    shutil.copytree(once / "runs", tmp_path / "runs")
    return once / "benches" / "population.toml", tmp_path / "runs"


def joint(cli, bench, out, *runs):
    ended = cli("calibrate", "joint", bench, *runs, "--out", out, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out), ended.err


def test_joint_calibration_from_the_first_message_to_the_next_run(cli, once, campaign):
    bench, out = campaign
    found, _ = joint(cli, bench, out)

    assert tuple(item["name"] for item in found["inputs"]) == NAMES
    assert [len(item["runs"]) for item in found["inputs"]] == [3, 1, 1, 0]
    assert [item["mounts"] for item in found["inputs"]] == [3, 1, 1, 0]
    assert all(item["normalised_error"] <= 1.0 and item["verdict"] == "agrees" for item in found["inputs"])
    assert sum(item["weight"] for item in found["inputs"]) == pytest.approx(1.0)
    assert not found["widened"]
    constant, true = (
        found["quantities"]["coupling_constant"],
        truth(World.load(once / "worlds" / "population.toml", seed=SEED)),
    )
    assert abs(constant["value"] - true["coupling_constant"]["value"]) < 2.0 * constant["u"]
    nickel = found["inputs"][0]["moment_per_volt"]
    assert found["quantities"]["moment_per_volt"]["u"] < nickel["u"], "together they know more than nickel alone"

    artefact = latest_artefact([out / "calibrations"], "moment")
    assert artefact is not None
    assert Path(found["calibration"]) == out / "calibrations" / "2026-01-01-moment-4.json"
    assert [run for run, _ in artefact.runs] == ["nickel", "nickel-2", "nickel-3", "nickel-slope", "palladium"]
    assert artefact.values["moment_per_volt"].value == found["quantities"]["moment_per_volt"]["value"]
    assert set(artefact.values) == {"moment_per_volt", "signal_angle", "coupling_constant"}
    assert "typical" in artefact.reference
    assert "coil geometry" in artefact.reference

    # what is measured next goes by it, and carries its budget
    measured(once, out, "loop")
    result = json.loads((out / "loop" / "result.json").read_text("utf-8"))["quantities"]["saturation_moment"]
    sphere = truth(World.load(once / "worlds" / "population.toml", seed=SEED), "reference-sphere")
    # the noise of this seed's high-field line alone is three of its standard deviations off
    assert abs(result["value"] - sphere["saturation_moment"]["value"]) < 4.0 * result["u"]
    lines = {line["input"] for line in result["budget"]}
    assert {"nickel-sphere.reference.value", "palladium-cylinder.reference.value", "coils.radius"} <= lines
    recorded = json.loads((out / "loop" / "run.json").read_text("utf-8"))["calibrations"]["moment"]
    assert recorded["digest"] == artefact.digest


def test_runs_without_remounting_are_one_mount(cli, stand, tmp_path):
    """Phase, nickel and nickel again on one mount: its place does not average out, and a slope run there shares it."""
    measured(stand, tmp_path / "runs", "phase", "nickel", "nickel", "nickel-slope")
    found, err = joint(cli, stand / "benches" / "population.toml", tmp_path / "runs")
    assert [len(item["runs"]) for item in found["inputs"]] == [2, 1, 0]
    assert [item["mounts"] for item in found["inputs"]] == [1, 1, 0]
    places = [line["input"] for line in found["quantities"]["moment_per_volt"]["budget"] if ".mount." in line["input"]]
    assert places == ["nickel.mount.position"]
    assert "nickel-slope: holder not subtracted: no background run" in err


def test_the_table_and_its_last_line(cli, campaign):
    bench, out = campaign
    ended = cli("calibrate", "joint", bench, "--out", out)
    assert ended.code == 0
    for name in NAMES:
        assert name in ended.out
    assert "Birge ratio" in ended.out
    assert ended.out.strip().splitlines()[-1].startswith("calibration written: ")


def test_runs_may_be_named(cli, campaign):
    bench, out = campaign
    found, _ = joint(cli, bench, out, out / "nickel-2", out / "palladium")
    assert [item["runs"] for item in found["inputs"]] == [["nickel-2"], ["palladium"], []]
    refused = cli("calibrate", "joint", bench, out / "background", "--out", out)
    assert refused.code == 2
    assert "'nickel', 'nickel-slope', 'palladium'" in refused.err


def test_an_impure_sphere_is_named(cli, stand, tmp_path):
    """The world's sphere has 2 % less moment than its file says; slope, palladium and dimensions do not follow it."""
    world = stand / "worlds" / "population.toml"
    text = world.read_text("utf-8")
    head = "[samples.nickel-sphere]\n"
    assert text.count(head) == 1
    world.write_text(text.replace(head, head + f"moment_a_m2 = {0.98 * 3.47e-3!r}\n"), "utf-8")
    bench = measured(stand, tmp_path / "runs", *ORDER)
    found, err = joint(cli, bench, tmp_path / "runs")
    assert [item["verdict"] for item in found["inputs"]] == ["outlier", "agrees", "agrees", "agrees"]
    assert found["inputs"][0]["weight"] > 0.5, "named, not dropped"
    assert "flag: outlier: nickel-sphere, saturated, E_n = " in err
    assert found["widened"]
    assert "u widened by the Birge ratio" in err


def test_what_does_not_fit_is_left_out(cli, stand, campaign):
    """Another amplitude in the bench file: nothing of what was measured holds any more."""
    out = campaign[1]
    bench = stand / "benches" / "population.toml"
    text = bench.read_text("utf-8")
    old = 'amplitude = "1.000 mm ± 0.5 %"'
    assert text.count(old) == 1
    bench.write_text(text.replace(old, 'amplitude = "1.200 mm ± 0.5 %"'), "utf-8")
    ended = cli("calibrate", "joint", bench, "--out", out)
    assert ended.code == 2
    assert "at least two" in ended.err


def test_without_anything_it_says_what_to_run(cli, stand, tmp_path):
    ended = cli("calibrate", "joint", stand / "benches" / "population.toml", "--out", tmp_path / "runs")
    assert ended.code == 2
    assert "nickel-slope.toml" in ended.err


def test_what_cannot_take_part_is_named_with_the_reason(cli, campaign):
    bench, out = campaign
    lines = (out / "nickel-2" / "raw.csv").read_text("utf-8").splitlines(keepends=True)
    (out / "nickel-2" / "raw.csv").write_text("".join(lines[:-3]), "utf-8")  # three points less than planned
    damaged = (out / "nickel-3" / "raw.csv").read_text("utf-8").replace("83.0", "84.0", 1)
    (out / "nickel-3" / "raw.csv").write_text(damaged, "utf-8")
    (out / "stray").mkdir()
    (out / "stray" / "run.json").write_text("{", "utf-8")
    found, err = joint(cli, bench, out)
    assert found["inputs"][0]["runs"] == ["nickel"]
    for name in ("nickel-2", "nickel-3", "stray"):
        assert f"flag: {name} left out: " in err
        assert any(flag.startswith(f"{name} left out: ") for flag in found["flags"])
    assert "of 22 points" in err

    # named on purpose the short one takes part, with a flag; the damaged one is refused
    found, err = joint(cli, bench, out, out / "nickel", out / "nickel-2", out / "palladium")
    assert found["inputs"][0]["runs"] == ["nickel", "nickel-2"]
    assert "flag: nickel-2: incomplete" in err
    assert cli("calibrate", "joint", bench, out / "nickel-3", "--out", out).code == 2


def test_dysprosia_beside_palladium(cli, stand, tmp_path):
    """The equipped world's oxide follows the published law; that bench's samples all sit off the middle alike."""
    bench, out = stand / "benches" / "equipped.toml", tmp_path / "runs"
    order = ("phase", "nickel", "background", "nickel-slope", "palladium", "dysprosia")
    files = [stand / "procedures" / f"{name}.toml" for name in order]
    assert cli("run", *files, "--bench", bench, "--out", out, "--seed", 3, "--yes").code == 0
    found, _ = joint(cli, bench, out)
    assert [item["name"] for item in found["inputs"]] == [*NAMES[:3], "dysprosium-oxide, paramagnetic slope", NAMES[3]]
    oxide = found["inputs"][3]
    assert oxide["verdict"] == "agrees"
    assert "literature" in oxide["reference"]
    assert oxide["coupling_constant"]["u"] < found["inputs"][2]["coupling_constant"]["u"], "0.5 % against 1 %"
    true = truth(World.load(stand / "worlds" / "equipped.toml", seed=3))["coupling_constant"]["value"]
    assert abs(oxide["coupling_constant"]["value"] - true) < 2.0 * oxide["coupling_constant"]["u"]
