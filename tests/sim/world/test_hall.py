import numpy as np
import pytest


def test_a_new_reading_comes_ten_times_a_second(make_world):
    world = make_world()
    world.clock.sleep(0.05)
    values = []
    for _ in range(100):
        values.append(world.gaussmeter.read_a_per_m())
        world.clock.sleep(0.013)
    assert len(set(values)) in (13, 14)  # 1.287 s


def test_noise_offset_and_gain(make_world):
    world = make_world({"draw": {}, "gaussmeter": {"offset_a_per_m": 33.0, "gain": 1.002}}, seed=5)
    spec = world.spec.gaussmeter
    world.magnet.ramp_to(-60.0, 10.0)
    world.clock.sleep(30.0)
    values = []
    for _ in range(4000):
        world.clock.sleep(0.1)
        values.append(world.gaussmeter.read_a_per_m())
    # u of the mean 20/sqrt(4000) = 0.32 A/m; relative u of the spread 1/sqrt(8000) = 1.1 %
    assert np.mean(values) == pytest.approx(spec.offset_a_per_m + spec.gain * (-800e3 + 1200.0), abs=1.6)
    assert np.std(values) == pytest.approx(20.0, rel=0.06)
    lagged = np.corrcoef(values[1:], values[:-1])[0, 1]
    assert abs(lagged) < 0.08


def test_the_reading_is_of_the_field_at_its_tick(quiet):
    world = quiet({"gaussmeter": {"noise_a_per_m": 0.0}}, seed=1)
    spec = world.spec.gaussmeter
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep_until(1.2)
    at_tick = world.magnet.field_a_per_m()
    for _ in range(3):
        world.clock.sleep(0.03)
        world.lockin.read()
    assert world.gaussmeter.read_a_per_m() == pytest.approx(spec.offset_a_per_m + spec.gain * at_tick, rel=1e-12)
    assert world.magnet.field_a_per_m() > at_tick + 10e3


def test_ticks_nobody_reads_cost_nothing(make_world):
    idle, other = make_world(seed=1), make_world(seed=1)
    idle.clock.sleep(1e7)
    other.clock.sleep(0.1)
    assert idle.gaussmeter.read_a_per_m() == other.gaussmeter.read_a_per_m()
