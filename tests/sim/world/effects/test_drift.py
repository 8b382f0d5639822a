import cmath
import math

import numpy as np
import pytest

from vsmdaq_sim.world.draws import Normals, generator
from vsmdaq_sim.world.effects.drift import RandomWalk

DELAY = 4 * 0.3 + 0.5 / 83.0  # a straight line comes out of the cascade behind by the sum of its time constants


@pytest.mark.parametrize("hours", [0.0, 0.5, 30.0])
def test_gain_and_offset_go_by_the_hour(loop, settled, hours):
    drift = {"gain_per_hour": 2e-3, "offset_v_rms_per_hour": 3e-7, "offset_phase_deg": 20.0}
    still, world = loop(), loop({"drift": drift})
    world.clock.sleep(3600.0 * hours)
    z, z0 = settled(world), settled(still)
    at_hours = (world.clock.now() - DELAY) / 3600.0
    offset = cmath.rect(3e-7, math.radians(20.0 - 37.0)) * at_hours
    assert z == pytest.approx(z0 * (1.0 + 2e-3 * at_hours) + offset, rel=1e-11)


def test_drift_goes_on_while_the_field_ramps(loop, settled):
    world = loop({"drift": {"gain_per_hour": 0.5}, "magnet": {"lag_s": 0.1}})
    z0 = settled(loop())
    world.lockin.set_filter(0.3, 4, True)
    world.lockin.set_phase_deg(37.0)
    world.magnet.ramp_to(60.0, 0.05)
    world.clock.sleep(1000.0)
    assert world.magnet.ramping()
    assert complex(*world.lockin.read()) == pytest.approx(
        z0 * (1.0 + 0.5 * (world.clock.now() - DELAY) / 3600.0), rel=1e-11
    )


def test_how_often_one_looks_does_not_matter(loop):
    drift = {"gain_per_hour": 2e-3, "offset_v_rms_per_hour": 3e-7}
    often, seldom = loop({"drift": drift}), loop({"drift": drift})
    for _ in range(1000):
        often.clock.sleep(0.7)
        often.lockin.read()
    seldom.clock.sleep(0.7 * 1000)
    assert complex(*often.lockin.read()) == pytest.approx(complex(*seldom.lockin.read()), rel=1e-12)


@pytest.mark.parametrize(("looks", "interval_s"), [(1, 60.0), (7, 60.0), (240, 60.0), (1, 7200.0), (2, 7200.0)])
def test_walk_has_the_variance_of_its_time_however_often_it_is_looked_at(looks, interval_s):
    ends = []
    for session in range(600):
        walk = RandomWalk(3e-3, interval_s, Normals(generator(1, session, looks)))
        for look in range(1, looks + 1):
            end = walk.at(4.0 * 3600.0 * look / looks)
        ends.append(end)
    # rate**2 t; relative u of the variance of 600 deviates: sqrt(2/600) = 5.8 %
    assert np.var(ends) == pytest.approx(3e-3**2 * 4.0, rel=0.2)
    assert abs(np.mean(ends)) < 4.0 * 6e-3 / math.sqrt(600.0)


def test_walk_is_straight_between_knots_and_continuous():
    walk = RandomWalk(1.0, 10.0, Normals(generator(2)))
    values = np.array([walk.at(0.5 * i) for i in range(400)])
    steps = np.diff(values).reshape(-1, 1)[:380].reshape(-1, 20)
    assert values[0] == 0.0
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-12)
    assert len({round(float(row[0]), 12) for row in steps}) == 19


def test_walk_of_the_gain_scales_the_signal(loop, settled):
    z0 = settled(loop())
    ratios = []
    for session in range(60):
        world = loop({"drift": {"gain_walk_per_sqrt_hour": 1e-3}}, session=f"s{session}")
        world.clock.sleep(9.0 * 3600.0)
        ratios.append(settled(world) / z0)
    assert np.std(np.real(ratios)) == pytest.approx(3e-3, rel=0.4)  # u of a standard deviation of 60: 9 %
    assert np.max(np.abs(np.imag(ratios))) < 1e-12


def test_walk_of_the_offset_goes_in_both_phases(loop, settled):
    z0 = settled(loop())
    found = []
    for session in range(60):
        world = loop({"drift": {"offset_walk_v_rms_per_sqrt_hour": 1e-7}}, session=f"s{session}")
        world.clock.sleep(4.0 * 3600.0)
        found.append(settled(world) - z0)
    assert np.std(np.real(found)) == pytest.approx(2e-7, rel=0.4)
    assert np.std(np.imag(found)) == pytest.approx(2e-7, rel=0.4)


def test_one_session_repeats_itself(loop, settled):
    drift = {"gain_walk_per_sqrt_hour": 1e-3}
    first, second, other = (settled(loop({"drift": drift}, session=name)) for name in ("a", "a", "b"))
    assert first == second != other


def test_years_of_idle_time_cost_nothing(loop, settled):
    world = loop(
        {
            "drift": {"gain_walk_per_sqrt_hour": 1e-6, "walk_interval_s": 0.1},
            "temperature": {"swing_k": 1.0, "swing_period_s": 60.0, "gain_per_k": 1e-4},
        }
    )
    world.clock.sleep(3e9)  # 3e10 knots
    assert settled(world) == pytest.approx(settled(loop()), rel=0.05)
