import math

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

from vsmdaq_sim.world.filters import innovation, noise_step, stationary_covariance, transition

CASCADES = [(0.1,), (0.1,) * 2, (0.03,) * 3, (0.1,) * 4, (1.0,) * 4, (0.1, 0.1, 0.1, 0.1, 0.006), (0.006, 0.006, 0.006)]


def system(taus):
    rates = 1 / np.array(taus)
    return -np.diag(rates) + np.diag(rates[1:], -1)


def square(rows):
    return np.array([[*row, *[0.0] * (len(rows) - len(row))] for row in rows])


@pytest.mark.parametrize("taus", CASCADES)
@pytest.mark.parametrize("duration_ns", [1, 3_000_000, 100_000_000, 2_345_678_901])
def test_transition_is_the_matrix_exponential(taus, duration_ns):
    expected = expm(system(taus) * duration_ns * 1e-9)
    assert square(transition(taus, duration_ns)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("taus", CASCADES)
def test_covariance_solves_the_lyapunov_equation(taus):
    source = np.zeros((len(taus), len(taus)))
    source[0, 0] = 0.5 / taus[0] ** 2
    expected = solve_continuous_lyapunov(system(taus), -source)
    assert stationary_covariance(taus) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("poles", "bandwidth"), [(1, 1 / 4), (2, 1 / 8), (3, 3 / 32), (4, 5 / 64)])
def test_last_variance_is_the_noise_bandwidth(poles, bandwidth):
    assert stationary_covariance((0.3,) * poles)[-1, -1] == pytest.approx(bandwidth / 0.3, rel=1e-12)


@pytest.mark.parametrize("taus", CASCADES)
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_innovation_is_the_integral_of_the_impulse_responses(taus, share):
    # Van Loan: one matrix exponential holds the integral of expm(As) B B^T expm(As)^T
    size, duration_ns = len(taus), round(share * min(taus) * 1e9)
    duration = duration_ns * 1e-9
    block = np.zeros((2 * size, 2 * size))
    block[:size, :size], block[size:, size:] = -system(taus), system(taus).T
    block[0, size] = 0.5 / taus[0] ** 2
    whole = expm(block * duration)
    expected = whole[size:, size:].T @ whole[:size, size:]
    lower = innovation(taus, duration_ns)
    assert np.triu(lower, 1) == pytest.approx(0.0, abs=1e-14)
    assert lower @ lower.T == pytest.approx(expected, rel=1e-8, abs=1e-10 * stationary_covariance(taus)[0, 0])


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
def test_steps_keep_the_stationary_covariance(poles):
    taus = (0.1,) * poles
    rows = noise_step(taus, 7_000_000)
    phi = square([row[0::2] for row in rows])
    lower = square([row[1::2] for row in rows])
    covariance = stationary_covariance(taus)
    assert phi @ covariance @ phi.T + lower @ lower.T == pytest.approx(covariance, rel=1e-12)


def test_autocorrelation_of_four_poles():
    # textbook: (1 + x + 2x^2/5 + x^3/15) exp(-x)
    covariance = stationary_covariance((0.1,) * 4)
    for x in (0.1, 1.0, 3.0):
        lagged = square(transition((0.1,) * 4, round(x * 1e8))) @ covariance
        expected = (1 + x + 0.4 * x**2 + x**3 / 15) * math.exp(-x)
        assert lagged[3, 3] / covariance[3, 3] == pytest.approx(expected, rel=1e-12)
