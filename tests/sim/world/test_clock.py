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
