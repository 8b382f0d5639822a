"""The estimators behind `vsmdaq commission`, on data whose truth is written down here and whose scatter numpy draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import gamma

from vsmdaq.analyse.filter_settling import fit_settling
from vsmdaq.analyse.lag import Tail, fit_lag, longest_unseen_lag
from vsmdaq.analyse.magnet_cycle import CyclePoint, fit_cycle
from vsmdaq.analyse.noise_floor import memory_time, noise_floor
from vsmdaq.analyse.ramp_rate import fit_rate

SEEDS = 80


def tails(rng, lag_s, *, noise=20.0, jitter_s=0.005, start_s=0.02, step=40e3, interval_s=0.1, n=12):
    made = []
    for number in range(4):
        time = start_s + rng.uniform(0.0, interval_s) + interval_s * np.arange(n)
        field = number * step - step * np.exp(-time / lag_s) + rng.normal(0.0, noise, n)
        shown = time + rng.uniform(-1.0, 1.0, n) * jitter_s * math.sqrt(3.0)
        made.append(Tail(shown, field, np.full(n, jitter_s)))
    return made


@pytest.mark.parametrize("lag_s", [0.05, 0.1, 0.25])
def test_lag_and_its_uncertainty(lag_s):
    rng = np.random.default_rng(7)
    fits = [fit_lag(tails(rng, lag_s), 20.0) for _ in range(SEEDS)]
    z = np.array([(fit.lag_s - lag_s) / fit.u_s for fit in fits])
    assert abs(z.mean()) < 0.3
    assert 0.7 < z.std() < 1.3
    assert np.median([fit.u_s for fit in fits]) < 0.05 * lag_s


def test_lag_without_a_visible_tail_is_none():
    rng = np.random.default_rng(8)
    assert fit_lag(tails(rng, 0.003, start_s=0.05), 20.0) is None
    assert fit_lag([], 20.0) is None
    short = tails(rng, 0.1, n=3)
    assert fit_lag(short, 20.0) is None


@pytest.mark.parametrize("ramp_s", [0.001, 0.45])
def test_a_lag_beyond_the_bound_is_seen_and_one_below_is_not(ramp_s):
    elapsed_s, step, noise = 0.2, 60e3, 20.0
    bound_s = longest_unseen_lag(elapsed_s, ramp_s, step, noise)
    # what is left of a ramp of length T, a time t after its end: tau/T (1 - exp(-T/tau)) exp(-t/tau)
    for lag_s, seen in ((1.2 * bound_s, True), (0.7 * bound_s, False)):
        left = step * lag_s / ramp_s * (1.0 - math.exp(-ramp_s / lag_s)) * math.exp(-elapsed_s / lag_s)
        rng = np.random.default_rng(17)
        time = 0.1 * np.arange(12)
        field = -left * np.exp(-time / lag_s) + rng.normal(0.0, noise, 12)
        assert (fit_lag([Tail(time, field, np.full(12, 0.001))] * 4, noise) is not None) is seen
    assert longest_unseen_lag(elapsed_s, ramp_s, 100.0, noise) is None


def test_lag_refuses_a_scatter_of_nothing():
    with pytest.raises(ValueError, match=r"standard deviation of 0\.0 A/m was given; allowed: more than 0"):
        fit_lag([], 0.0)


def cycle(rng, *, slope=13e3, offset=55.0, remanence=900.0, u=5.0, play_a=0.0, top_a=12.0):
    """A yoke whose branches come apart within `play_a` of the turning point."""
    points = []
    for direction in (1.0, -1.0):
        for fraction in (1.0, 0.5, 0.0, -0.25, -0.5, -0.75, -1.0):
            current = direction * fraction * top_a
            travel = top_a * (1.0 - fraction)
            share = 1.0 if play_a == 0.0 else min(1.0, travel / play_a)
            branch = direction * remanence * (2.0 * share - 1.0)
            points.append(
                CyclePoint(current, offset + slope * current + branch + rng.normal(0.0, u), u, direction > 0.0)
            )
    return points


def test_cycle_tells_slope_offset_and_remanence_apart():
    rng = np.random.default_rng(9)
    fits = [fit_cycle(cycle(rng, play_a=8.0)) for _ in range(SEEDS)]
    for name, truth in (("slope_per_m", 13e3), ("offset_a_per_m", 55.0), ("remanence_a_per_m", 900.0)):
        z = np.array([(getattr(fit, name) - truth) / getattr(fit, f"u_{name}") for fit in fits])
        assert abs(z.mean()) < 0.3, name
        assert 0.6 < z.std() < 1.2, name


def test_cycle_of_turned_leads_has_a_negative_slope_and_the_same_remanence():
    rng = np.random.default_rng(10)
    fit = fit_cycle(cycle(rng, slope=-13e3, remanence=-900.0))
    assert fit.slope_per_m == pytest.approx(-13e3, abs=5.0)
    assert fit.remanence_a_per_m == pytest.approx(900.0, abs=15.0)


def test_a_cycle_too_small_for_its_yoke_widens_the_uncertainty_over_the_error():
    rng = np.random.default_rng(11)
    for play_a in (14.0, 18.0, 20.0):
        fit = fit_cycle(cycle(rng, play_a=play_a, u=1.0))
        assert abs(fit.slope_per_m - 13e3) < 3.0 * fit.u_slope_per_m
        assert fit.u_slope_per_m > 10.0


def test_cycle_without_enough_points_is_none():
    rng = np.random.default_rng(12)
    assert fit_cycle(cycle(rng)[:3]) is None
    assert fit_cycle([]) is None


def filtered(rng, density, spacing_s, tau_s, poles, n, *, fine=20):
    """White noise behind a cascade of RC stages, each an exact exponential smoother on a fine grid (scipy), then thinned."""
    dt = spacing_s / fine
    decay = math.exp(-dt / tau_s)
    # one-sided density e: variance of a fine sample is e²/(2 dt)
    x = rng.normal(0.0, density / math.sqrt(2.0 * dt), fine * n + int(40 * tau_s / dt))
    for _ in range(poles):
        x = lfilter([1.0 - decay], [1.0, -decay], x)
    return x[-fine * n :: fine]


@pytest.mark.parametrize(("poles", "spacing_tau"), [(4, 1.0), (1, 0.5), (2, 2.0)])
def test_noise_floor_and_its_interval(poles, spacing_tau):
    rng = np.random.default_rng(13)
    density, tau_s, n, spacing_s = 7e-9, 0.1, 300, 0.1 * spacing_tau
    found = []
    for _ in range(SEEDS):
        channels = [filtered(rng, density, spacing_s, tau_s, poles, n) for _ in range(2)]
        found.append(noise_floor(channels, spacing_s, tau_s, poles))
    z = np.array([(floor.density_v_per_sqrt_hz - density) / floor.u_v_per_sqrt_hz for floor in found])
    assert abs(z.mean()) < 0.45  # the smoothers on a grid pass a little less than the stages they stand for
    assert 0.8 < z.std() < 1.2
    inside = np.mean([floor.low_v_per_sqrt_hz <= density <= floor.high_v_per_sqrt_hz for floor in found])
    assert 0.89 <= inside <= 0.99


@pytest.mark.parametrize("factor", [1.0, 2.0, 0.7])
def test_memory_time_finds_another_time_constant(factor):
    rng = np.random.default_rng(14)
    tau_s, n = 0.1, 400
    found = []
    for _ in range(SEEDS):
        channels = [filtered(rng, 7e-9, tau_s, factor * tau_s, 4, n) for _ in range(2)]
        found.append(memory_time(channels, tau_s, tau_s, 4))
    mean = np.mean([memory.time_constant_s for memory in found])
    assert mean == pytest.approx(factor * tau_s, rel=0.08)
    if factor == 1.0:
        z = np.array([(memory.time_constant_s - tau_s) / memory.u_s for memory in found])
        assert 0.75 < z.std() < 1.25


def test_samples_without_memory_speak_for_a_time_constant_far_shorter_or_none():
    rng = np.random.default_rng(16)
    for _ in range(10):
        memory = memory_time([rng.normal(size=400) for _ in range(2)], 0.1, 0.1, 4)
        assert memory is None or memory.time_constant_s < 0.06


def test_channels_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"channels of \[10, 20\] samples"):
        noise_floor([np.zeros(10), np.zeros(20)], 0.1, 0.1, 4)


@pytest.mark.parametrize("tau_s", [0.1, 0.13])
def test_settling_finds_the_time_constant_of_the_filter(tau_s):
    # a step behind n equal stages alone: the regularised gamma function (scipy), an independent form
    rng = np.random.default_rng(15)
    time = 0.03 + 0.025 * np.arange(60)
    z = []
    for _ in range(40):
        signal = 2e-3 * (1.0 + gamma.cdf(time, 4, scale=tau_s)) + rng.normal(0.0, 1e-7, time.size)
        fit = fit_settling(time, signal, ramp_s=0.0, lag_s=0.0, poles=4, start_s=0.1)
        assert fit.time_constant_s == pytest.approx(tau_s, rel=0.01)
        assert fit.step_v_rms == pytest.approx(2e-3, rel=0.01)
        z.append((fit.time_constant_s - tau_s) / fit.u_s)
    assert abs(np.mean(z)) < 0.7
    assert 0.6 < np.std(z) < 1.5


def test_settling_of_nothing_is_none():
    assert fit_settling(np.arange(20.0), np.zeros(20), ramp_s=0.0, lag_s=0.0, poles=4, start_s=0.1) is None
    assert fit_settling(np.arange(5.0), np.arange(5.0), ramp_s=0.0, lag_s=0.0, poles=4, start_s=0.1) is None


def test_ramp_rate_leaves_out_what_lies_outside_the_ramp():
    readings = [(0.1 * k, min(6.0, max(0.0, 8.0 * (0.1 * k - 0.25)))) for k in range(20)]
    fit = fit_rate(readings, 0.0, 6.0)
    assert fit.rate_a_per_s == pytest.approx(8.0, abs=1e-9)
    assert fit.largest_a == pytest.approx(0.0, abs=1e-9)
    assert fit_rate(readings[:4], 0.0, 6.0) is None
