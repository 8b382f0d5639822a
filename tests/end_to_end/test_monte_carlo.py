"""`vsmdaq reduce --monte-carlo`: linear propagation against random draws through the same reduction, on simulated runs."""

import json
import math
import shutil

import pytest

DRAWS = {"loop": 200, "palladium": 600, "nickel": 600, "gouy": 600}
KEY = {
    "loop": "saturation_moment",
    "palladium": "mass_susceptibility",
    "nickel": "coupling_constant",
    "gouy": "volume_susceptibility",
}


@pytest.fixture
def run_of(demo, tmp_path):
    """Gives a copy of a run of the demo campaign."""

    def copy(kind):
        return shutil.copytree(demo / kind, tmp_path / kind)

    return copy


def read(path):
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("kind", DRAWS)
def test_linear_and_monte_carlo_agree_on_a_simulated_run(kind, run_of, cli):
    folder = run_of(kind)
    ended = cli("reduce", folder, "--monte-carlo", DRAWS[kind], "--seed", 11)
    assert ended.code == 0, ended.err
    written, result = read(folder / "monte_carlo.json"), read(folder / "result.json")
    assert written["draws_without_result"] == {}
    assert written["quantities"][KEY[kind]]["verdict"] in {"validated", "more draws needed"}
    for name, item in written["quantities"].items():
        assert item["verdict"] != "not validated", name
        linear = result["quantities"][name]
        assert item["linear"]["value"] == linear["value"]
        # the standard deviation of n draws is known to 1/sqrt(2 n)
        assert item["u"] / linear["u"] == pytest.approx(1.0, abs=5.0 / math.sqrt(2.0 * DRAWS[kind])), name
        assert item["mean"] == pytest.approx(linear["value"], abs=6.0 * linear["u"] / math.sqrt(DRAWS[kind])), name
        low, high = item["shortest95"]
        assert high - low <= item["interval95"][1] - item["interval95"][0] + 0.3 * linear["u"], name
    assert not [flag for flag in result["flags"] if "Monte Carlo" in flag]


def test_what_is_written_and_told(run_of, cli):
    folder = run_of("gouy")
    ended = cli("reduce", folder, "--monte-carlo", 100, "--seed", 3)
    assert ended.code == 0
    assert "Monte Carlo: 100 of 100 draws" in ended.err
    assert "Monte Carlo, seed 3: " in ended.err
    assert "gouy (gouy, gouy-sample)" in ended.out
    first = (folder / "monte_carlo.json").read_bytes()
    content = json.loads(first)
    assert (content["schema"], content["kind"], content["draws"], content["seed"]) == (1, "monte_carlo", 100, 3)
    assert content["made_from"]["run_id"] == "gouy"
    names = content["covariance"]["names"]
    assert names == list(content["quantities"])
    row = names.index("volume_susceptibility")
    variance = content["covariance"]["matrix"][row][row]
    assert math.sqrt(variance) == pytest.approx(content["quantities"]["volume_susceptibility"]["u"])
    cli("reduce", folder, "--monte-carlo", 100, "--seed", 3)
    assert (folder / "monte_carlo.json").read_bytes() == first
    cli("reduce", folder, "--monte-carlo", 100, "--seed", 4)
    assert (folder / "monte_carlo.json").read_bytes() != first


def test_a_plain_reduction_removes_what_is_of_an_earlier_one(run_of, cli):
    folder = run_of("phase")
    cli("reduce", folder, "--monte-carlo", 100)
    assert read(folder / "monte_carlo.json")["seed"] == 1
    ended = cli("reduce", folder)
    assert ended.code == 0
    assert "monte_carlo.json removed" in ended.err
    assert not (folder / "monte_carlo.json").exists()


def test_wrong_options_are_refused(run_of, cli):
    folder = run_of("phase")
    ended = cli("reduce", folder, "--seed", 3)
    assert ended.code == 2
    assert "with --monte-carlo N only" in ended.err
    ended = cli("reduce", folder, "--monte-carlo", 99)
    assert ended.code == 2
    assert "100" in ended.err


def test_what_does_not_stand_is_flagged_in_the_result(run_of, cli):
    # the same slope from a ball so small that N chi is near 1: the sample file is wrong, and the interval is no straight line's
    folder = run_of("palladium")
    description = read(folder / "run.json")
    slope_m3 = read(folder / "result.json")["quantities"]["volume_susceptibility_external"]["value"] * (
        math.pi / 4.0 * 2.5e-3**2 * 1.0166e-3
    )
    diameter_mm = 1e3 * (6.0 / math.pi * slope_m3 / 2.9) ** (1.0 / 3.0)  # chi_ext = 2.9 of at most 3
    description["files"]["sample"] = f'name = "ball"\nshape = "sphere"\ndiameter = "{diameter_mm:.6f} mm ± 0.3 %"\n'
    (folder / "run.json").write_text(json.dumps(description), "utf-8")
    ended = cli("reduce", folder, "--monte-carlo", 400, "--seed", 5)
    assert ended.code == 0, ended.err
    written, result = read(folder / "monte_carlo.json"), read(folder / "result.json")
    assert written["quantities"]["volume_susceptibility"]["verdict"] == "not validated"
    flags = [flag for flag in result["flags"] if "not validated by Monte Carlo" in flag]
    assert [flag.partition(":")[0] for flag in flags] == ["volume_susceptibility"]
    assert f"flag: {flags[0]}" in ended.err
