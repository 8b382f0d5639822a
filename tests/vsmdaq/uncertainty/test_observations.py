"""Oracles: numpy's statistics, and what a covariance is."""

import numpy as np
import pytest

from vsmdaq.terms import Quantity
from vsmdaq.uncertainty import PropagationError, correlated, covariance, mean_of, means_of


def test_mean_of_repeated_observations():
    # JCGM 100:2008, 4.4.3, table 1: 20 temperatures, mean 100.145, s = 1.489, u = 0.33 °C (0.333)
    t = [96.90, 98.18, 98.25, 98.61, 99.03, 99.49, 99.56, 99.74, 99.89, 100.07, 100.33, 100.42, 100.68, 100.95,
         101.11, 101.20, 101.57, 101.84, 102.36, 102.72]  # fmt: skip
    found = mean_of(t, "°C")
    assert found.value == pytest.approx(100.145, abs=5e-4)
    assert found.u == pytest.approx(0.333, abs=5e-4)
    assert (found.dof, found.unit) == (19.0, "°C")


def test_observed_together():
    rng = np.random.default_rng(1)
    a = rng.normal(1e-6, 1e-9, 30)
    b = 5e5 + 3e14 * (a - 1e-6) * 1e-3 + rng.normal(0.0, 100.0, 30)  # many decades apart
    found = means_of({"a": a, "b": b}, "set")
    expected = np.cov(a, b) / 30
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert covariance(list(found.values())) / scale == pytest.approx(expected / scale, abs=1e-12)
    assert [e.dof for e in found.values()] == pytest.approx([29.0, 29.0])


def test_fully_correlated_and_exact_values():
    found = correlated({"a": 1.0, "b": 2.0, "c": 3.0}, [[4.0, 6.0, 0.0], [6.0, 9.0, 0.0], [0.0, 0.0, 0.0]], "fit")
    assert [e.u for e in found.values()] == pytest.approx([2.0, 3.0, 0.0])
    assert covariance(list(found.values()))[0, 1] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_of([1.0]), r"\(1,\) observations were given; allowed: two or more"),
        (lambda: means_of({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, "x"), "a: 2, b: 3"),
        (lambda: means_of({"a": [1.0, float("nan")]}, "x"), "allowed: two or more finite ones"),
        (lambda: correlated({"a": 1.0}, [[1.0, 0.0], [0.0, 1.0]], "x"), r"shape \(2, 2\)"),
        (lambda: correlated({"a": 1.0, "b": 1.0}, [[1.0, 2.0], [2.0, 1.0]], "x"), "negative variance"),
        (lambda: correlated({"a": 1.0, "b": 1.0}, [[1.0, 0.5], [0.2, 1.0]], "x"), "symmetric"),
    ],
)
def test_what_is_no_set_of_observations_is_refused(call, message):
    with pytest.raises(PropagationError, match=message):
        call()


def test_one_observation_more_is_one_degree_of_freedom_more():
    assert mean_of([1.0, 2.0, 3.0]) == Quantity(2.0, pytest.approx(1.0 / np.sqrt(3.0)), "1", 2.0)
