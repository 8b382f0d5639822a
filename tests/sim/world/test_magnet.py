import numpy as np
import pytest
from scipy.integrate import solve_ivp


def settle(world, current, rate=10.0):
    world.magnet.ramp_to(current, rate)
    world.clock.sleep(abs(current - world.magnet.current_a()) / rate + 5.0)
    return world.magnet.field_a_per_m()


def test_lagging_field_is_that_of_the_differential_equation(make_world):
    world = make_world({"magnet": {"remanence_a_per_m": 0.0}})
    # up towards 30 A, turned back on the way at 1.5 s, then left alone
    world.magnet.ramp_to(30.0, 10.0)
    world.clock.sleep(1.5)
    world.magnet.ramp_to(5.0, 7.0)

    def current(t):
        return 10.0 * t if t < 1.5 else max(15.0 - 7.0 * (t - 1.5), 5.0)

    times = [1.51, 1.57, 1.8, 2.9, 3.0, 3.4]
    found = []
    for time in times:
        world.clock.sleep_until(time)
        assert world.magnet.current_a() == pytest.approx(current(time), abs=1e-12)
        found.append(world.magnet.field_a_per_m() / 13333.333333333334)
    x = 0.0
    start = 0.0
    expected = []
    for stop in sorted([1.5, 1.5 + 10 / 7, *times]):  # the solver starts anew at each corner
        x = solve_ivp(lambda t, y: (current(t) - y) / 0.1, (start, stop), [x], rtol=1e-10, atol=1e-12).y[0, -1]
        start = stop
        if stop in times:
            expected.append(x)
    assert found == pytest.approx(expected, abs=1e-8)


def test_one_look_is_as_good_as_a_thousand(make_world):
    one, many = make_world(), make_world()
    for world, looks in ((one, 1), (many, 1000)):
        for current in (60.0, -20.0, 3.0):
            world.magnet.ramp_to(current, 10.0)
            for _ in range(looks):
                world.clock.sleep(3.0 / looks)
                world.magnet.field_a_per_m()
    assert one.magnet.field_a_per_m() == pytest.approx(many.magnet.field_a_per_m(), rel=1e-10)


def test_yoke_remembers_the_sign_of_saturation(make_world):
    world = make_world()
    assert world.magnet.field_a_per_m() == 0.0
    assert settle(world, 60.0) == pytest.approx(800e3 - 1200.0)
    assert settle(world, 0.0) == pytest.approx(1200.0)
    settle(world, -60.0)
    assert settle(world, 0.0) == pytest.approx(-1200.0)


def test_small_loops_of_the_yoke_close(make_world):
    world = make_world()
    settle(world, 60.0)
    before = settle(world, 10.0)
    settle(world, 11.0)
    assert settle(world, 10.0) == pytest.approx(before, rel=1e-12)
    settle(world, 30.0)
    assert settle(world, 10.0) == pytest.approx(before, rel=1e-12)


def test_stop_keeps_the_current(make_world):
    world = make_world()
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(1.0)
    assert world.magnet.ramping()
    assert world.magnet.voltage_v() == pytest.approx(0.45 * 10.0 + 0.1 * 10.0)
    world.magnet.stop()
    world.clock.sleep(100.0)
    assert not world.magnet.ramping()
    assert world.magnet.current_a() == world.magnet.set_point_a == pytest.approx(10.0)
    assert world.magnet.voltage_v() == pytest.approx(4.5)


@pytest.mark.parametrize(("current", "rate"), [(float("nan"), 1.0), (1.0, 0.0), (1.0, -1.0), (1.0, float("inf"))])
def test_impossible_ramps_are_refused(make_world, current, rate):
    with pytest.raises(ValueError, match="ramp to"):
        make_world().magnet.ramp_to(current, rate)


def test_ramp_ends_exactly(make_world):
    world = make_world()
    for current in np.linspace(-59.9, 60.0, 7):
        world.magnet.ramp_to(float(current), 9.7)
        world.clock.sleep(30.0)
        assert world.magnet.current_a() == current
        assert not world.magnet.ramping()
