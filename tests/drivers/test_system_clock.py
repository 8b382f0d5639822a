from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vsmdaq_drivers.system_clock import SystemClock


def test_it_goes_forward_from_zero():
    clock = SystemClock()
    first = clock.now()
    clock.sleep(1e-3)
    assert 0 <= first < 1.0
    assert clock.now() >= first + 1e-3


def test_utc_is_the_computers_date():
    assert abs(SystemClock().utc() - datetime.now(tz=UTC)) < timedelta(seconds=1)


@pytest.mark.parametrize("duration_s", [-1.0, float("nan")])
def test_there_is_no_way_back(duration_s):
    with pytest.raises(ValueError, match="cannot sleep"):
        SystemClock().sleep(duration_s)
