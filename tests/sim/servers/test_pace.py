from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.servers import Pace


class Wall:
    def __init__(self) -> None:
        self.time_s = 100.0

    def __call__(self) -> float:
        return self.time_s


def test_bench_time_follows_the_wall_at_its_speed():
    clock, wall = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), Wall()
    clock.sleep(7.0)
    pace = Pace(clock, 20.0, wall)
    wall.time_s += 3.0
    pace.catch_up()
    assert clock.now() == pytest.approx(67.0)
    assert pace.wall_delay_s(87.0) == pytest.approx(1.0)
    assert pace.wall_delay_s(10.0) == 0.0


def test_it_never_goes_back_where_the_bench_is_ahead():
    clock, wall = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), Wall()
    pace = Pace(clock, 1.0, wall)
    clock.sleep(0.5)  # bus time of a message
    pace.catch_up()
    assert clock.now() == 0.5


def test_waiting_ends_when_woken():
    async def run() -> float:
        clock, woken = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), asyncio.Event()
        pace = Pace(clock, 1.0, asyncio.get_running_loop().time)
        asyncio.get_running_loop().call_soon(woken.set)
        await pace.wait(3600.0, woken)
        assert not woken.is_set()
        return clock.now()

    assert asyncio.run(run()) < 5.0


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_a_speed_that_is_none_is_refused(speed):
    with pytest.raises(ValueError, match="allowed: more than 0"):
        Pace(VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), speed, Wall())
