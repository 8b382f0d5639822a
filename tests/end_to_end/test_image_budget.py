"""Lines of the image calibration's budget, and of what is measured with it, against worlds in which that input is moved."""

import math
import shutil
from pathlib import Path

import pytest
from test_image_effect import edit

from vsmdaq.cli import main
from vsmdaq.record import load_result
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

WORLD = """
base = "reference.toml"
[signal]
noise_v_per_sqrt_hz = 7.25e-12
[gaussmeter]
noise_a_per_m = 0.02
gain = {gain}
[image]
gap_m = 0.040
pole_susceptibility = 60.0
pole_saturation_a_per_m = 1.4e6
[samples.nickel-sphere]
field_coefficient = {field}
moment_a_m2 = {moment}
"""
NOMINAL = {"gain": 1.0, "field": 0.0026, "moment": 3.47e-3}
MOVED = {  # by the u of the bench file, of the law and of the sample file
    "gain": ({"gain": 1.002}, "gaussmeter.gain"),
    "field": ({"field": 0.0027}, "nickel-sphere.reference.field_coefficient"),
    "moment": ({"moment": 3.48e-3}, "nickel-sphere.reference.value"),
}
FLOOR = 0.01
LAST = "image_factor_6"


def campaign(folder, **moved):
    for kind in ("benches", "procedures", "samples", "worlds"):
        shutil.copytree(Path(str(starter_set())) / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))
    world = folder / "worlds" / "quiet.toml"
    world.write_text(WORLD.format(**{**NOMINAL, **moved}), "utf-8")
    bench = folder / "benches" / "simulated.toml"
    edit(bench, bench, ("reference.toml@", "quiet.toml@"), end='\n[poles]\ngap = "40 mm"\n')
    paths = []
    for name in ("phase", "background", "image", "nickel", "palladium"):
        paths.append(folder / "procedures" / f"{name}.toml")
        edit(paths[-1], paths[-1], ("[measure]", "[measure]\nsettling_fraction = 0.001"))
    options = ["--bench", str(bench), "--out", str(folder / "runs"), "--seed", "3", "--yes"]
    assert main(["run", *map(str, paths), *options]) == 0
    real = World.load(world)
    true = {
        LAST: real.coupling_h_per_m3("nickel-sphere", 800e3) / real.coupling_h_per_m3("nickel-sphere", 300e3),
        "mass_susceptibility": truth(real, "palladium-cylinder")["mass_susceptibility"]["value"],
        "coupling_constant": real.coupling_h_per_m3("nickel-sphere", 300e3),
    }
    runs = {LAST: "image", "mass_susceptibility": "palladium", "coupling_constant": "nickel"}
    found = {
        name: load_result(folder / "runs" / run / "result.json").quantities[name].estimate for name, run in runs.items()
    }
    return {name: (found[name].value - true[name], found[name]) for name in true}


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield campaign(tmp_path_factory.mktemp("unmoved"))


def test_the_truth_is_found(unmoved):
    for name, (error, estimate) in unmoved.items():
        assert abs(error) < estimate.u, (
            name
        )  # gain and offset of the gaussmeter are drawn in that world, within their u


@pytest.mark.parametrize("world", MOVED)
def test_errors_move_by_the_stated_contributions(world, unmoved, tmp_path):
    lines, name = MOVED[world]
    moved = campaign(tmp_path / "bench", **lines)
    judged = 0
    for key, (error, estimate) in unmoved.items():
        stated = math.fsum(c.contribution for c in estimate.components if c.name == name)
        found = -(moved[key][0] - error)
        if abs(stated) < FLOOR * estimate.u:
            assert abs(found) < 2.0 * FLOOR * estimate.u, key
            continue
        assert found == pytest.approx(stated, rel=0.1), key
        judged += 1
    assert judged >= 1
