"""Oracles: the settling and bandwidth table of RC cascades (SR844 manual, p. 3-11; DESIGN's metrology table), scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, signal, special

from vsmdaq.physics import (
    autocorrelation,
    effective_number,
    noise_bandwidth,
    noise_v_rms,
    settling_residual,
    settling_time,
    variance_of_mean,
    variances_of_mean,
)

TABLE = {  # poles: time in tau to 10 %, 5 %, 1 %, 0.1 %, 0.01 %; bandwidth times tau
    1: ((2.30, 3.00, 4.61, 6.91, 9.21), 0.25),
    2: ((3.89, 4.74, 6.64, 9.23, 11.76), 0.125),
    3: ((5.32, 6.30, 8.41, 11.23, 13.93), 0.09375),
    4: ((6.68, 7.75, 10.05, 13.06, 15.91), 0.078125),
}


@pytest.mark.parametrize("poles", TABLE)
def test_settling_table(poles):
    times = [settling_time(left, poles) for left in (0.1, 0.05, 0.01, 0.001, 0.0001)]
    assert times == pytest.approx(TABLE[poles][0], abs=0.0051)


@pytest.mark.parametrize("poles", TABLE)
def test_noise_bandwidth_is_the_integral_of_the_power_response(poles):
    area, _ = integrate.quad(lambda f: (1 + (2 * np.pi * f) ** 2) ** -poles, 0, np.inf)
    assert noise_bandwidth(poles) == TABLE[poles][1]
    assert noise_bandwidth(poles) == pytest.approx(area, rel=1e-9)


def test_noise_of_one_reading():
    assert noise_v_rms(7.25e-9, 1.0, 4) == pytest.approx(7.25e-9 * np.sqrt(5 / 64), rel=1e-15)


@given(x=st.floats(0.0, 690.0), poles=st.integers(1, 16))  # beyond, exp(-x) has lost digits
def test_residual_is_the_incomplete_gamma_function(x, poles):
    assert settling_residual(x, poles) == pytest.approx(special.gammaincc(poles, x), rel=1e-11, abs=1e-300)


@given(residual=st.floats(1e-15, 0.999999), poles=st.integers(1, 16))
def test_settling_time_errs_to_the_longer_side(residual, poles):
    time = settling_time(residual, poles)
    assert settling_residual(time, poles) <= residual
    assert time == pytest.approx(special.gammainccinv(poles, residual), rel=1e-8)


def test_whole_step_needs_no_wait():
    assert settling_time(1.0, 4) == 0.0


@pytest.mark.parametrize("poles", [1, 2, 3, 4, 8])
def test_autocorrelation_is_that_of_the_impulse_response(poles):
    def response(t):
        return t ** (poles - 1) * np.exp(-t) / special.gamma(poles)

    def overlap(lag):
        return integrate.quad(lambda t: response(t) * response(t + lag), 0, 80, epsabs=1e-14)[0]

    lags = np.array([0.0, 0.1, 1.0, 3.0, 10.0])
    expected = [overlap(lag) / overlap(0.0) for lag in lags]
    assert autocorrelation(lags, poles) == pytest.approx(expected, abs=1e-9)
    assert autocorrelation(-lags, poles) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("poles", [1, 4])
def test_variance_of_mean_against_the_full_covariance_matrix(poles):
    spacing, n = 0.3, 150
    k = np.arange(n)
    matrix = autocorrelation(spacing * np.abs(k[:, None] - k), poles)
    expected = [matrix[:j, :j].sum() / j**2 for j in range(1, n + 1)]
    assert variances_of_mean(spacing, n, poles) == pytest.approx(expected, rel=1e-12)
    assert variance_of_mean(spacing, n, poles) == pytest.approx(expected[-1], rel=1e-12)


def test_one_pole_has_a_closed_form():
    # AR(1): variance of the mean of n samples of lag-one correlation r
    r, n = np.exp(-0.5), 40
    expected = ((1 + r) / (1 - r) - 2 * r * (1 - r**n) / (n * (1 - r) ** 2)) / n
    assert variance_of_mean(0.5, n, 1) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
def test_long_means_lose_the_filter(poles):
    # a mean over T of white noise of density e has variance e^2/(2 T), whatever the filter; one sample e^2 * bandwidth
    spacing, n = 0.1, 400_000
    assert variance_of_mean(spacing, n, poles) == pytest.approx(
        1 / (2 * spacing * n * noise_bandwidth(poles)), rel=1e-3
    )


def test_against_a_simulated_filter():
    # white noise through 4 RC stages in 0.02 tau steps; means of 10 samples 0.5 tau apart, Monte Carlo error 1.5 %
    rng = np.random.default_rng(4)
    step, pole = 0.02, np.exp(-0.02)
    filtered = rng.standard_normal(4_000_000)
    for _ in range(4):
        filtered = signal.lfilter([1 - pole], [1, -pole], filtered)
    samples = filtered[2000:]
    samples = samples[: len(samples) // 25 * 25].reshape(-1, 25)[:, 0]
    means = samples[: len(samples) // 10 * 10].reshape(-1, 10).mean(axis=1)
    assert step * 25 == 0.5
    assert means.var() / samples.var() == pytest.approx(variance_of_mean(0.5, 10, 4), rel=0.05)


def test_effective_number_lies_between_one_and_all():
    assert effective_number(1e-6, 100, 4) == pytest.approx(1.0, abs=1e-3)
    assert effective_number(100.0, 100, 4) == pytest.approx(100.0, rel=1e-9)
    assert effective_number(0.5, 1, 4) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: settling_residual(1.0, 0), "0 poles was asked for; allowed: 1 to 16"),
        (lambda: settling_residual(float("nan"), 4), "nan tau was asked for; allowed: 0 or more"),
        (lambda: settling_time(0.0, 4), "settling to 0.0 .* allowed: 1e-15 to 1"),
        (lambda: variance_of_mean(0.0, 4, 4), "0.0 tau apart were asked for"),
        (lambda: variance_of_mean(1.0, 0, 4), "0 samples"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
