"""The third harmonic of the signal gives the curvature along the vibration, with the lock-ins that have it."""

import json
import math
import shutil
from pathlib import Path

import pytest

from vsmdaq.cli import main
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

CURVATURE = -19634.0
"""1/m2, of the reference coils: second derivative along z of Biot and Savart's coupling (tests/end_to_end/test_series.py)."""


def place(folder, world="", lockin=""):
    for kind in ("benches", "procedures", "samples", "worlds"):
        shutil.copytree(Path(str(starter_set())) / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))
    text = f'base = "equipped.toml"\n{world}\n'
    if lockin:
        text += f'[instruments.lockin]\nkind = "{lockin}"\n'
    (folder / "worlds" / "here.toml").write_text(text, "utf-8")
    bench = (folder / "benches" / "equipped.toml").read_text("utf-8").replace("equipped.toml@", "here.toml@")
    if lockin:
        bench = bench.replace('driver = "sr830"', f'driver = "{lockin}"')
    (folder / "benches" / "here.toml").write_text(bench, "utf-8")
    return folder


def run(folder, *names, options=("--yes",)):
    paths = [str(folder / "procedures" / f"{name}.toml") for name in names]
    bench = folder / "benches" / "here.toml"
    return main(["run", *paths, "--bench", str(bench), "--out", str(folder / "runs"), "--seed", "3", *options])


def result(folder, name):
    return json.loads((folder / "runs" / name / "result.json").read_text("utf-8"))


def values(folder, name):
    return {key: (q["value"], q["u"]) for key, q in result(folder, name)["quantities"].items()}


@pytest.fixture
def stated(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "bench"


def test_three_ways_to_the_curvature_agree(stated):
    folder = place(stated)
    assert run(folder, "phase", "centring", "amplitude", "third-harmonic") == 0
    for name in ("centring", "amplitude", "third-harmonic"):
        value, u = values(folder, name)["curvature_z"]
        assert abs(value - CURVATURE) < 3.0 * u < 0.1 * abs(CURVATURE)
        assert result(folder, name)["flags"] == []
    for name in ("amplitude", "third-harmonic"):
        assert values(folder, name)["curvature_normalised_error"][0] < 1.0
    ratio, u = values(folder, "third-harmonic")["third_harmonic_ratio"]
    share = CURVATURE * 1e-6 / 8.0  # at 1 mm
    assert abs(ratio - share / (1.0 + share)) < 0.01 * abs(share)
    assert u < 1e-3 * abs(ratio)


@pytest.mark.parametrize("lockin", ["sr860", "signal_recovery_7265"])
def test_other_lock_ins_too(stated, lockin):
    folder = place(stated, lockin=lockin)
    assert run(folder, "phase", "third-harmonic") == 0
    value, u = values(folder, "third-harmonic")["curvature_z"]
    assert abs(value - CURVATURE) < 3.0 * u


OWN = "[vibration]\nthird_harmonic_m = 2.0e-6\nthird_harmonic_phase_deg = 50.0\n"


def test_what_the_rod_does_itself_is_taken_off_where_it_is_known(stated):
    folder = place(stated, OWN)
    path = folder / "procedures" / "third-harmonic.toml"
    text = path.read_text("utf-8")
    assert run(folder, "phase", "third-harmonic") == 0
    (flag,) = result(folder, "third-harmonic")["flags"]
    assert flag.startswith("the third harmonic is not that of the coils alone")
    wrong, u = values(folder, "third-harmonic")["curvature_z"]
    # 3 a3/a cos(50 deg) of the first, taken for a curvature
    assert wrong - CURVATURE == pytest.approx(8.0 * 3.0 * 2e-3 * math.cos(math.radians(50.0)) / 1e-6, rel=0.02)
    known = text.replace('# own = "0 µm ± 0.5 µm"', 'own = "2 µm ± 0.02 µm"').replace(
        '# own_phase = "0° ± 180°"', 'own_phase = "50° ± 0.5°"'
    )
    (folder / "procedures" / "known.toml").write_text(known, "utf-8")
    assert run(folder, "known") == 0
    value, u = values(folder, "known")["curvature_z"]
    assert abs(value - CURVATURE) < 3.0 * u
    assert result(folder, "known")["flags"] == []


def test_the_truth_here_is_that_of_the_simulated_world(stated):
    folder = place(stated)
    true = truth(World.load(folder / "worlds" / "here.toml"), "nickel-sphere")
    assert true["curvature_z"]["value"] == pytest.approx(CURVATURE, rel=0.01)
