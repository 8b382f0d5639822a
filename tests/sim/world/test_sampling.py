"""Samples that a lock-in takes by itself. Oracle: the same world, looked at at just those instants."""

import math

import numpy as np
import pytest
from scipy.signal import lsim, lti


def drive(world):
    """A sample in a field that goes up, rests, and turns."""
    world.operator.mount("reference-sphere")
    world.lockin.set_filter(0.03, 2, False)
    world.magnet.ramp_to(20.0, 10.0)


def turn(world):
    world.magnet.ramp_to(-20.0, 10.0)


def looked_at(world, first_s, interval_s, count):
    found = []
    for index in range(count):
        world.clock.sleep_until(first_s + index * interval_s)
        found.append((first_s + index * interval_s, *world.lockin.read()))
    return found


@pytest.mark.parametrize("interval_s", [1 / 512, 1 / 64, 0.5])
def test_samples_are_what_would_have_been_read_at_their_instants(make_world, interval_s):
    count = math.floor(4.0 / interval_s)
    changes = {"operator": {"mount_s": 0.0}}
    worlds = [make_world(changes, seed=5) for _ in range(2)]
    for world in worlds:
        drive(world)
        world.clock.sleep(0.1)
        world.lockin.read()
    sampling = worlds[0].lockin.sample(0.1, interval_s, count, count)
    worlds[0].clock.sleep(3.0)  # while it ramps and rests nobody looks at the lock-in
    worlds[0].magnet.current_a()
    worlds[0].clock.sleep(5.0)
    taken = sampling.take()
    expected = looked_at(worlds[1], 0.1, interval_s, count)
    assert len(taken) == count
    assert sampling.next_s == math.inf
    # noise and all: both draw the same deviates at the same instants; the world goes in straight lines, of which it
    # takes more where it is looked at more often
    assert np.array(taken) == pytest.approx(np.array(expected), abs=1e-9)
    assert np.ptp(np.array(taken)[:, 1]) > 1e-6


def test_at_rest_they_are_the_same_to_the_last_digit_but_one(make_world):
    worlds = [make_world(seed=7) for _ in range(2)]
    for world in worlds:
        world.lockin.set_filter(0.003, 3, False)
        world.clock.sleep(2.0)
    sampling = worlds[0].lockin.sample(2.0, 1 / 128, 500, 500)
    worlds[0].clock.sleep(20.0)
    expected = looked_at(worlds[1], 2.0, 1 / 128, 500)
    assert np.array(sampling.take()) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-18)


def test_a_turn_between_two_samples_is_followed_exactly(quiet):
    worlds = [quiet() for _ in range(2)]
    for world in worlds:
        drive(world)
    sampling = worlds[0].lockin.sample(0.0, 0.25, 20, 20)
    expected = []
    for index in range(20):
        worlds[1].clock.sleep_until(0.25 * index)
        expected.append(complex(*worlds[1].lockin.read()))
        if index == 8:
            worlds[1].clock.sleep_until(2.1)
            turn(worlds[1])
    worlds[0].clock.sleep_until(2.1)
    turn(worlds[0])
    worlds[0].clock.sleep(10.0)
    assert [complex(x, y) for _, x, y in sampling.take()] == pytest.approx(expected, abs=1e-11)


def test_noise_of_samples_has_the_autocorrelation_of_the_filter(make_world):
    world = make_world(session="samples")
    world.lockin.set_filter(0.01, 1, True)
    world.clock.sleep(1.0)
    sampling = world.lockin.sample(world.clock.now(), 1 / 128, 20000, 20000)
    world.clock.sleep(200.0)
    x = np.array(sampling.take())[:, 1]
    x -= x.mean()
    # one pole of 10 ms, then the synchronous filter's of 6.0 ms: rho(t) = (a exp(-t/a) - b exp(-t/b)) / (a - b)
    a, b = 0.01, 0.5 / 83.0
    for lag in (1, 2):
        t = lag / 128
        expected = (a * math.exp(-t / a) - b * math.exp(-t / b)) / (a - b)
        assert np.mean(x[lag:] * x[:-lag]) / np.mean(x * x) == pytest.approx(expected, abs=0.03)  # 3/sqrt(20000/2)


def test_without_an_end_only_the_latest_are_kept_and_idle_years_are_cheap(make_world):
    world = make_world()
    sampling = world.lockin.sample(0.0, 1 / 512, None, 100)
    world.clock.sleep(1e7)
    taken = sampling.take()  # 5e9 samples would take hours
    assert len(taken) == 100
    assert np.diff([when for when, _, _ in taken]) == pytest.approx(1 / 512)
    assert taken[-1][0] == pytest.approx(1e7, abs=1 / 512 + 1e-6)


def test_two_at_once_and_one_that_is_stopped(quiet):
    world = quiet()
    slow, fast = world.lockin.sample(0.0, 0.5, None, 10), world.lockin.sample(0.1, 0.1, 3, 10)
    world.clock.sleep(1.05)
    assert [when for when, _, _ in fast.take()] == pytest.approx([0.1, 0.2, 0.3])
    slow.stop()
    world.clock.sleep(5.0)
    assert [when for when, _, _ in slow.take()] == pytest.approx([0.0, 0.5, 1.0])
    assert slow.take() == []
    other = world.lockin.sample(0.0, 1.0, None, 10)
    world.lockin.stop_sampling()
    world.clock.sleep(5.0)
    assert other.take() == []


# --- detection at another frequency than the signal's ---


@pytest.mark.parametrize(
    ("harmonic", "internal_hz"), [(2, None), (4, None), (1, 80.0), (1, 250.0), (2, 41.0), (1, 83.0)]
)
def test_a_signal_at_another_frequency_leaves_ripples_only(quiet, harmonic, internal_hz):
    world = quiet()
    world.operator.mount("reference-sphere")
    world.lockin.set_filter(0.01, 2, False)
    world.magnet.ramp_to(20.0, 10.0)
    world.clock.sleep(10.0)
    world.lockin.read()
    amplitude = abs(world.lockin.phasor)
    angle = np.angle(world.lockin.phasor)
    world.lockin.set_detection(harmonic, internal_hz)
    world.clock.sleep(2.0)
    start = world.clock.now()
    found = [(world.clock.sleep(0.0013), complex(*world.lockin.read()))[1] for _ in range(40)]
    # multiply and filter numerically: the phase of both sines counts from the clock's zero
    time_s = np.arange(0.0, 0.5, 1e-5)
    omega, nu = 2 * math.pi * 83.0, 2 * math.pi * harmonic * (internal_hz or 83.0)
    when = start - 0.4 + time_s
    signal = math.sqrt(2) * amplitude * np.sin(omega * when + angle)
    product = signal * math.sqrt(2) * (np.sin(nu * when) + 1j * np.cos(nu * when))
    poles = lti([], [-100.0] * 2, 100.0**2)
    output = lsim(poles, product.real, time_s)[1] + 1j * lsim(poles, product.imag, time_s)[1]
    at = start + 0.0013 * np.arange(1, 41) - when[0]
    expected = np.interp(at, time_s, output.real) + 1j * np.interp(at, time_s, output.imag)
    assert np.array(found) == pytest.approx(expected, abs=2e-3 * amplitude)


def test_the_noise_is_there_at_any_harmonic(make_world):
    world = make_world({"signal": {"crosstalk_v_rms": 0.0, "holder_moment_per_field_m3": 0.0}}, session="harmonic")
    world.lockin.set_detection(5, None)
    world.lockin.set_filter(0.1, 1, False)
    world.clock.sleep(10.0)
    values = np.array([(world.clock.sleep(1.0), world.lockin.read())[1] for _ in range(4000)])
    assert np.mean(values**2) / 7.25e-9**2 == pytest.approx(2.5, rel=0.06)  # 1/(4 tau); 4 u of 8000 deviates


def test_the_first_stage_holds_signal_and_ripple(quiet):
    world = quiet()
    world.operator.mount("reference-sphere")
    world.lockin.set_filter(0.001, 4, False)
    world.magnet.ramp_to(20.0, 10.0)
    world.clock.sleep(10.0)
    world.lockin.read()
    amplitude = abs(world.lockin.phasor)
    passed = 1 / abs(1 + 2j * math.pi * 166.0 * 0.001)
    assert world.lockin.first_stage_peak_v() == pytest.approx(amplitude * (1 + passed))
