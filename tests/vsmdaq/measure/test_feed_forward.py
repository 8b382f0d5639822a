"""Beyond and back against the differential equation, integrated by scipy; and on the simulated magnet."""

from __future__ import annotations

from itertools import chain, pairwise, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from vsmdaq.measure import FieldControl, Lag
from vsmdaq.measure.feed_forward import rest_after, turn_for


def field_of(turn, rate, lag):
    """H/k along the way, and at its end, for a current that goes beyond and comes back."""

    def out(t, field):
        return (rate * t - field) / lag

    def back(t, field):
        return (rate * (2.0 * turn.turn_s - t) - field) / lag

    there = solve_ivp(out, (0.0, turn.turn_s), [0.0], rtol=1e-9, atol=1e-12).y[0]
    return np.concatenate([there, solve_ivp(back, (turn.turn_s, turn.total_s), there[-1:], rtol=1e-9, atol=1e-12).y[0]])


@settings(max_examples=30, deadline=None)
@given(step=st.floats(1e-3, 60.0), rate=st.floats(0.1, 50.0), lag=st.floats(0.01, 1.0), longer=st.floats(1.0, 1.3))
def test_the_field_arrives_with_the_current_and_never_turns(step, rate, lag, longer):
    turn = turn_for(step, rate, lag)
    assert rate * (2.0 * turn.turn_s - turn.total_s) == pytest.approx(step, rel=1e-9, abs=1e-12)
    field = field_of(turn, rate, lag)
    assert field[-1] == pytest.approx(step, rel=2e-6, abs=1e-8)
    assert np.all(np.diff(field) > -1e-8 * step)
    # a magnet that is slower than was counted with arrives from the same side, by the rest that is told
    slower = field_of(turn, rate, longer * lag)
    rest = rest_after(step, rate, longer * lag, up_s=turn.turn_s, stood_s=0.0, back_s=turn.total_s - turn.turn_s)
    assert rest >= -1e-12
    assert slower[-1] == pytest.approx(step * (1.0 - rest), rel=2e-6, abs=1e-8)
    assert np.all(np.diff(slower) > -1e-8 * step)


def test_it_takes_less_time_than_waiting():
    turn = turn_for(0.18, 10.0, 0.1)  # a step of 2.4 kA/m of the reference magnet
    plain_s = 0.018 + 0.1 * np.log(1e3)  # until a thousandth of the step is left
    assert turn.total_s == pytest.approx(0.086, abs=0.001)
    assert turn.total_s < plain_s / 8


@pytest.mark.parametrize("true_lag_s", [0.0942, 0.097, 0.1, 0.104])
def test_on_the_simulated_magnet_the_field_comes_at_once_and_never_goes_beyond(opened, true_lag_s):
    bench = opened(f"[magnet]\nlag_s = {true_lag_s}\nremanence_a_per_m = 0.0\n")
    magnet, clock = bench.world.magnet, bench.bench.clock
    seen: list[float] = []
    control = FieldControl(
        bench.bench.supply,
        clock,
        field_constant_per_m=bench.field_constant_per_m,
        rate_a_per_s=10.0,
        check=lambda: seen.append(magnet.field_a_per_m()),
        lag=Lag(0.1, 0.002),
    )
    control.go_to(60e3)
    clock.sleep(2.0)
    for target in (57.6e3, 55.2e3, 20e3, -9.6e3):
        before = magnet.field_a_per_m()
        seen.clear()
        arrival = control.go_to(target, promptly=True)
        clock.sleep(max(arrival.time_s - clock.now(), 0.0))
        left = (magnet.field_a_per_m() - target) / (before - target)
        assert -1e-4 < left <= arrival.rest + 1e-4
        clock.sleep(0.5)
        seen.append(magnet.field_a_per_m())
        assert all(b <= a + 1e-6 for a, b in pairwise(seen))


def test_plain_where_there_is_no_room_no_rest_or_no_lag_known(opened):
    bench = opened()
    options = {"field_constant_per_m": bench.field_constant_per_m, "rate_a_per_s": 10.0, "check": lambda: None}
    supply, clock = bench.bench.supply, bench.bench.clock
    control = FieldControl(supply, clock, lag=Lag(0.1, 0.002), **options)
    control.go_to(700e3)
    assert control.go_to(600e3, promptly=True).rest == 1.0, "it has just come up and still lags"
    clock.sleep(2.0)
    assert control.go_to(800e3, promptly=True).rest == 1.0, "60 A is the limit"
    clock.sleep(2.0)
    assert control.go_to(700e3, promptly=True).rest < 0.1
    clock.sleep(2.0)
    assert FieldControl(supply, clock, lag=None, **options).go_to(600e3, promptly=True).rest == 1.0
    clock.sleep(2.0)
    assert FieldControl(supply, clock, lag=Lag(0.1, 0.06), **options).go_to(500e3, promptly=True).rest == 1.0


class LateClock:
    """A clock whose sleeps last longer than was asked for, as on a computer that has other things to do."""

    def __init__(self, clock, late_s):
        self._clock = clock
        self._late_s = late_s

    def now(self):
        return self._clock.now()

    def sleep(self, duration_s):
        self._clock.sleep(duration_s + next(self._late_s))


def late_control(bench, late_s):
    return FieldControl(
        bench.bench.supply,
        LateClock(bench.bench.clock, late_s),
        field_constant_per_m=bench.field_constant_per_m,
        rate_a_per_s=10.0,
        check=lambda: None,
        lag=Lag(0.1, 0.002),
    )


@pytest.mark.parametrize("late_s", [0.001, 0.004, 0.05])
def test_being_late_is_learnt_and_the_field_does_not_go_beyond(opened, late_s):
    bench = opened("[magnet]\nremanence_a_per_m = 0.0\n")
    magnet, clock = bench.world.magnet, bench.bench.clock
    control = late_control(bench, repeat(late_s))
    control.go_to(60e3)  # a plain ramp, on which it shows how late one is here
    clock.sleep(2.0)
    lowest = []
    for target in np.arange(57e3, 0.0, -3e3):
        arrival = control.go_to(float(target), promptly=True)
        assert arrival.beyond_a_per_m == 0.0
        seen = [magnet.field_a_per_m()]
        for _ in range(40):
            clock.sleep(0.01)
            seen.append(magnet.field_a_per_m())
        lowest.append(min(seen) - target)
        assert (arrival.rest == 1.0) == (late_s > 0.02), "plain ramps where one is too late for anything else"
    assert min(lowest) > -0.02 * 3e3


def test_whenever_one_is_late_a_field_that_went_beyond_is_told(opened):
    told = 0
    for before in range(1, 12):
        bench = opened("[magnet]\nremanence_a_per_m = 0.0\n")
        magnet, clock = bench.world.magnet, bench.bench.clock
        control = late_control(bench, chain(repeat(0.0, before), [0.03], repeat(0.0)))
        control.go_to(60e3)
        clock.sleep(2.0)
        for target in np.arange(57e3, 40e3, -3e3):
            arrival = control.go_to(float(target), promptly=True)
            lowest = magnet.field_a_per_m()
            for _ in range(40):
                clock.sleep(0.01)
                lowest = min(lowest, magnet.field_a_per_m())
            if lowest < target - 0.03 * 3e3:
                assert arrival.beyond_a_per_m > 0.0
            told += arrival.beyond_a_per_m > 0.0
    assert told > 0


def test_steps_too_small_to_turn_in_time_are_plain_ramps(opened):
    """0.3 kA/m are 0.0225 A: the turn would have to come 16 ms after the first command, which takes 22 ms by itself."""
    bench = opened("[magnet]\nremanence_a_per_m = 0.0\n")
    magnet, clock = bench.world.magnet, bench.bench.clock
    control = late_control(bench, repeat(0.0))
    control.go_to(60e3)
    clock.sleep(2.0)
    for target in (57e3, 56.7e3, 56.4e3, 53.4e3):
        before = magnet.field_a_per_m()
        arrival = control.go_to(target, promptly=True)
        assert arrival.beyond_a_per_m == 0.0
        assert (arrival.rest == 1.0) == (before - target < 1e3)
        clock.sleep(2.0)
