import math

import numpy as np
import pytest
from scipy.constants import mu_0
from scipy.integrate import solve_ivp


def weigh(world, current):
    world.magnet.ramp_to(current, 10.0)
    world.clock.sleep(60.0)
    return world.balance.apparent_mass_kg()


def test_pull_on_a_filled_tube_is_gouys(quiet):
    for name, chi in (("gouy-sample", 1.2e-4), ("gouy-blank", None)):
        world = quiet()  # its yoke is virgin
        world.operator.hang(name)
        world.clock.sleep(20.0)
        off = world.balance.apparent_mass_kg()
        on = weigh(world, 60.0)
        pull = -4e-17 * 798.8e3**2
        if chi is not None:
            # written in B, as textbooks do: F = A (chi - chi_air) (B1^2 - B2^2) / (2 mu0)
            b = mu_0 * 798.8e3
            pull += math.pi * 0.004**2 * (chi - 0.372e-6) * (b**2 - (0.05 * b) ** 2) / (2 * mu_0)
            assert pull > 0.0
        assert on - off == pytest.approx(pull / 9.81, rel=1e-6)


def test_load_settles_first_order_and_the_detector_waits(quiet):
    world = quiet()
    world.operator.hang("gouy-blank")
    world.clock.sleep(1.0)
    assert not world.balance.stable()
    start = world.clock.now()
    assert world.balance.apparent_mass_kg() == pytest.approx(6e-3 * (1 - math.exp(-start / 0.5)), rel=1e-9)
    rest = 0.5 * math.log(6e-3 / 2e-8)  # into the band of 2e-8 kg
    world.clock.sleep_until(rest + 0.99)
    assert not world.balance.stable()
    world.clock.sleep_until(rest + 1.01)
    assert world.balance.stable()
    world.clock.sleep(60.0)
    assert world.balance.apparent_mass_kg() == pytest.approx(6e-3, rel=1e-12)
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(3.0)
    assert not world.balance.stable()


def test_mechanics_follows_a_ramp_as_its_equation_says(quiet):
    world = quiet({"magnet": {"remanence_a_per_m": 0.0}})
    world.operator.hang("gouy-sample")
    world.clock.sleep(100.0)
    off = world.balance.apparent_mass_kg()
    top = weigh(world, 60.0) - off
    world.magnet.ramp_to(0.0, 10.0)
    start = world.clock.now()
    world.clock.sleep(5.0)
    found = world.balance.apparent_mass_kg() - off

    def equation(t, y):
        x = 60 - 10 * (t - 0.1) - math.exp(-t / 0.1)
        return (top * (x / 60) ** 2 - y) / 0.5

    assert start == pytest.approx(round(start, 1))
    expected = solve_ivp(equation, (0.0, 5.0), [top], rtol=1e-10, atol=1e-14).y[0, -1]
    assert found == pytest.approx(expected, abs=2e-4 * top)


def test_gain_drift_and_noise(make_world):
    world = make_world(
        {"balance": {"gain_error": 1e-4, "drift_kg_per_s": 1e-9, "noise_kg": 1e-7}, "operator": {"mount_s": 0.0}}
    )
    world.operator.hang("gouy-blank")
    world.clock.sleep(100.0)
    values = []
    for _ in range(2000):
        world.clock.sleep(0.1)
        values.append(world.balance.apparent_mass_kg())
    times = 100.0 + 0.1 * np.arange(1, 2001)
    slope, offset = np.polyfit(times, values, 1)
    residual = np.std(values - slope * times - offset)
    assert residual == pytest.approx(1e-7, rel=0.08)
    assert slope == pytest.approx(1e-9, abs=5 * 1e-7 / (math.sqrt(2000) * 57.7))
    assert offset == pytest.approx(6e-3 * (1 + 1e-4), abs=5e-8)


def test_adjustment_takes_the_gain_error_away(quiet):
    world = quiet({"balance": {"gain_error": 1e-3}})
    world.operator.hang("gouy-blank")
    world.clock.sleep(60.0)
    assert world.balance.apparent_mass_kg() == pytest.approx(6e-3 * 1.001, rel=1e-12)
    world.balance.adjust()
    world.clock.sleep(0.2)
    assert world.balance.apparent_mass_kg() == pytest.approx(6e-3, rel=1e-12)
