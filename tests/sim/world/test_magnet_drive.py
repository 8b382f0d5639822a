"""Jumps, limited ramps and trips of the current. Oracle: the exponential of the circuit's matrix."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

R_OHM, L_H, LAG_S = 0.45, 0.1, 0.10
FIELD_PER_A = 13333.333333333334


def straight(start, duration, slope):
    """(I, x) after a straight piece: matrix of I' = slope, x' = (I - x)/lag, written as a homogeneous system."""
    matrix = np.array([[0.0, 0.0, slope], [1 / LAG_S, -1 / LAG_S, 0.0], [0.0, 0.0, 0.0]])
    return tuple((expm(matrix * duration) @ np.array([*start, 1.0]))[:2])


def driven(start, duration, volts, resistance=R_OHM, inductance=L_H, lag=LAG_S):
    """(I, x) after a time at constant voltage: L I' = V - R I, x' = (I - x)/lag."""
    matrix = np.array([[-resistance / inductance, 0.0, volts / inductance], [1 / lag, -1 / lag, 0.0], [0.0, 0.0, 0.0]])
    return tuple((expm(matrix * duration) @ np.array([*start, 1.0]))[:2])


@pytest.fixture
def bench(make_world):
    """A world without remanence: H is the field constant times x."""

    def make(**magnet):
        return make_world({"magnet": {"remanence_a_per_m": 0.0, **magnet}})

    return make


def seen(world):
    return world.magnet.current_a(), world.magnet.field_a_per_m() / FIELD_PER_A


def test_a_jump_moves_as_the_compliance_drives_it(bench):
    world = bench()
    world.magnet.step_to(40.0, 30.0)
    for time in (0.001, 0.05, 0.1, 0.2):
        world.clock.sleep_until(time)
        assert seen(world) == pytest.approx(driven((0.0, 0.0), time, 30.0), rel=1e-12)
        assert world.magnet.voltage_v() == pytest.approx(30.0, rel=1e-12)
        assert world.magnet.at_compliance()
        assert world.magnet.ramping()


def test_a_jump_ends_exactly_at_the_set_point(bench):
    world = bench()
    world.magnet.step_to(40.0, 30.0)
    arrival_s = L_H / R_OHM * math.log(30.0 / (30.0 - 40.0 * R_OHM))  # from I(t) = V/R (1 - exp(-t R/L))
    world.clock.sleep_until(arrival_s - 1e-6)
    assert world.magnet.ramping()
    world.clock.sleep_until(arrival_s + 1e-6)
    assert world.magnet.current_a() == 40.0
    assert not world.magnet.ramping()
    assert not world.magnet.at_compliance()
    assert world.magnet.voltage_v() == pytest.approx(18.0)
    x = driven((0.0, 0.0), arrival_s, 30.0)[1]
    world.clock.sleep_until(arrival_s + 0.3)
    assert seen(world)[1] == pytest.approx(straight((40.0, x), 0.3, 0.0)[1], rel=1e-12)


def test_a_jump_through_zero_turns_with_the_opposite_voltage(bench):
    world = bench()
    world.magnet.step_to(40.0, 30.0)
    world.clock.sleep(5.0)
    start = seen(world)
    begun = world.clock.now()
    world.magnet.step_to(-40.0, 30.0)
    world.clock.sleep_until(begun + 0.2)
    assert seen(world) == pytest.approx(driven(start, world.clock.now() - begun, -30.0), rel=1e-12)
    world.clock.sleep(3.0)
    assert world.magnet.current_a() == -40.0


def test_a_set_point_beyond_the_compliance_is_never_reached(bench):
    world = bench()
    world.magnet.step_to(60.0, 9.0)
    world.clock.sleep(100.0)
    assert world.magnet.current_a() == pytest.approx(20.0, rel=1e-12)
    assert world.magnet.ramping()
    assert world.magnet.at_compliance()
    assert world.magnet.voltage_v() == pytest.approx(9.0, rel=1e-12)
    world.magnet.step_to(60.0, 30.0)  # and goes on with a higher one
    start, begun = seen(world), world.clock.now()
    world.clock.sleep(0.1)
    assert seen(world) == pytest.approx(driven(start, world.clock.now() - begun, 30.0), rel=1e-12)


def test_a_lower_compliance_lets_the_current_down(bench):
    world = bench()
    world.magnet.step_to(40.0, 30.0)
    world.clock.sleep(10.0)
    start, begun = seen(world), world.clock.now()
    world.magnet.step_to(40.0, 9.0)
    world.clock.sleep(0.15)
    assert seen(world) == pytest.approx(driven(start, world.clock.now() - begun, 9.0), rel=1e-12)
    world.clock.sleep(100.0)
    assert world.magnet.current_a() == pytest.approx(20.0, rel=1e-12)


def test_a_ramp_becomes_exponential_where_the_voltage_ends(bench):
    world = bench()
    world.magnet.ramp_to(60.0, 10.0, 19.0)
    edge_a = (19.0 - L_H * 10.0) / R_OHM  # R I + L dI/dt = V: 40 A, after 4 s
    world.clock.sleep_until(3.9)
    assert world.magnet.current_a() == pytest.approx(39.0, rel=1e-12)
    assert not world.magnet.at_compliance()
    x = straight((0.0, 0.0), 4.0, 10.0)[1]
    for time in (4.01, 4.3, 4.9):
        world.clock.sleep_until(time)
        assert seen(world) == pytest.approx(driven((edge_a, x), time - 4.0, 19.0), rel=1e-12)
        assert world.magnet.at_compliance()
    assert world.magnet.current_a() < 19.0 / R_OHM


def test_after_a_trip_the_current_runs_down_by_itself(bench):
    world = bench()
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(20.0)
    start, begun = seen(world), world.clock.now()
    world.magnet.switch_off()
    assert world.magnet.set_point_a == 0.0
    for after in (0.01, 0.2, 0.5, 1.5):
        world.clock.sleep_until(begun + after)
        assert seen(world) == pytest.approx(driven(start, world.clock.now() - begun, 0.0), rel=1e-10, abs=1e-12)
        assert world.magnet.voltage_v() == pytest.approx(0.0, abs=1e-12)
        assert not world.magnet.at_compliance()
    world.clock.sleep(60.0)
    assert world.magnet.current_a() == 0.0
    assert world.magnet.field_a_per_m() == 0.0


def test_stop_does_not_bring_a_tripped_supply_back(bench):
    world = bench()
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(20.0)
    world.magnet.switch_off()
    world.clock.sleep(0.1)
    world.magnet.stop()
    world.clock.sleep(60.0)
    assert world.magnet.current_a() == 0.0
    assert world.magnet.set_point_a == 0.0


@pytest.mark.parametrize("lag", [L_H / R_OHM, L_H / R_OHM * (1 + 1e-9), L_H / R_OHM * 1.001, 1e-3, 5.0])
def test_equal_and_nearly_equal_time_constants(bench, lag):
    world = bench(lag_s=lag)
    world.magnet.step_to(60.0, 30.0)
    for time in (0.01, 0.1, 0.33):
        world.clock.sleep_until(time)
        assert seen(world) == pytest.approx(driven((0.0, 0.0), time, 30.0, lag=lag), rel=1e-11)


def test_a_field_that_still_falls_turns_with_the_current(bench):
    """x lags so far behind that the current is past it before it turns: one look is as good as many, plays included."""
    found = []
    for looks in (1, 1000):
        world = bench(remanence_a_per_m=1200.0, lag_s=0.5)
        world.magnet.step_to(50.0, 30.0)
        world.clock.sleep(10.0)
        world.magnet.step_to(-10.0, 30.0)
        world.clock.sleep(0.3)
        world.magnet.step_to(30.0, 30.0)
        for _ in range(looks):
            world.clock.sleep(0.5 / looks)
            world.magnet.field_a_per_m()
        found.append(world.magnet.field_a_per_m())
    assert found[0] == pytest.approx(found[1], rel=1e-10)


@pytest.mark.parametrize("resistance", [0.0, R_OHM])
def test_without_inductance_the_current_is_there_at_once(bench, resistance):
    world = bench(resistance_ohm=resistance, inductance_h=0.0)
    world.magnet.step_to(-20.0, 30.0)
    assert world.magnet.current_a() == -20.0
    world.magnet.ramp_to(10.0, 10.0)
    world.clock.sleep(1.0)
    assert world.magnet.current_a() == pytest.approx(-10.0, rel=1e-12)
    world.magnet.ramp_to(-20.0, 10.0)
    world.clock.sleep(2.0)
    assert world.magnet.current_a() == -20.0


def test_without_inductance_the_compliance_still_limits(bench):
    world = bench(inductance_h=0.0)
    world.magnet.ramp_to(60.0, 10.0, 9.0)
    world.clock.sleep(10.0)
    assert world.magnet.current_a() == pytest.approx(20.0, rel=1e-12)
    assert world.magnet.at_compliance()
    world.magnet.switch_off()
    assert world.magnet.current_a() == 0.0


def test_without_resistance_the_current_moves_in_a_straight_line(bench):
    world = bench(resistance_ohm=0.0)
    world.magnet.step_to(-60.0, 20.0)
    world.clock.sleep(0.1)
    assert world.magnet.current_a() == pytest.approx(-20.0, rel=1e-12)  # V t / L
    world.magnet.switch_off()
    world.clock.sleep(10.0)
    assert world.magnet.current_a() == pytest.approx(-20.0, rel=1e-12)


@pytest.mark.parametrize("arguments", [(math.nan, 1.0), (1.0, -1.0), (1.0, math.inf), (math.inf, 1.0)])
def test_impossible_jumps_are_refused(bench, arguments):
    with pytest.raises(ValueError, match="step to"):
        bench().magnet.step_to(*arguments)


def test_an_impossible_compliance_of_a_ramp_is_refused(bench):
    with pytest.raises(ValueError, match=r"within -1\.0 V"):
        bench().magnet.ramp_to(1.0, 1.0, -1.0)


def test_segments_of_a_ramp_have_their_own_rates(bench):
    world = bench()
    segments = ((10.0, 5.0), (20.0, 2.0))
    world.magnet.ramp_to(-30.0, 1.0, 35.0, segments)
    for time, current in ((1.0, -5.0), (2.0, -10.0), (4.5, -15.0), (7.0, -20.0), (10.0, -23.0), (17.5, -30.0)):
        world.clock.sleep_until(time)
        assert world.magnet.current_a() == pytest.approx(current, rel=1e-12)
    world.clock.sleep(10.0)
    start = world.clock.now()
    world.magnet.ramp_to(15.0, 1.0, 35.0, segments)  # back through zero
    for after, current in (
        (5.0, -25.0),
        (10.0, -20.0),
        (15.0, -10.0),
        (17.0, 0.0),
        (18.0, 5.0),
        (19.0, 10.0),
        (21.5, 15.0),
    ):
        world.clock.sleep_until(start + after)
        assert world.magnet.current_a() == pytest.approx(current, rel=1e-12, abs=1e-9)
    world.clock.sleep(1.0)
    assert not world.magnet.ramping()


def test_segments_that_do_not_ascend_are_refused(bench):
    with pytest.raises(ValueError, match="ascending"):
        bench().magnet.ramp_to(30.0, 1.0, 35.0, ((10.0, 5.0), (10.0, 2.0)))


def test_a_segment_that_the_compliance_does_not_reach(bench):
    world = bench()
    world.magnet.ramp_to(60.0, 10.0, 9.0, ((30.0, 5.0),))
    world.clock.sleep(100.0)
    assert world.magnet.current_a() == pytest.approx(20.0, rel=1e-12)
    assert world.magnet.at_compliance()


def test_a_segment_that_ends_just_where_the_voltage_does(bench):
    world = bench()
    edge_a = (10.0 - L_H * 10.0) / R_OHM  # 20 A
    world.magnet.ramp_to(60.0, 10.0, 10.0, ((edge_a, 10.0),))
    world.clock.sleep(100.0)
    assert world.magnet.current_a() == pytest.approx(10.0 / R_OHM, rel=1e-12)
    world.magnet.ramp_to(0.0, 10.0, 10.0, ((edge_a, 10.0),))
    world.clock.sleep(100.0)
    assert world.magnet.current_a() == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_moves_is_the_same_for_one_look_and_many(bench, seed):
    """Ramps, jumps, trips, stops and segments in any order, plays included."""

    def follow(looks):
        random = np.random.default_rng(seed)
        world = bench(remanence_a_per_m=1200.0, lag_s=float(random.choice([0.02, L_H / R_OHM, 0.5])))
        found = []
        for _ in range(12):
            target, volts, move = random.uniform(-60, 60), random.uniform(2, 35), random.integers(5)
            duration = random.uniform(0.05, 4.0)
            if move == 0:
                world.magnet.switch_off()
            elif move == 1:
                world.magnet.stop()
            elif move == 2:
                world.magnet.step_to(target, volts)
            else:
                segments = ((20.0, 40.0), (40.0, 3.0)) if move == 3 else ()
                world.magnet.ramp_to(target, random.uniform(0.5, 50), volts, segments)
            for _ in range(looks):
                world.clock.sleep(duration / looks)
                world.magnet.current_a()
            found.append((world.magnet.current_a(), world.magnet.field_a_per_m()))
        return np.array(found)

    one, many = follow(1), follow(300)
    assert one[:, 0] == pytest.approx(many[:, 0], rel=1e-10, abs=1e-9)
    assert one[:, 1] == pytest.approx(many[:, 1], rel=1e-9, abs=1e-3)
