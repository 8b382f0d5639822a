import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import lsim, lti


def magnetise(world, current=30.0):
    world.operator.mount("reference-sphere")
    world.magnet.ramp_to(current, 10.0)
    world.clock.sleep(60.0)


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
def test_step_settles_as_the_cascade_does(quiet, poles):
    world = quiet({"samples.loop": {"material": "current-loop", "moment_a_m2": 1e-6}})
    world.lockin.set_filter(0.3, poles, False)
    world.lockin.set_phase_deg(37.0)
    world.clock.sleep(1.0)
    world.operator.mount("loop")
    world.operator.mounted_name  # noqa: B018 - put on now
    full = math.sqrt(2) * math.pi * 83.0 * 1e-3 * world.coupling_constant_h_per_m3 * 1e-6
    ripple = full / (2 * 2 * math.pi * 83.0 * 0.3) ** poles
    start = world.clock.now()
    for x in (0.5, 2.0, 7.0):
        world.clock.sleep_until(start + x * 0.3)
        rest = math.exp(-x) * sum(x**k / math.factorial(k) for k in range(poles))
        assert world.lockin.read()[0] == pytest.approx(full * (1 - rest), abs=1.01 * ripple)


def test_ramp_through_the_filter_against_lsim(quiet):
    world = quiet({"magnet": {"remanence_a_per_m": 0.0}})
    world.lockin.set_filter(0.1, 4, True)
    world.operator.mount("reference-sphere")
    magnetise(world, 60.0)
    world.magnet.ramp_to(-20.0, 10.0)
    start = world.clock.now()
    found = []
    for step in range(1, 61):
        world.clock.sleep_until(start + step * 0.15)
        x, y = world.lockin.read()
        found.append(complex(x, y))
    # dense copy of the same signal: lagging field, tanh branch, poles of 0.1 s and one of half a period
    time = np.linspace(0.0, 9.0, 9001)
    lag = np.where(time < 8.0, 60 - 10 * (time - 0.1) - np.exp(-time / 0.1), np.nan)
    end = 60 - 10 * 7.9 - math.exp(-80.0)
    lag = np.where(time < 8.0, lag, -20 + (end + 20) * np.exp(-(time - 8.0) / 0.1))
    field = lag * 800e3 / 60
    moment = np.full_like(field, 2e-6)
    demagnetising = 2e-6 / (math.pi / 6 * 1e-9) / 3
    for _ in range(60):
        moment = 2e-6 * np.tanh((field - demagnetising * moment / 2e-6 + 20e3) / 30e3)
    gain = math.sqrt(2) * math.pi * 83.0 * 1e-3 * world.coupling_constant_h_per_m3
    poles = lti([], [-10.0] * 4 + [-166.0], 10.0**4 * 166.0)
    _, output, _ = lsim(poles, gain * (moment - moment[0]), time)
    expected = np.interp(0.15 * np.arange(1, 61), time, output + gain * moment[0])
    assert np.abs(found) == pytest.approx(np.abs(expected), abs=2e-4 * gain * 2e-6)
    assert np.degrees(np.angle(found[0])) == pytest.approx(37.0, abs=1e-6)


def test_ripple_is_that_of_the_demodulated_sine(quiet):
    world = quiet()
    world.lockin.set_filter(0.003, 1, False)
    magnetise(world)
    x, y = zip(*((world.clock.sleep(1 / 83 / 64), world.lockin.read())[1] for _ in range(640)), strict=True)
    z = complex(np.mean(x), np.mean(y))
    transfer = 1 / abs(1 + 2j * math.pi * 166.0 * 0.003)
    for values in (x, y):
        assert np.std(values) * math.sqrt(2) == pytest.approx(abs(z) * transfer, rel=1e-3)
    world.lockin.set_filter(0.003, 1, True)
    world.clock.sleep(1.0)
    steady = [(world.clock.sleep(0.001), world.lockin.read())[1] for _ in range(20)]
    assert max(abs(complex(*a) - complex(*b)) for a, b in pairwise(steady)) < 1e-15


def test_phase_turns_the_output_back(quiet):
    world = quiet()
    magnetise(world)
    world.lockin.set_filter(1.0, 4, True)
    world.clock.sleep(100.0)
    before = complex(*world.lockin.read())
    world.lockin.set_phase_deg(37.0)
    x, y = world.lockin.read()
    assert complex(x, y) == pytest.approx(before * np.exp(-1j * math.radians(37.0)), rel=1e-12)
    assert abs(y) < 1e-9 * x
    assert world.lockin.input_peak_v() == pytest.approx(math.sqrt(2) * x)


def test_a_change_of_filter_starts_from_the_present_outputs(quiet):
    world = quiet()
    magnetise(world)
    world.lockin.set_filter(0.1, 2, True)
    world.clock.sleep(10.0)
    world.magnet.ramp_to(-30.0, 60.0)
    world.clock.sleep(1.1)
    before = world.lockin.read()
    for tau, poles in ((3.0, 2), (0.1, 4), (30.0, 1)):
        world.lockin.set_filter(tau, poles, True)
    world.lockin.set_filter(0.1, 4, True)
    assert world.lockin.read()[0] == pytest.approx(before[0], rel=0.1)
    world.clock.sleep(20.0)
    assert world.lockin.read()[0] == pytest.approx(-abs(complex(*world.lockin.read())) * math.cos(math.radians(37.0)))


@pytest.mark.parametrize(("tau", "poles"), [(0.0, 1), (float("nan"), 1), (0.1, 0), (0.1, 5)])
def test_impossible_filters_are_refused(quiet, tau, poles):
    with pytest.raises(ValueError, match="1 to 4, > 0 s"):
        quiet().lockin.set_filter(tau, poles, False)


def noise(world, tau, poles, interval, count):
    world.lockin.set_filter(tau, poles, False)
    world.clock.sleep(30 * tau)
    values = np.empty((count, 2))
    for index in range(count):
        world.clock.sleep(interval)
        values[index] = world.lockin.read()
    return values - values.mean(axis=0)


@pytest.mark.parametrize(("poles", "bandwidth"), [(1, 1 / 4), (4, 5 / 64)])
def test_noise_has_the_bandwidth_of_the_filter(make_world, poles, bandwidth):
    values = noise(make_world(session=f"v{poles}"), 1.0, poles, 10.0, 4000)
    # 8000 independent deviates: relative u of the variance is sqrt(2/8000) = 1.6 %
    assert np.mean(values**2) / 7.25e-9**2 == pytest.approx(bandwidth, rel=0.06)
    assert abs(np.mean(values[:, 0] * values[:, 1])) / np.mean(values**2) < 0.06


def test_noise_has_the_autocorrelation_of_four_poles(make_world):
    values = noise(make_world(session="acf"), 0.1, 4, 0.1, 10000)
    for lag in (1, 2, 4):
        expected = (1 + lag + 0.4 * lag**2 + lag**3 / 15) * math.exp(-lag)
        found = np.mean(values[lag:] * values[:-lag]) / np.mean(values**2)
        assert found == pytest.approx(expected, abs=0.05)  # 3 standard deviations for 20000/5 independent values


def test_reading_more_often_does_not_change_the_noise(make_world):
    values = noise(make_world(session="dense"), 0.01, 4, 0.001, 10000)
    assert np.mean(values**2) / 7.25e-9**2 == pytest.approx(5 / 64 / 0.01, rel=0.2)
    # smooth on the scale of a tenth of tau: E[(x(t+h)-x(t))^2]/var = 2(1 - rho(0.1)), rho = 1 - x^2/10 + ...
    assert np.mean(np.diff(values, axis=0) ** 2) / np.mean(values**2) == pytest.approx(0.002, rel=0.15)


def test_reading_twice_at_one_instant_gives_the_same(make_world):
    world = make_world()
    world.clock.sleep(1.0)
    assert world.lockin.read() == world.lockin.read()


def test_no_reference_no_frequency(quiet):
    world = quiet()
    assert world.lockin.reference_frequency_hz() == 83.0
    world.lockin.set_reference(False)
    assert world.lockin.reference_frequency_hz() is None
