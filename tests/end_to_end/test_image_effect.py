"""Poles that saturate at 1.5 T, 2 mm of vibration, a sample 0.5 mm off centre: with the image calibration it is as in truth."""

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.cli import main
from vsmdaq.record import RunFolder, read_mh_csv
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

TOP = 1190.0
"""kA/m: 1.495 T."""

WORLD = """
base = "equipped.toml"
[magnet]
field_constant_per_m = 20000.0
[vibration]
amplitude_m = 2.0e-3
[instruments.vibrator.options]
left_on_v_rms = 2.0
[image]
gap_m = 0.040
pole_susceptibility = 100.0
pole_saturation_a_per_m = 1.71e6
[samples.reference-sphere]
position_m = [0.5e-3, 0.0, 0.0]
[samples.palladium-cylinder]
position_m = [0.0, 0.0, 0.5e-3]
"""

POLES = '\n[poles]\ngap = "40 mm ± 0.05 mm"\ncaps = "flat"\n\n[mounting]\nu_position = "0.5 mm"\n'

LOOP = """
kind = "loop"
sample = "../samples/reference-sphere.toml"
[field]
rate = "10 A/s"
approach = ["1190 kA/m"]
segments = [
    { from = "1190 kA/m", to = "600 kA/m", steps = 10 },
    { from = "600 kA/m", to = "-600 kA/m", steps = 8 },
    { from = "-600 kA/m", to = "-1190 kA/m", steps = 10 },
    { from = "-1190 kA/m", to = "-600 kA/m", steps = 10 },
    { from = "-600 kA/m", to = "600 kA/m", steps = 8 },
    { from = "600 kA/m", to = "1190 kA/m", steps = 10 },
]
[measure]
u_moment = "2e-9 A m2"
[analysis]
high_field_fraction = 0.4
"""

FIELDS = (300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0, TOP)
TO_THE_TOP = ("phase", "nickel", "background", "palladium")


def place(folder, world=WORLD):
    for kind in ("benches", "procedures", "samples", "worlds"):
        shutil.copytree(Path(str(starter_set())) / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "worlds" / "poles.toml").write_text(world, "utf-8")
    edit(
        folder / "benches" / "equipped.toml",
        folder / "benches" / "poles.toml",
        ("equipped.toml@vsmsim", "poles.toml@vsmsim"),
        ('name = "equipped"', 'name = "poles"'),
        ("13.33333 kA/m per A", "20 kA/m per A"),
        ("1.000 mm ± 0.5 %", "2.000 mm ± 0.5 %"),
        end=POLES,
    )
    for name in TO_THE_TOP:
        path = folder / "procedures" / f"{name}.toml"
        edit(path, path, ("800 kA/m", f"{TOP:g} kA/m"), ("700 kA/m", "1090 kA/m", 0))
    image = folder / "procedures" / "image.toml"
    text = image.read_text("utf-8")
    old = text[text.index("fields = ") : text.index("]", text.index("fields = ")) + 1]
    edit(image, image, (old, f"fields = {listed(FIELDS)}"))
    edit(
        image,
        folder / "procedures" / "image-loop.toml",
        ("nickel-sphere", "current-loop"),
        ("fields = [", f"fields = [{listed((0.0, 100.0, 200.0))[1:-1]}, "),
        ('# reference = "300 kA/m"', 'reference = "300 kA/m"'),
    )
    (folder / "procedures" / "loop.toml").write_text(LOOP, "utf-8")
    return folder


def listed(fields):
    return json.dumps([f"{field:g} kA/m" for field in fields])


def edit(source, target, *edits, end=""):
    text = source.read_text("utf-8")
    for old, new, *least in edits:
        assert text.count(old) >= (least[0] if least else 1), old
        text = text.replace(old, new)
    target.write_text(text + end, "utf-8")


def run(folder, *names, options=("--yes",)):
    paths = [str(folder / "procedures" / f"{name}.toml") for name in names]
    bench = folder / "benches" / "poles.toml"
    return main(["run", *paths, "--bench", str(bench), "--out", str(folder / "runs"), "--seed", "3", *options])


@dataclass(frozen=True)
class Campaign:
    folder: Path

    def result(self, name):
        return json.loads((self.folder / "runs" / name / "result.json").read_text("utf-8"))

    def values(self, name):
        return {key: (q["value"], q["u"]) for key, q in self.result(name)["quantities"].items()}

    def table(self, name):
        columns = read_mh_csv(RunFolder.open(self.folder / "runs" / name).mh_csv)[0]
        return {key: np.array(values) for key, values in columns.items() if "" not in values}

    def world(self):
        return World.load(self.folder / "worlds" / "poles.toml", seed=3)

    def truth(self, sample):
        return {name: entry["value"] for name, entry in truth(self.world(), sample).items()}

    def coupling(self, field_a_per_m):
        """Of the nickel sphere where the positioner has brought it: the middle of the coils."""
        return self.world().coupling_h_per_m3(None, field_a_per_m)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = place(tmp_path_factory.mktemp("image"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        names = ("phase", "centring", "background", "image", "nickel", "palladium", "loop", "image-loop")
        assert run(folder, *names) == 0
    return Campaign(folder)


def test_factors_are_those_of_the_poles(campaign):
    found = campaign.values("image")
    for i, field in enumerate(FIELDS):
        value, u = found["image_factor" if i == 0 else f"image_factor_{i + 1}"]
        expected = campaign.coupling(1e3 * field) / campaign.coupling(1e3 * FIELDS[0])
        assert abs(value - expected) <= 2.5 * u + 1e-12
        assert u < 5e-4
    assert found["image_loss"][0] == pytest.approx(1.0 - found["image_factor_10"][0], abs=1e-12)
    assert found["image_loss"][1] == pytest.approx(found["image_factor_10"][1])
    assert found["image_loss"][0] > 0.015  # there is something to correct


def test_a_current_loop_finds_the_same_and_below_saturation_of_nickel_too(campaign):
    nickel, loop = campaign.values("image"), campaign.values("image-loop")
    for i in range(1, len(FIELDS)):
        (one, u_one), (other, u_other) = nickel[f"image_factor_{i + 1}"], loop[f"image_factor_{i + 4}"]
        assert abs(one - other) < 2.5 * math.hypot(u_one, u_other)
    for i, field in enumerate((0.0, 100.0, 200.0)):
        value, u = loop["image_factor" if i == 0 else f"image_factor_{i + 1}"]
        expected = campaign.coupling(1e3 * field) / campaign.coupling(300e3)
        assert abs(value - expected) < 2.5 * u
    assert loop["image_factor_13"][1] < nickel["image_factor_10"][1]  # no law of nickel is in it


def off_by(table, lowest, highest):
    """Mean of m/m_true - 1 between fields of either sign, and its u; there the sample is saturated (tanh = 1 to 1e-5)."""
    size = np.abs(table["field_applied_a_per_m"])
    here = (size > lowest * 1e3) & (size < highest * 1e3)
    assert np.count_nonzero(here) >= 2
    ratio = np.abs(table["moment_a_m2"][here]) / 2.0e-6
    noise = np.sqrt(np.sum(table["u_noise_moment_a_m2"][here] ** 2)) / np.count_nonzero(here) / 2.0e-6
    return float(np.mean(ratio)) - 1.0, math.hypot(noise, float(np.mean(table["u_common_moment_a_m2"][here])) / 2.0e-6)


def test_the_sample_has_its_moment_at_all_fields(campaign):
    table = campaign.table("loop")
    for lowest, highest in ((299.0, 500.0), (599.0, 800.0), (1000.0, 1100.0), (1100.0, 1200.0)):
        error, u = off_by(table, lowest, highest)
        assert abs(error) < u < 0.012


def test_the_results_agree_with_the_truth(campaign):
    true, found = campaign.truth("reference-sphere"), campaign.values("loop")
    for name in ("saturation_moment", "saturation_magnetization", "high_field_susceptibility"):
        value, u = found[name]
        assert abs(value - true[name]) < 2.0 * u, name
    value, u = campaign.values("palladium")["mass_susceptibility"]
    assert abs(value - campaign.truth("palladium-cylinder")["mass_susceptibility"]) < 2.0 * u
    assert campaign.values("palladium")["normalised_error"][0] < 1.0


def test_left_out_it_is_off_by_what_the_poles_do(campaign, tmp_path):
    copy = tmp_path / "runs"
    shutil.copytree(campaign.folder / "runs" / "loop", copy / "loop")
    assert main(["reduce", str(copy / "loop"), "--without", "image"]) == 0
    table = Campaign(tmp_path).table("loop")
    with_it, _ = off_by(campaign.table("loop"), 1180.0, 1200.0)
    without, _ = off_by(table, 1180.0, 1200.0)
    expected = campaign.coupling(TOP * 1e3) / campaign.coupling(300e3) - 1.0
    assert without - with_it == pytest.approx(expected, rel=0.12)  # a tenth of it is the image of the holder
    assert -0.03 < expected < -0.01
    values = Campaign(tmp_path).values("loop")
    value, u = values["high_field_susceptibility"]
    assert abs(value) > 4.0 * u  # a slope that is not there
    assert "correction image left out: as asked" in Campaign(tmp_path).result("loop")["flags"]


def test_points_beyond_the_table_are_named(campaign):
    flags = campaign.result("loop")["flags"]
    (below,) = [flag for flag in flags if "where the image calibration ends" in flag]
    assert below.startswith("6 points below 300 kA/m, where the image calibration ends (point 12 to 14, 40 to 42)")


def test_a_moment_calibration_that_knows_no_image_is_refused(campaign, tmp_path, capsys):
    shutil.copytree(campaign.folder, tmp_path / "bench")
    folder = tmp_path / "bench"
    path = folder / "procedures" / "nickel.toml"
    edit(path, path, ("[measure]", '[analysis]\nwithout = ["image"]\n\n[measure]'))
    assert run(folder, "nickel") == 0
    capsys.readouterr()
    (plain,) = (folder / "runs" / "calibrations").glob("*-moment-2.json")
    assert main(["reduce", str(folder / "runs" / "loop"), "--calibration", str(plain)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "reduced without the image effect" in said
    assert run(folder, "palladium") == 2  # before anything moves
    assert "reduced without the image effect" in capsys.readouterr().err
    assert not (folder / "runs" / "palladium-2").exists()
    assert 'Run nickel.toml again, or leave "image" out on purpose: key without, option --without.' in said


def test_without_a_background_it_is_refused_before_anything_moves(tmp_path, capsys):
    folder = place(tmp_path / "alone")
    assert run(folder, "phase", "image") == 2
    assert "Run background.toml first." in " ".join(capsys.readouterr().err.split())
    assert not (folder / "runs" / "image").exists()
