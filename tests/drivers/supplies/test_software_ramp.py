"""Steps of the software ramp. Oracle: rate times time, worked out by hand, and the bounds for any sequence of polls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import RefusedError
from vsmdaq_drivers.supplies.software_ramp import LONGEST_INTERVAL_S, SoftwareRamp


def make(**changes):
    settings = {"resolution_a": 0.001, "accuracy_a": 0.02, "readback_a": 0.0005}
    return SoftwareRamp(**{**settings, **changes})


def take(ramp, measured, now):
    """One poll of a supply that follows at once and reads back what was sent."""
    if ramp.readback_due(now):
        ramp.check(ramp.set_point_a, instrument="supply")
    point = ramp.next_set_point(measured, now)
    if point is not None:
        ramp.sent(point, f"CURR {point}", now)
    return point


def test_a_step_is_rate_times_time():
    ramp = make()
    ramp.start(5.0, 2.0, 10.0)
    assert take(ramp, 0.0, 10.25) == 0.5
    assert take(ramp, 0.5, 10.30) == 0.6
    assert take(ramp, 0.6, 11.05) == 2.1


def test_the_last_step_ends_at_the_target_on_the_grid_or_not():
    ramp = make(resolution_a=0.1)
    ramp.start(-0.25, 1.0, 0.0)
    assert [take(ramp, ramp.set_point_a, now) for now in (0.1, 0.2, 0.3, 0.4)] == [-0.1, -0.2, -0.25, None]
    assert not ramp.ramping(-0.25)


def test_steps_are_rounded_towards_the_present_set_point():
    ramp = make(resolution_a=0.1)
    ramp.start(5.0, 1.0, 0.0)
    assert take(ramp, 0.0, 0.39) == 0.3  # 0.39 A are allowed
    ramp.start(-5.0, 1.0, 1.0)
    assert take(ramp, 0.3, 1.29) == 0.1  # 0.29 A


def test_a_step_smaller_than_the_grid_is_saved_up():
    ramp = make(resolution_a=0.1)
    ramp.start(5.0, 1.0, 0.0)
    assert [take(ramp, ramp.set_point_a, now) for now in (0.04, 0.08, 0.12)] == [None, None, 0.1]


def test_a_late_poll_is_not_made_up_for():
    ramp = make()
    ramp.start(50.0, 2.0, 0.0)
    assert take(ramp, 0.0, 100.0) == 2.0 * LONGEST_INTERVAL_S
    assert take(ramp, 2.0, 100.1) == 2.2


def test_the_largest_step_holds_at_any_rate():
    ramp = make(max_step_a=0.3)
    ramp.start(50.0, 10.0, 0.0)
    assert take(ramp, 0.0, 0.5) == 0.3


def test_reversal_and_stop():
    ramp = make()
    ramp.start(5.0, 1.0, 0.0)
    take(ramp, 0.0, 0.5)
    ramp.start(-5.0, 1.0, 0.5)
    assert take(ramp, 0.5, 1.0) == 0.0
    assert take(ramp, 0.0, 1.5) == -0.5
    ramp.hold()
    assert take(ramp, -0.5, 2.5) is None
    assert (ramp.target_a, ramp.ramping(-0.5)) == (-0.5, False)


def test_no_step_before_the_last_one_was_read_back():
    ramp = make(readback_delay_s=0.06)
    ramp.start(5.0, 1.0, 0.0)
    take(ramp, 0.0, 0.1)
    assert not ramp.readback_due(0.159)
    assert ramp.next_set_point(0.1, 0.159) is None
    assert ramp.ramping(0.1)
    assert ramp.readback_due(0.161)
    ramp.check(0.1004, instrument="supply")
    assert not ramp.readback_due(0.161)
    assert ramp.next_set_point(0.1, 0.2) == 0.2


def test_the_end_of_a_ramp_is_read_back_as_well():
    ramp = make(readback_delay_s=0.06)
    ramp.start(0.1, 1.0, 0.0)
    take(ramp, 0.0, 0.2)
    assert ramp.ramping(0.1)
    ramp.check(0.1, instrument="supply")
    assert not ramp.ramping(0.1)


def test_another_set_point_read_back_ends_the_ramp():
    ramp = make()
    ramp.start(5.0, 1.0, 0.0)
    take(ramp, 0.0, 1.0)
    with pytest.raises(RefusedError, match=r"supply: did not accept 'CURR 1\.0': the set-point reads back \+0\.7000 A"):
        ramp.check(0.7, instrument="supply")
    assert (ramp.set_point_a, ramp.target_a) == (0.7, 0.7)
    assert ramp.next_set_point(0.7, 2.0) is None


def test_it_does_not_run_away_from_a_current_that_stays_behind():
    ramp = make()
    ramp.start(5.0, 1.0, 0.0)
    points = [take(ramp, 0.0, 0.5 * step) for step in range(1, 20)]
    # one step of 0.5 A; the current stays at 0: that is behind by the step, which may still be on its way; then no more
    assert [point for point in points if point is not None] == [0.5, 1.0]
    assert ramp.behind(0.0)
    assert ramp.ramping(0.0)
    # the current comes: on with a step of the usual size
    assert take(ramp, 1.0, 10.0) == 1.5


def test_back_towards_the_current_it_steps_all_the_same():
    ramp = make()
    ramp.start(5.0, 1.0, 0.0)
    for step in range(1, 6):
        take(ramp, 0.0, 0.5 * step)
    ramp.start(0.0, 1.0, 10.0)
    assert take(ramp, 0.0, 10.5) == 0.5


def test_beginning_where_the_current_is():
    ramp = make()
    ramp.rest_at(5.0)
    assert ramp.begin_from(4.99) is None
    assert ramp.begin_from(3.00042) == 3.0


def test_arrived_means_the_measured_current():
    ramp = make()
    ramp.start(1.0, 1.0, 0.0)
    take(ramp, 0.0, 1.0)
    ramp.check(1.0, instrument="supply")
    assert ramp.ramping(0.979)
    assert not ramp.ramping(0.981)
    assert not ramp.ramping(1.019)


@given(
    start=st.floats(-60, 60),
    target=st.floats(-60, 60),
    rate=st.floats(0.01, 50),
    max_step=st.floats(0.05, 10),
    resolution=st.sampled_from([1e-4, 5e-4, 2e-3, 0.01]),
    intervals=st.lists(st.floats(0.0, 5.0), min_size=1, max_size=40),
)
def test_no_sequence_of_polls_breaks_the_bounds(start, target, rate, max_step, resolution, intervals):
    ramp = make(resolution_a=resolution, max_step_a=max_step, readback_a=1.0)
    ramp.rest_at(start)
    ramp.start(target, rate, 0.0)
    now, last, before = 0.0, 0.0, start
    for interval in intervals:
        now += interval
        point = take(ramp, before, now)
        if point is None:
            continue
        step = abs(point - before)
        assert step <= max_step + 1e-6 * resolution + 1e-9
        assert step <= rate * min(now - last, LONGEST_INTERVAL_S) + 1e-6 * resolution + 1e-9
        assert min(start, target) - 1e-9 <= point <= max(start, target) + 1e-9
        before, last = point, now
