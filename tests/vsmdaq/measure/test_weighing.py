"""Weights on the simulated bench against the world's load, and with a balance written by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.measure import Arrival, FieldSampler, Weigher, WeighPolicy
from vsmdaq_drivers.contracts import FieldReading, SettlingError, WeightReading

GRAVITY = 9.81
POLICY = WeighPolicy(readings=12, lag_s=0.104, max_dwell_s=60.0, stop_on_timeout=False)


def weigher_on(bench, policy=POLICY):
    return Weigher(bench.bench.balance, bench.sampler(), bench.bench.clock, policy, lambda: None)


def test_weights_are_honest(opened):
    """A tube in the field, 200 weights: z is standard normal; force and drift of the world are in what is weighed."""
    bench = opened(roles="balance")
    bench.hang("gouy-sample")
    control, weigher, clock = bench.control(), weigher_on(bench), bench.bench.clock
    arrival = control.go_to(400e3)
    z = []
    for index in range(205):
        weight = weigher.weigh(replace(arrival, time_s=clock.now()))
        assert weight.n == 12
        assert weight.flags == ()
        middle_s = 0.5 * (weight.t_start_s + weight.t_end_s)
        true_kg = bench.world.balance.load_kg + 2.0e-11 * middle_s
        if index >= 5:
            z.append((weight.mass_kg - true_kg) / weight.u_mass_kg)
    assert abs(np.mean(z)) < 3.3 / math.sqrt(len(z))
    assert np.std(z) == pytest.approx(1.0, abs=3.3 / math.sqrt(2 * len(z)))
    # noise of the world and rounding to 10 µg, which is uniform: d/sqrt(12)
    assert weigher._noise.sigma == pytest.approx(math.hypot(2.0e-8, 1.0e-8 / math.sqrt(12.0)), rel=0.06)


def test_a_step_of_the_field_is_waited_for(opened):
    """The pull at 800 kA/m is worth some 0.5 g; nothing of the way there counts."""
    bench = opened(roles="balance")
    bench.hang("gouy-sample")
    control, weigher, world = bench.control(), weigher_on(bench), bench.world
    for field in (0.0, 800e3, 0.0, -800e3, 400e3):
        weight = weigher.weigh(control.go_to(field))
        world.advance()
        true_kg = world.balance.load_kg + 2.0e-11 * weight.t_end_s
        assert weight.mass_kg == pytest.approx(true_kg, abs=5 * 2e-8 / math.sqrt(12))
        assert weight.flags == ()


def test_a_balance_that_drifts_is_flagged(opened):
    bench = opened("[balance]\ndrift_kg_per_s = 2.0e-7\n", roles="balance")
    bench.hang("gouy-blank")
    bench.bench.clock.sleep(5.0)
    weigher = weigher_on(bench, replace(POLICY, max_dwell_s=20.0))
    start_s = bench.bench.clock.now()
    weight = weigher.weigh(bench.here())
    assert weight.flags == ("balance_not_steady",)
    assert 20.0 < bench.bench.clock.now() - start_s < 21.0
    assert weigher._noise.sigma < 1e-8, "what is not steady is not taken for noise"
    assert weight.u_mass_kg >= 0.999 * math.sqrt(weight.var_mass_kg2 / weight.n), "and its scatter counts for itself"


def test_or_stops_the_run(opened):
    bench = opened("[balance]\ndrift_kg_per_s = 2.0e-7\n", roles="balance")
    bench.hang("gouy-blank")
    bench.bench.clock.sleep(5.0)
    with pytest.raises(SettlingError) as caught:
        weigher_on(bench, replace(POLICY, max_dwell_s=20.0, stop_on_timeout=True)).weigh(bench.here())
    assert str(caught.value).startswith("mt_sics at ASRL3::INSTR: ")
    assert str(caught.value).endswith(" stable readings within 20 s, 12 are wanted (balance_not_steady).")


# --- with a balance written by hand ------------------------------------------------------------------------------


class SteppedClock:
    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def sleep(self, duration_s):
        self.now_s += duration_s


class QuietGaussmeter:
    name = "quiet gaussmeter"
    reading_interval_s = 0.1

    def __init__(self, clock):
        self._clock = clock

    def read(self):
        return FieldReading(0.0, (), self._clock.now())


class WrittenBalance:
    """`shows` gives mass, stable, flags for a time."""

    name = "written balance"
    readability_kg = 1e-7

    def __init__(self, clock, shows):
        self._clock = clock
        self._shows = shows

    def read(self):
        self._clock.sleep(0.01)
        mass_kg, stable, flags = self._shows(self._clock.now())
        return WeightReading(mass_kg, stable, flags, self._clock.now())


def by_hand(shows, **changes):
    clock = SteppedClock()
    policy = replace(POLICY, **changes)
    return Weigher(
        WrittenBalance(clock, shows), FieldSampler(QuietGaussmeter(clock), clock), clock, policy, lambda: None
    )


def test_nothing_counts_before_it_is_stable():
    weigher = by_hand(lambda t: (2.0, False, ()) if t < 10 else (1.0, True, ()))
    weight = weigher.weigh(Arrival(0.0, 0.0))
    assert weight.mass_kg == 1.0
    assert weight.t_start_s > 10.0
    assert weight.flags == ()


def test_a_reading_that_is_none_starts_again_and_is_named():
    weigher = by_hand(lambda t: (None, False, ("overload",)) if 3 < t < 4 else (1.0, True, ()))
    weight = weigher.weigh(Arrival(0.0, 0.0))
    assert weight.t_start_s > 4.0
    assert weight.flags == ("balance_overload",)


@pytest.mark.parametrize("stop", [False, True])
def test_a_balance_that_never_rests_is_an_error_and_no_number(stop):
    weigher = by_hand(lambda _: (1.0, False, ()), max_dwell_s=15.0, stop_on_timeout=stop)
    with pytest.raises(SettlingError) as caught:
        weigher.weigh(Arrival(0.0, 0.0))
    assert str(caught.value) == ("written balance: 0 stable readings within 15 s, 12 are wanted (balance_not_steady).")


def test_a_jump_within_the_window_is_left_behind():
    """Somebody leans on the bench: the balance goes on saying stable."""
    weigher = by_hand(lambda t: (1.0 if t < 3.0 else 1.00001, True, ()))
    weight = weigher.weigh(Arrival(0.0, 0.0))
    assert weight.mass_kg == pytest.approx(1.00001, abs=1e-9)
    assert weight.t_start_s > 3.0
