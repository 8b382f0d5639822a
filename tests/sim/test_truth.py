import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World, WorldError

WORLDS = Path(__file__).resolve().parents[2] / "configs" / "vsmdaq_configs" / "worlds"


def values(sample=None, file="reference.toml", **kwargs):
    return {name: entry["value"] for name, entry in truth(World.load(WORLDS / file, **kwargs), sample).items()}


def test_reference_sphere():
    found = values()
    volume = math.pi / 6 * 1e-9
    assert found == pytest.approx(
        {
            "coupling_constant": 4.235 * (1 - 0.00246),
            "signal_phase": 37.0,
            "holder_moment_per_field": -2e-13,
            "saturation_moment": 2e-6,
            "saturation_magnetization": 2e-6 / volume,
            "remanent_moment": 2e-6 * math.tanh(2 / 3),
            "remanent_magnetization": 2e-6 * math.tanh(2 / 3) / volume,
            "coercive_field": 20e3,
            "coercive_field_applied": 20e3,
            "high_field_susceptibility": 0.0,
            # at zero applied field the sphere sits in its own demagnetising field, and the play does not move there
            "saturation_remanent_moment": found["saturation_remanent_moment"],
            "saturation_remanent_magnetization": found["saturation_remanent_moment"] / volume,
            "remanent_coercive_field": found["remanent_coercive_field"],
        },
        rel=2e-4,
    )


def test_remanence_of_the_sphere():
    """p + d tanh(p/w) = r at zero applied field; nothing is left after p = 0, which is H = -r, and there it is stuck."""
    found = values()
    d = 2e-6 / (math.pi / 6 * 1e-9) / 3
    p = math.atanh(found["saturation_remanent_moment"] / 2e-6) * 30e3
    assert p + d * math.tanh(p / 30e3) == pytest.approx(20e3, rel=1e-9)
    assert found["remanent_coercive_field"] == pytest.approx(20e3, rel=1e-9)


def test_preisach(tmp_path):
    """Against plays summed one by one, on a fine grid of half widths."""
    file = tmp_path / "world.toml"
    file.write_text(
        f'base = "{(WORLDS / "reference.toml").as_posix()}"\n[samples.particles]\nmaterial = "preisach"\n'
        "moment_a_m2 = 2e-6\ncoercive_field_a_per_m = 20e3\nspread = 0.4\nwidth_a_per_m = 8e3\n",
        "utf-8",
    )
    found = values("particles", file=file)
    z = np.linspace(-6.0, 6.0, 4001)
    weight, radius = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum(), 20e3 * np.exp(0.4 * z)

    def branch(h):
        return 2e-6 * (weight @ np.tanh((h + radius) / 8e3))

    def left(h):
        return 2e-6 * (weight @ np.tanh(np.clip(np.minimum(h + radius, radius), -radius, radius) / 8e3))

    assert found["remanent_moment"] == pytest.approx(branch(0.0), rel=1e-6)
    assert found["saturation_remanent_moment"] == pytest.approx(branch(0.0), rel=1e-6)
    assert branch(-found["coercive_field"]) == pytest.approx(0.0, abs=1e-12)
    assert left(-found["remanent_coercive_field"]) == pytest.approx(0.0, abs=1e-12)
    assert found["remanent_coercive_field"] > found["coercive_field"]


def test_units_are_said():
    units = {name: entry["unit"] for name, entry in truth(World.load(WORLDS / "reference.toml")).items()}
    assert units["coupling_constant"] == "H/m3"
    assert units["saturation_moment"] == "A m2"
    assert units["coercive_field"] == units["saturation_magnetization"] == "A/m"


def test_palladium_at_the_world_s_temperature():
    found = values("palladium-cylinder")
    by_mass = 6.597e-8 * (1 + 1.8e-3 * 2.85)
    assert found["mass_susceptibility"] == pytest.approx(by_mass, rel=1e-12)
    assert found["molar_susceptibility"] == pytest.approx(by_mass * 0.10642, rel=1e-12)
    # 60 mg at 12 023 kg/m3
    assert found["volume_susceptibility"] == pytest.approx(by_mass * 12023, rel=1e-3)
    inner, outer = found["volume_susceptibility"], found["volume_susceptibility_external"]
    assert 1 / outer - 1 / inner == pytest.approx(0.2379, rel=1e-6)


def test_nickel_and_gouy():
    assert values("nickel-sphere")["reference_moment"] == 3.47e-3
    tube = values("gouy-sample")
    assert tube["volume_susceptibility"] == 1.2e-4
    assert tube["mass_susceptibility"] == pytest.approx(1.2e-4 / 1640)
    assert "volume_susceptibility" not in values("gouy-blank")
    assert "saturation_moment" not in values("empty-holder")


def test_unknown_sample_is_answered_with_the_known_ones():
    with pytest.raises(WorldError, match="'iron'; available: empty-holder, gouy-blank"):
        values("iron")


def test_measured_loop(tmp_path):
    fields = np.linspace(4e5, -4e5, 801)
    down = 1e-6 * np.tanh((fields + 20e3) / 30e3)
    rows = [*zip(fields, down, strict=True), *zip(-fields[1:], -down[1:], strict=True)]
    (tmp_path / "loop.txt").write_text("\n".join(f"{h} {m}" for h, m in rows), encoding="utf-8")
    (tmp_path / "world.toml").write_text(
        f"base = {str(WORLDS / 'reference.toml')!r}\n[samples.rock]\nmaterial = 'measured-loop'\nfile = 'loop.txt'\n"
        "crossover_a_per_m = 1e3\ndiameter_m = 1e-3\n",
        encoding="utf-8",
    )
    found = {key: entry["value"] for key, entry in truth(World.load(tmp_path / "world.toml"), "rock").items()}
    assert found["coercive_field"] == pytest.approx(20e3, rel=1e-9)
    demagnetising = found["remanent_moment"] / (math.pi / 6 * 1e-9) / 3
    assert found["remanent_moment"] == pytest.approx(1e-6 * math.tanh((20e3 + demagnetising) / 30e3), rel=1e-3)


def test_a_quasistatic_walk_through_the_world_finds_the_truth():
    world = World.load(WORLDS / "population.toml", seed=11)
    known = {name: entry["value"] for name, entry in truth(world).items()}
    world.operator.mount("reference-sphere")
    world.clock.sleep(60.0)
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(10.0)
    assert world.true_moment_a_m2() == pytest.approx(known["saturation_moment"], rel=1e-9)
    fields, moments = [], []
    for current in np.linspace(1.0, -3.0, 401):
        world.magnet.ramp_to(float(current), 10.0)
        world.clock.sleep(8.0)
        fields.append(world.magnet.field_a_per_m())
        moments.append(world.true_moment_a_m2())
    assert -np.interp(0.0, moments[::-1], fields[::-1]) == pytest.approx(known["coercive_field_applied"], rel=1e-4)
    volume = known["saturation_moment"] / known["saturation_magnetization"]
    inside = np.array(fields) - np.array(moments) / volume / 3
    assert np.interp(0.0, inside[::-1], moments[::-1]) == pytest.approx(known["remanent_moment"], rel=1e-4)
