from datetime import UTC, datetime, timedelta, timezone

import pytest

from vsmdaq_sim.clock import VirtualClock


def test_only_a_number_moves():
    clock = VirtualClock(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    clock.sleep(3600.0)
    clock.sleep_until(86400.0)
    clock.sleep_until(10.0)
    assert clock.now() == 86400.0
    assert clock.utc() == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("duration", [-1e-9, float("nan"), float("inf")])
def test_time_goes_forward_by_finite_steps(duration):
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="sleep of"):
        clock.sleep(duration)


def test_epoch_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001


def clock_at_zero():
    return VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_alarms_come_at_their_time_in_order():
    clock, heard = clock_at_zero(), []

    def first():
        heard.append(("first", clock.now()))

    def second():
        heard.append(("second", clock.now()))

    clock.wake(second, 2.0)
    clock.wake(first, 1.0)
    clock.sleep(0.5)
    assert heard == []
    clock.sleep(9.5)
    assert heard == [("first", 1.0), ("second", 2.0)]
    assert clock.now() == 10.0
    clock.sleep(10.0)
    assert len(heard) == 2  # once


def test_an_alarm_can_be_moved_and_called_off():
    clock, heard = clock_at_zero(), []

    def ring():
        heard.append(clock.now())

    clock.wake(ring, 1.0)
    clock.wake(ring, 3.0)
    clock.sleep_until(2.0)
    assert heard == []
    clock.sleep_until(4.0)
    assert heard == [3.0]
    clock.wake(ring, 5.0)
    clock.wake(ring, float("inf"))
    clock.sleep(10.0)
    assert heard == [3.0]


def test_an_alarm_that_has_passed_comes_with_the_next_step():
    clock, heard = clock_at_zero(), []

    def ring():
        heard.append(clock.now())

    clock.sleep(5.0)
    clock.wake(ring, 1.0)
    clock.sleep(0.0)
    assert heard == [5.0]


def test_an_alarm_may_let_time_pass_and_set_itself_again():
    clock, heard = clock_at_zero(), []

    def ring():
        heard.append(clock.now())
        if len(heard) < 4:
            clock.wake(ring, clock.now() + 1.0)
        clock.sleep(0.25)

    clock.wake(ring, 1.0)
    clock.sleep(10.0)
    assert heard == [1.0, 2.0, 3.0, 4.0]
    assert clock.now() == 10.0
