"""Background at several temperatures, and a bracket of two nickel runs, by messages and by the command line."""

import json
from pathlib import Path

import pytest

from vsmdaq.cli.app import main
from vsmdaq_configs import starter_set

SOURCE = Path(str(starter_set()))
COEFFICIENT = 4.0e-3  # of the holder, per kelvin
GAIN_PER_HOUR = 0.20
MS = 2.00e-6


def place(folder, world, extra):
    """A copy of the starter set whose world has more in it."""
    main(["init", str(folder)])
    path = folder / "worlds" / f"{world}.toml"
    path.write_text(path.read_text("utf-8") + extra, "utf-8")
    return folder


def run(folder, *procedures, bench):
    arguments = ["run", *map(str, procedures), "--bench", str(folder / "benches" / f"{bench}.toml")]
    assert main([*arguments, "--out", str(folder / "runs"), "--seed", "3", "--yes"]) == 0


def result(folder, name):
    return json.loads((folder / "runs" / name / "result.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


WARM = """
kind = "background"
sample = "{samples}/empty-holder.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [
    {{ from = "800 kA/m", to = "-800 kA/m", steps = 4 }},
    {{ from = "-800 kA/m", to = "800 kA/m", steps = 4 }},
]

[background]
temperatures = ["300 K", "320 K", "340 K"]
rate = "20 K/min"
dwell = "20 s"
"""


def test_a_holder_that_warms_up_is_followed(tmp_path, capsys):
    folder = place(tmp_path / "bench", "equipped", "")
    world = folder / "worlds" / "equipped.toml"
    world.write_text(
        world.read_text("utf-8").replace(
            "[positioner]", f"[signal]\nholder_temperature_coefficient_per_k = {COEFFICIENT}\n\n[positioner]", 1
        ),
        "utf-8",
    )
    warm = folder / "procedures" / "warm-holder.toml"
    warm.write_text(WARM.format(samples=(folder / "samples").as_posix()), "utf-8")
    procedures = folder / "procedures"
    run(folder, procedures / "phase.toml", procedures / "nickel.toml", warm, bench="equipped")
    found = result(folder, "warm-holder")["quantities"]["holder_temperature_coefficient"]
    # world: h (1 + alpha (T - 295.15 K)); relative to h at the temperature nearest to the bench's, 300 K
    expected = COEFFICIENT / (1.0 + COEFFICIENT * (300.0 - 295.15))
    assert abs(found["value"] - expected) < 3.0 * found["u"]
    assert found["u"] < 0.2 * expected
    capsys.readouterr()
    main(["sim", "truth", str(world), "--json"])
    truth = json.loads(capsys.readouterr().out)["quantities"]
    assert truth["holder_temperature_coefficient"]["value"] == COEFFICIENT
    (artefact,) = (folder / "runs" / "calibrations").glob("*-background.json")
    conditions = json.loads(artefact.read_text("utf-8"))["conditions"]
    assert [conditions[f"temperature.{k}_k"] for k in range(3)] == pytest.approx([300.0, 320.0, 340.0], abs=0.2)


def test_two_nickel_runs_take_a_drift_off_a_loop(tmp_path, capsys):
    folder = place(tmp_path / "bench", "reference", f"\n[drift]\ngain_per_hour = {GAIN_PER_HOUR}\n")
    procedures = folder / "procedures"
    order = [procedures / f"{name}.toml" for name in ("phase", "nickel", "background", "loop", "nickel")]
    run(folder, *order, bench="simulated")
    alone = result(folder, "loop")["quantities"]["saturation_moment"]
    calibrations = sorted((folder / "runs" / "calibrations").glob("*-moment*.json"), key=lambda p: len(p.name))
    assert len(calibrations) == 2
    given = [part for path in calibrations for part in ("--calibration", str(path))]
    capsys.readouterr()
    assert main(["reduce", str(folder / "runs" / "loop"), *given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["quantities"]
    both = found["saturation_moment"]
    assert abs(both["value"] - MS) < 2.0 * both["u"]
    assert abs(both["value"] - MS) < 0.5 * abs(alone["value"] - MS)
    assert abs(found["gain_drift_per_hour"]["value"]) < 3.0 * found["gain_drift_per_hour"]["u"]
    # a third one is one too many
    assert main(["reduce", str(folder / "runs" / "loop"), *given, *given[:2]]) == 2
    assert "before and after the run" in capsys.readouterr().err
