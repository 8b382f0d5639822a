"""Time left: on made-up runs whose times are known, and on a simulated bench."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from vsmdaq.campaigns import run_job
from vsmdaq.campaigns.pace import Pace
from vsmdaq.campaigns.way import Way, way_of
from vsmdaq.terms import Plan, Step, WeightPoint

POINT = WeightPoint(0, 0, 0.0, 0.0, 0.0, 0.0, 1.0, 1, 1e-3, 1e-16, 10, 1e-9, 295.0, 0.0, 1.0, ())


def walk(
    pace: Pace, legs_s: list[float], dwell_s: float, *, stretch: float = 1.0, more_s: float = 0.0, n: int = 0
) -> None:
    """Points whose ramps take `stretch` times the leg and `more_s` beside."""
    now_s = 1000.0
    for index, leg_s in enumerate(legs_s[: n or None]):
        now_s += leg_s * stretch + more_s
        pace.saw(replace(POINT, index=index, t_start_s=now_s, t_end_s=now_s + dwell_s))
        now_s += dwell_s


def made(legs_s: list[float], dwell_s: float) -> Pace:
    total_s = sum(legs_s) + dwell_s * len(legs_s)
    return Pace(Way(tuple(legs_s), (0.0,) * len(legs_s), 0.0), len(legs_s), dwell_s, total_s)


def test_before_the_first_point_the_estimate_is_all_there_is():
    assert made([1.0] * 100, 2.0).left_s == pytest.approx(300.0)


def test_a_run_as_estimated_keeps_its_estimate():
    pace = made([1.0, 3.0] * 50, 2.0)
    walk(pace, [1.0, 3.0] * 50, 2.0, n=40)
    assert pace.left_s == pytest.approx(60 * 2.0 + 60 * 2.0, rel=1e-6)


@pytest.mark.parametrize(
    ("stretch", "more_s", "dwell_s"), [(1.5, 0.0, 2.0), (1.0, 0.4, 2.0), (1.3, 0.2, 5.0), (1.0, 0.0, 0.5)]
)
def test_half_way_it_knows_the_pace(stretch: float, more_s: float, dwell_s: float):
    """Dense points in the first half, sparse ones in the second: ramps and dwells have to be told apart."""
    legs_s = [0.2, 1.0] * 25 + [3.0, 5.0] * 25
    pace = made(legs_s, 2.0)
    walk(pace, legs_s, dwell_s, stretch=stretch, more_s=more_s, n=50)
    really_s = stretch * sum(legs_s[50:]) + 50 * (more_s + dwell_s)
    assert pace.left_s == pytest.approx(really_s, rel=0.05)


def test_one_point_that_took_an_hour_does_not_count_for_all():
    legs_s = [1.0] * 100
    pace = made(legs_s, 2.0)
    walk(pace, legs_s, 2.0, n=49)
    pace.saw(replace(POINT, index=49, t_start_s=1000.0 + 49 * 3.0 + 3600.0, t_end_s=1000.0 + 49 * 3.0 + 3602.0))
    assert pace.left_s == pytest.approx(150.0, rel=0.1)


def test_held_time_is_no_pace():
    legs_s = [1.0] * 10
    pace = made(legs_s, 2.0)
    pace.saw(replace(POINT, index=0, t_start_s=1.0, t_end_s=3.0))
    pace.saw(replace(POINT, index=1, t_start_s=104.0, t_end_s=106.0), held_s=100.0)
    assert pace.left_s == pytest.approx(8 * 3.0)


def test_another_clock_after_a_break_tells_nothing():
    pace = made([1.0] * 10, 2.0)
    pace.saw(replace(POINT, index=0, t_start_s=1001.0, t_end_s=1003.0))
    pace.broke_off()
    pace.saw(replace(POINT, index=1, t_start_s=5.0, t_end_s=7.0))
    assert pace.left_s == pytest.approx(8 * 3.0)


def test_the_way_counts_fields_gone_through_and_waits_of_the_plan(
    monkeypatch: pytest.MonkeyPatch, spec: Any, job_of: Callable[..., Any]
):
    """13.33333 kA/m per A at 10 A/s: 133.3333 kA/m in a second."""
    plan = Plan(
        (800e3,), (Step(0.0, 0, after_s=10.0), Step(0.0, 0, after_s=40.0), Step(-400e3, 1, via_a_per_m=(400e3,)))
    )
    monkeypatch.setattr("vsmdaq.campaigns.way.plan_of", lambda _procedure: plan)
    way = way_of(job_of("loop"), spec)
    assert way.legs_s == pytest.approx((12.0, 0.0, 9.0), rel=1e-5)
    assert way.waits_s == (10.0, 30.0, 0.0)
    assert way.back_s == pytest.approx(3.0, rel=1e-5)


def test_half_way_through_a_loop_the_time_left_is_right_within_a_tenth(
    place_of: Callable[..., AbstractContextManager[Any]], job_of: Callable[..., Any]
):
    """Against the simulated bench's own clock; the way to zero behind the last point included."""
    told: list[tuple[int, float, float]] = []
    with place_of() as place:
        clock = place.bench.clock
        session = replace(
            place.session, progress=lambda progress: told.append((progress.done, clock.now(), progress.left_s))
        )
        for kind in ("phase", "nickel"):
            run_job(session, job_of(kind))
        told.clear()
        run_job(session, job_of("loop"))
        ended_s = clock.now()
    (_, then_s, left_s) = told[len(told) // 2 - 1]
    assert len(told) == 200
    assert left_s == pytest.approx(ended_s - then_s, rel=0.1)
