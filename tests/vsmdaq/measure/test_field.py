"""Ramps and field readings on the simulated bench; the truth is the world's own field."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from vsmdaq.measure import FieldControl, FieldSampler
from vsmdaq_drivers.contracts import (
    CurrentLimits,
    FieldReading,
    InstrumentFaultError,
    LimitError,
    SettlingError,
    SupplyHandling,
    SupplyReading,
)

SUPPLY = "GPIB0::12::INSTR"


class SteppedClock:
    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def sleep(self, duration_s):
        self.now_s += duration_s


@pytest.mark.parametrize("path", [(800e3, -800e3, 800e3), (400e3, 404e3, 0.0), (-7e3, 7e3, 6e3)])
def test_field_goes_straight_there_and_never_beyond(opened, path):
    bench = opened()
    magnet = bench.world.magnet
    seen: list[float] = []
    # looked at whenever the run looks round, and at each message of the supply
    control = bench.control(check=lambda: seen.append(magnet.field_a_per_m()))
    for target in path:
        start, seen[:] = magnet.field_a_per_m(), []
        arrival = control.go_to(target)
        bench.bench.clock.sleep(2.0)  # twenty lags
        seen.append(magnet.field_a_per_m())
        direction = math.copysign(1.0, target - start)
        assert all(direction * (b - a) >= 0.0 for a, b in pairwise(seen)), "no step backwards"
        # the current is the set-point to the supply's 0.1 mA, and the yoke keeps up to 1200 A/m of its own
        assert magnet.current_a() == pytest.approx(arrival.current_a, abs=1e-4)
        assert seen[-1] == pytest.approx(target, abs=1200.0 + 1e-4 * bench.field_constant_per_m)


def test_current_never_passes_the_set_point(opened):
    bench = opened()
    magnet = bench.world.magnet
    currents: list[float] = []
    control = bench.control(check=lambda: currents.append(magnet.current_a()))
    control.go_to(300e3)
    control.go_to(-20e3)
    assert max(currents) <= 22.5 + 1e-12  # 300 kA/m over 13.3333 kA/m per A
    assert magnet.current_a() == pytest.approx(-1.5, abs=1e-4)


def test_arrival_is_when_the_current_arrived(opened):
    bench = opened()
    magnet, clock = bench.world.magnet, bench.bench.clock
    control = bench.control()
    control.go_to(0.0)
    before_s = clock.now()
    arrival = control.go_to(200e3)  # 15 A at 10 A/s
    # the ramp starts with a message: up to 6 messages of 16 ms pass; nothing is dated before the real end
    assert 1.5 <= arrival.time_s - before_s <= 1.5 + 6 * 0.016
    assert not magnet.ramping()
    assert clock.now() >= arrival.time_s


@pytest.mark.parametrize("rate_a_per_s", [8.0, 9.3, 9.9])
def test_a_ramp_slower_than_asked_is_never_dated_before_its_end(opened, rate_a_per_s):
    """Somebody has set a lower rate limit at the supply itself."""
    bench = opened()
    control = bench.control()
    control.go_to(0.0)
    bench.instrument(SUPPLY)._limit_rate_a_per_s = rate_a_per_s
    endpoint = bench.sim.endpoints[SUPPLY]
    endpoint.transcript = []
    arrival = control.go_to(200e3)  # 15 A
    (sent_s,) = (time_s for time_s, way, text in endpoint.transcript if way == ">" and text.startswith(b"SETI "))
    end_s = sent_s + 15.0 / rate_a_per_s
    assert end_s <= arrival.time_s < end_s + 0.06


def test_set_points_lie_on_the_supplys_grid(opened):
    control = opened().control()
    # 54.3 A is 543000 steps of 0.1 mA, and the float of it must not be beyond a limit of 54.3 A
    assert control.current_for(54.3 * 13333.33) == 54.3
    assert control.current_for(1.0) == 0.0001  # 75 µA, to the next step
    assert control.current_for(-800e3) == pytest.approx(-60.0, abs=1e-3)


def test_a_field_beyond_the_magnet_moves_nothing(opened):
    bench = opened()
    with pytest.raises(
        LimitError, match=r"current of 61\.5 A was asked for, allowed are -60 to 60 A; nothing was sent"
    ):
        bench.control().go_to(61.5 * 13333.33)
    assert bench.world.magnet.set_point_a == 0.0


def test_a_fault_on_the_way_is_told_within_a_second(opened):
    bench = opened()
    supply, clock = bench.instrument(SUPPLY), bench.bench.clock
    failed_s: list[float] = []

    def fail_once():
        if clock.now() > 3.0 and not failed_s:
            failed_s.append(clock.now())
            supply.fail(operational=0b100000)

    with pytest.raises(InstrumentFaultError, match=r"lakeshore_643 at GPIB0::12::INSTR: reports magnet water flow\."):
        bench.control(check=fail_once).go_to(800e3)
    assert clock.now() - failed_s[0] < 1.1


def test_an_interruption_comes_through_within_half_a_second(opened):
    bench = opened()
    clock = bench.bench.clock
    times_s: list[float] = []
    bench.control(check=lambda: times_s.append(clock.now())).go_to(800e3)
    assert times_s[-1] > 5.5
    assert max(b - a for a, b in pairwise(times_s)) < 0.5 + 5 * 0.016


class StuckSupply:
    """A supply whose current stops half-way, as under a voltage limit."""

    name = "stuck supply"
    resolution_a = 1e-4
    handling = SupplyHandling()
    limits = CurrentLimits(60.0, 10.0)

    def __init__(self, clock):
        self._clock = clock
        self._set_point_a = 0.0

    def ramp_to(self, current_a, rate_a_per_s):  # noqa: ARG002 - the role's signature
        self._set_point_a = current_a

    def poll(self):
        ramping = self._set_point_a != 0.0
        flags = ("compliance",) if ramping else ()
        return SupplyReading(self._set_point_a / 2, self._set_point_a, ramping, (), flags, self._clock.now())


def test_a_ramp_that_does_not_end_is_told_with_what_is_known():
    clock = SteppedClock()
    control = FieldControl(StuckSupply(clock), clock, field_constant_per_m=1e4, rate_a_per_s=10.0, check=lambda: None)
    with pytest.raises(SettlingError) as caught:
        control.go_to(400e3)  # 40 A: 4 s, and 5 s of grace
    assert str(caught.value) == (
        "stuck supply: the ramp to +40.000 A should have taken 4.0 s; after 9.0 s it is not done, I = +20.000 A (compliance)."
    )
    assert caught.value.timeout_s == pytest.approx(9.0)


# --- the field's readings ------------------------------------------------------------------------------------------


def test_field_readings_are_honest(opened):
    """z of the mean field over 250 windows of 4: standard normal, and the pool finds the probe's 20 A/m."""
    bench = opened('[draw]\n"gaussmeter.offset_a_per_m" = { u = 0.0 }\n"gaussmeter.gain" = { u_relative = 0.0 }\n')
    bench.control().go_to(300e3)
    clock, magnet = bench.bench.clock, bench.world.magnet
    clock.sleep(2.0)
    sampler = bench.sampler()
    z: list[float] = []
    for window in range(270):
        sampler.restart()
        while sampler.count < 4:
            clock.sleep(0.02)
            if sampler.due():
                sampler.take()
        mean, u, n = sampler.finish()
        assert n == 4
        if window >= 20:  # the pool knows the noise to 1/sqrt(2*60) from then on
            z.append((mean - magnet.field_a_per_m()) / u)
    assert abs(np.mean(z)) < 3.3 / math.sqrt(len(z))
    assert np.std(z) == pytest.approx(1.0, abs=3.3 / math.sqrt(2 * len(z)))
    assert sampler._noise.sigma == pytest.approx(20.0, rel=3.3 / math.sqrt(2 * 3 * 270))


class ListedGaussmeter:
    name = "listed gaussmeter"
    reading_interval_s = 0.1

    def __init__(self, clock, readings):
        self._clock = clock
        self._readings = list(readings)

    def read(self):
        value = self._readings.pop(0)
        if isinstance(value, str):
            return FieldReading(None, (value,), self._clock.now())
        return FieldReading(value, (), self._clock.now())


def taken(readings):
    clock = SteppedClock()
    sampler = FieldSampler(ListedGaussmeter(clock, readings), clock)
    for _ in readings:
        assert sampler.due()
        sampler.take()
        assert not sampler.due(), "a value is new only after the interval"
        clock.sleep(0.1)
    return sampler


def test_a_bad_reading_is_left_out_and_named():
    sampler = taken([10.0, "overload", 14.0])
    assert sampler.finish() == (12.0, pytest.approx(math.sqrt(8.0) / math.sqrt(2.0)), 2)
    assert sampler.flags == ("field_overload",)
    sampler.restart()
    assert sampler.flags == ()


def test_no_valid_reading_is_an_error_and_not_a_number():
    with pytest.raises(
        SettlingError, match=r"^listed gaussmeter: no valid field reading in the window \(field_no_probe\)\.$"
    ):
        taken(["no_probe", "no_probe"]).finish()
    with pytest.raises(SettlingError, match=r"\(no reading came\)"):
        taken([]).finish()


def test_a_single_reading_of_unknown_noise_says_so():
    assert taken([10.0]).flags == ("field_noise_unknown",)
    assert taken([10.0, 11.0]).flags == ()


def test_readings_before_a_time_can_be_dropped():
    sampler = taken([1.0, 2.0, 3.0, 5.0])
    sampler.drop_before(0.2)
    assert sampler.count == 2
    assert sampler.finish()[0] == 4.0


class TabledGaussmeter(ListedGaussmeter):
    """Readings with an uncertainty of their own, and a flag that goes with a value."""

    def read(self):
        value, u = self._readings.pop(0)
        return FieldReading(value, ("between_branches",) if u else (), self._clock.now(), u)


def test_the_uncertainty_of_the_readings_themselves_does_not_average_out():
    clock = SteppedClock()
    sampler = FieldSampler(TabledGaussmeter(clock, [(10.0, 3.0), (14.0, 4.0), (10.0, 0.0), (14.0, 0.0)]), clock)
    for _ in range(2):
        sampler.take()
        clock.sleep(0.1)
    # scatter: s = sqrt(8), of two readings 2; beside it 4, the larger of 3 and 4
    assert sampler.finish() == (12.0, pytest.approx(math.hypot(2.0, 4.0)), 2)
    assert sampler.flags == ("field_between_branches",)
    since_s = clock.now()
    for _ in range(2):
        sampler.take()
        clock.sleep(0.1)
    sampler.drop_before(since_s)
    mean, u, n = sampler.finish()
    assert (mean, n) == (12.0, 2)
    assert u < 2.5  # the readings with an uncertainty of their own are gone
