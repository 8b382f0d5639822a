"""Nickel below saturation: a sphere of susceptibility chi has M = chi (H - M/3)."""

import math

import pytest

from vsmdaq_sim.world import World
from vsmdaq_sim.world.materials import NickelSphere

MOMENT, COEFFICIENT, VOLUME = 3.47e-3, 0.0026, math.pi / 6 * 2.383e-3**3


@pytest.mark.parametrize("chi", [50.0, 200.0, 1000.0])
def test_slope_of_a_sphere_of_some_susceptibility(chi):
    """M = chi H/(1 + chi/3), solved from the field inside; at 60 kA/m the knee takes 3e-9."""
    field = 60e3
    magnetisation = NickelSphere(MOMENT, COEFFICIENT, VOLUME, chi).moment_a_m2(field) / VOLUME
    inside = field - magnetisation / 3.0
    assert magnetisation == pytest.approx(chi * inside, rel=1e-4)
    assert magnetisation == pytest.approx(chi * field / (1.0 + chi / 3.0), rel=1e-8)


def test_without_susceptibility_nothing_has_changed():
    plain, soft = NickelSphere(MOMENT, COEFFICIENT, VOLUME), NickelSphere(MOMENT, COEFFICIENT, VOLUME, None)
    for field in (1.0, 50e3, 160e3, 170e3, 800e3):
        assert soft.moment_a_m2(field) == plain.moment_a_m2(field)
    assert plain.moment_a_m2(1e3) == pytest.approx(3.0 * VOLUME * 1e3, rel=1e-9)


def test_saturation_is_as_before():
    soft, plain = NickelSphere(MOMENT, COEFFICIENT, VOLUME, 200.0), NickelSphere(MOMENT, COEFFICIENT, VOLUME)
    assert soft.moment_a_m2(398e3) == pytest.approx(plain.moment_a_m2(398e3), rel=1e-6)
    assert soft.moment_a_m2(398e3) == pytest.approx(MOMENT, rel=1e-6)
    assert soft.moment_a_m2(-100e3) == -soft.moment_a_m2(100e3)


def test_a_world_file_states_it(tmp_path, population_file):
    world = tmp_path / "world.toml"
    world.write_text(
        f"base = {str(population_file.with_name('reference.toml'))!r}\n[samples.nickel-sphere]\ninitial_susceptibility = 100.0\n",
        encoding="utf-8",
    )
    made = World.load(world)
    made.operator.mount("nickel-sphere")
    made.clock.sleep(60.0)
    made.magnet.ramp_to(5.0, 10.0)
    made.clock.sleep(30.0)
    field = made.magnet.field_a_per_m()
    assert made.true_moment_a_m2() == pytest.approx(3.0 * VOLUME * field / 1.03, rel=1e-6)
