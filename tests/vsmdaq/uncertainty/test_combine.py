"""Oracles: generalised least squares worked by hand and by numpy, CODATA's Birge ratio by definition, GTC."""

import math

import GTC
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.terms import Component, Estimate
from vsmdaq.uncertainty import (
    PropagationError,
    correlation,
    covariance,
    linear_combination,
    merge,
    normalised_error,
    weighted_mean,
)


def value(number, **contributions):
    return Estimate(number, "1", tuple(Component(name, c) for name, c in contributions.items()))


def test_signs_decide_whether_a_shared_input_cancels():
    a, b = value(1.0, gain=0.3, x=0.1), value(2.0, gain=0.3, y=0.1)
    assert linear_combination((1.0, -1.0), (a, b), "1").u == pytest.approx(math.hypot(0.1, 0.1))
    assert linear_combination((1.0, 1.0), (a, b), "1").u == pytest.approx(math.sqrt(0.36 + 0.02))


def test_merging_keeps_the_cautious_flag():
    merged = merge([Component("a", 1.0, noise=True), Component("b", 2.0), Component("a", 0.5, noise=False)])
    assert merged == (Component("a", 1.5, noise=False), Component("b", 2.0))
    assert merge([Component("a", 0.0, noise=False), Component("a", 0.5, noise=True)])[0].noise


def test_covariance_against_gtc():
    gain, x, y = GTC.ureal(1.0, 0.3), GTC.ureal(1.0, 0.1), GTC.ureal(2.0, 0.2)
    one, other = gain * 1.0 + x, 2.0 * gain - y
    found = covariance([value(2.0, gain=0.3, x=0.1), value(0.0, gain=0.6, y=-0.2)])
    assert found[0, 1] == pytest.approx(GTC.get_covariance(one, other), rel=1e-12)
    assert found[1, 1] == pytest.approx(other.v, rel=1e-12)
    assert correlation([value(2.0, gain=0.3, x=0.1), value(0.0, gain=0.6, y=-0.2)])[0, 1] == pytest.approx(
        GTC.get_correlation(one, other), rel=1e-12
    )


def test_certain_value_correlates_with_itself_alone():
    assert correlation([value(1.0), value(2.0, a=0.1)]) == pytest.approx(np.eye(2))


_part = st.floats(-10.0, 10.0)


@given(parts=st.lists(st.tuples(_part, _part, _part), min_size=2, max_size=5))
def test_covariance_is_positive_semidefinite(parts):
    matrix = covariance([value(0.0, a=a, b=b, c=c) for a, b, c in parts])
    assert np.linalg.eigvalsh(matrix).min() >= -1e-10 * max(1.0, matrix.max())


def test_normalised_error_without_shared_inputs():
    # |1.03 - 1.00| / sqrt((2 0.009)^2 + (2 0.012)^2) = 0.03/0.03
    assert normalised_error(value(1.03, a=0.009), value(1.0, b=0.012)) == pytest.approx(1.0)


def test_normalised_error_knows_what_is_shared():
    a, b = value(1.03, gain=0.5, a=0.009), value(1.0, gain=0.5, b=0.012)
    assert normalised_error(a, b) == pytest.approx(1.0)


def test_weighted_mean_of_independent_values():
    # weights 1/u^2 = 4:1; chi^2 = (0.2 - 0)^2/0.5^2 + ... by definition
    found = weighted_mean([value(10.0, a=0.5), value(11.0, b=1.0)])
    assert found.weights == pytest.approx((0.8, 0.2))
    assert found.estimate.value == pytest.approx(10.2)
    assert found.estimate.u == pytest.approx(1 / math.sqrt(4 + 1))
    assert found.birge_ratio == pytest.approx(math.sqrt(0.2**2 / 0.25 + 0.8**2 / 1.0))


def test_weighted_mean_with_a_common_part_against_numpy():
    estimates = [value(1.0, common=1e-6, a=2e-6), value(1.0 + 3e-6, common=2e-6, b=1e-6), value(1.0, c=4e-6)]
    found = weighted_mean(estimates)
    matrix = np.array([[5.0, 2.0, 0.0], [2.0, 5.0, 0.0], [0.0, 0.0, 16.0]])
    solved = np.linalg.solve(matrix, np.ones(3))
    assert found.weights == pytest.approx(solved / solved.sum(), rel=1e-9)
    assert found.estimate.u == pytest.approx(1e-6 / math.sqrt(solved.sum()), rel=1e-9)
    residual = np.array([e.value for e in estimates]) - found.estimate.value
    chi2 = residual @ np.linalg.solve(matrix * 1e-12, residual)
    assert found.birge_ratio == pytest.approx(math.sqrt(chi2 / 2), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weighted_mean([value(1.0, a=1.0)]), "the mean of 1 estimates"),
        (lambda: weighted_mean([value(1.0, a=1.0), Estimate(1.0, "m")]), "in 1, m was asked for"),
        (lambda: weighted_mean([value(1.0, a=1.0), value(1.0)]), "allowed: u above 0"),
        (lambda: weighted_mean([value(1.0, a=1.0), value(2.0, a=2.0)]), "fully correlated"),
        (lambda: normalised_error(value(1.0, a=1.0), Estimate(1.0, "m")), "allowed: equal units"),
        (lambda: normalised_error(value(1.0, a=1.0), value(2.0, a=1.0)), "no uncertainty"),
        (lambda: merge([Component("a", 1.0, dof=3), Component("a", 1.0)]), "one with 3, one with inf"),
    ],
)
def test_what_cannot_be_compared_is_refused(call, message):
    with pytest.raises(PropagationError, match=message):
        call()
