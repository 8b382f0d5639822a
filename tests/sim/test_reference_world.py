"""The figures of the reference world and loop, as the design states them."""

import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq_sim.world import World
from vsmdaq_sim.world.coils import coupling_at_centre

WORLDS = Path(__file__).resolve().parents[2] / "configs" / "vsmdaq_configs" / "worlds"


@pytest.fixture
def world():
    return World.load(WORLDS / "reference.toml")


def test_magnet(world):
    magnet = world.spec.magnet
    assert magnet.field_constant_per_m * 60.0 == pytest.approx(800e3)
    assert magnet.field_constant_per_m == pytest.approx(13.333e3, rel=1e-4)
    assert (magnet.lag_s, magnet.remanence_a_per_m) == (0.10, 1200.0)
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(6.0)
    assert not world.magnet.ramping()
    assert world.magnet.field_a_per_m() == pytest.approx(800e3 * 59 / 60, rel=2e-3)  # 0.10 s behind
    world.magnet.ramp_to(0.0, 10.0)
    world.clock.sleep(20.0)
    assert world.magnet.field_a_per_m() == pytest.approx(1200.0)


def test_gaussmeter(world):
    assert (world.spec.gaussmeter.noise_a_per_m, world.spec.gaussmeter.interval_s) == (20.0, 0.1)
    drawn = [World.load(WORLDS / "reference.toml", seed=seed).spec.gaussmeter for seed in range(60)]
    assert np.std([table.offset_a_per_m for table in drawn]) == pytest.approx(40.0, rel=0.3)
    assert np.std([table.gain for table in drawn]) == pytest.approx(0.002, rel=0.3)
    assert world.spec.gaussmeter.offset_a_per_m != 0.0


def test_coils_and_vibration(world):
    coils = world.spec.coils
    assert (coils.turns, coils.radius_m, coils.half_spacing_x_m, coils.half_spacing_z_m) == (1500, 0.01, 0.015, 0.012)
    assert coupling_at_centre(**coils.model_dump()) == pytest.approx(4.235, abs=5e-4)
    assert (world.spec.vibration.frequency_hz, world.spec.vibration.amplitude_m) == (83.0, 1e-3)
    slope = math.sqrt(2) * math.pi * 83.0 * 4.235 * 1e-3
    assert slope == pytest.approx(1.563, abs=2e-3)


def test_lock_in(world):
    signal = world.spec.signal
    assert (signal.noise_v_per_sqrt_hz, signal.phase_deg) == (7.25e-9, 37.0)
    assert (signal.crosstalk_v_rms, signal.crosstalk_phase_deg) == (2e-6, 120.0)
    assert signal.holder_moment_per_field_m3 == -2.0e-13


def test_bus_and_instruments(world):
    assert world.bus_message_s == 0.003
    table = {spec.role: (spec.kind, spec.address, spec.reply_s) for spec in world.spec.instruments}
    assert table == {
        "supply": ("lakeshore_643", "GPIB0::12::INSTR", 0.010),
        "gaussmeter": ("lakeshore_475", "GPIB0::13::INSTR", 0.010),
        "lockin": ("sr830", "GPIB0::8::INSTR", 0.001),
        "balance": ("mt_sics", "ASRL3::INSTR", 0.001),
        "operator": ("operator", "TCPIP0::operator::5025::SOCKET", 0.001),
    }


def test_reference_sphere(world):
    sphere = world.spec.samples["reference-sphere"]
    assert (sphere.diameter_m, sphere.moment_a_m2) == (1e-3, 2e-6)
    assert (sphere.coercive_field_a_per_m, sphere.width_a_per_m) == (20e3, 30e3)


def test_physical_limit_of_the_stepped_loop(world):
    signal = world.spec.signal
    slope = math.sqrt(2) * math.pi * 83.0 * 4.235 * 1e-3
    travel = (800 + 1600 + 1600 + 800) / 13.3333 / 10.0
    averaging = 200 * signal.noise_v_per_sqrt_hz**2 / (2 * (slope * 5e-9) ** 2)
    assert travel == pytest.approx(36.0, abs=0.5)
    assert averaging == pytest.approx(86.0, abs=0.5)


def test_everything_stated_with_u_is_drawn_in_the_population():
    worlds = [World.load(WORLDS / "population.toml", seed=seed).spec for seed in range(40)]

    def spread(getter):
        return float(np.std([getter(spec) for spec in worlds]))

    expected = [
        (lambda s: s.vibration.amplitude_m, 5e-6),
        (lambda s: s.samples["nickel-sphere"].moment_a_m2, 1e-5),
        (lambda s: s.world.temperature_k, 0.5),
        (lambda s: s.magnet.field_constant_per_m, 13.333),
        (lambda s: s.magnet.lag_s, 2e-3),
        (lambda s: s.samples["palladium-cylinder"].mass_kg, 0.02e-6),
        (lambda s: s.samples["palladium-cylinder"].temperature_coefficient_per_k, 3.6e-4),
        (lambda s: s.tubes["gouy-sample"].bore_diameter_m, 1.6e-5),
        (lambda s: s.tubes["gouy-sample"].density_kg_per_m3, 8.2),
        (lambda s: s.gouy.low_field_ratio, 0.005),
        (lambda s: s.balance.gain_error, 2e-5),
        (lambda s: s.signal.phase_deg, 5.0),
    ]
    for getter, u in expected:
        assert spread(getter) == pytest.approx(u, rel=0.45)
