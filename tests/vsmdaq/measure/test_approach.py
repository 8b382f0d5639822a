"""Fields within a tolerance by the gaussmeter, on a magnet whose yoke adds what the current does not tell."""

from itertools import pairwise

import pytest

from vsmdaq.measure import Approach, FieldControl, Lag

STILL = '[draw]\n"gaussmeter.offset_a_per_m" = { u = 0.0 }\n"gaussmeter.gain" = { u_relative = 0.0 }\n'


def approach_of(bench, tolerance, seen):
    clock, magnet = bench.bench.clock, bench.world.magnet

    def check():
        seen.append(magnet.field_a_per_m())

    control = FieldControl(
        bench.bench.supply,
        clock,
        field_constant_per_m=bench.field_constant_per_m,
        rate_a_per_s=10.0,
        check=check,
        lag=Lag(0.1, 0.002),
    )

    def wait_until(time_s):
        while clock.now() < time_s:
            check()
            clock.sleep(min(0.05, time_s - clock.now()))

    return Approach(
        control, bench.sampler(), clock, tolerance_a_per_m=tolerance, lag_s=0.104, wait_until=wait_until
    ), magnet


@pytest.mark.parametrize("tolerance", [50.0, 200.0])
def test_fields_come_within_the_tolerance_and_never_turn_back(opened, tolerance):
    bench = opened(STILL)
    seen: list[float] = []
    approach, magnet = approach_of(bench, tolerance, seen)
    path = [800e3, 400e3, 60e3, 40e3, 20e3, 2e3, 0.0, -2e3, -30e3, -700e3]
    approach.go_to(path[0])
    bench.bench.clock.sleep(2.0)
    seen.clear()
    for target in path[1:]:
        _, doubts = approach.go_to(target)
        assert doubts == ()
        # the readings have 20 A/m of noise each, five standard errors of the mean that was judged are a tolerance
        assert magnet.field_a_per_m() == pytest.approx(target, abs=2.0 * tolerance)
    assert all(b <= a + 1e-6 for a, b in pairwise(seen)), "downwards all the way"


def test_what_is_missing_is_the_yokes(opened):
    """Without a tolerance the field is off by what the yoke keeps: up to 1200 A/m."""
    bench = opened(STILL)
    approach, magnet = approach_of(bench, None, [])
    for target in (800e3, 0.0):
        approach.go_to(target)
        bench.bench.clock.sleep(2.0)
    assert magnet.field_a_per_m() == pytest.approx(1200.0, rel=0.05)


def test_a_field_that_went_beyond_is_flagged_and_left(opened):
    bench = opened(f"{STILL}[magnet]\nfield_constant_per_m = 14000.0\n")
    seen: list[float] = []
    approach, magnet = approach_of(bench, 100.0, seen)
    _, (flag,) = approach.go_to(400e3)
    assert flag.startswith("field_beyond(+18")
    bench.bench.clock.sleep(2.0)
    assert magnet.field_a_per_m() == pytest.approx(420e3 - 1200.0, rel=1e-3)
    assert all(b >= a - 1e-6 for a, b in pairwise(seen))
