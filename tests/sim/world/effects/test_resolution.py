import numpy as np


def test_hall_probe_reads_in_whole_steps(make_world):
    world = make_world({"gaussmeter": {"resolution_a_per_m": 50.0}})
    readings = []
    for _ in range(4000):
        world.clock.sleep(0.1)
        readings.append(world.gaussmeter.read_a_per_m())
    steps = np.array(readings) / 50.0
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)
    # Sheppard: white noise of 20 A/m and the rounding, 50/sqrt(12) A/m, add in squares
    assert np.var(readings) == np.float64(np.clip(np.var(readings), 0.9 * (400 + 2500 / 12), 1.1 * (400 + 2500 / 12)))


def test_without_a_step_nothing_is_rounded(make_world):
    first, second = (make_world({"gaussmeter": {"resolution_a_per_m": step}}) for step in (0.0, 1e-6))
    for world in (first, second):
        world.clock.sleep(1.0)
    assert abs(first.gaussmeter.read_a_per_m() - second.gaussmeter.read_a_per_m()) <= 0.5e-6
