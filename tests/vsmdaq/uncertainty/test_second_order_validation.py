"""Oracles: exact variances of polynomials of normal inputs; JCGM 101:2008, 7.9.2 and clause 8."""

import math

import numpy as np
import pytest

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import (
    Draws,
    PropagationError,
    describe,
    numerical_tolerance,
    propagate,
    second_order_variance,
    validate,
)


@pytest.mark.parametrize(
    ("model", "exact"),
    [
        # of normal a (mean 0, u = 2), b (mean 3, u = 0.5): exact variances by their moments
        (lambda v: v["a"] ** 2, 2 * 2.0**4),
        (lambda v: v["a"] * v["b"], 9.0 * 4.0 + 4.0 * 0.25),
        (lambda v: 5.0 * v["a"] - v["b"], 25 * 4.0 + 0.25),
        (lambda v: v["b"] ** 2, (6 * 0.5) ** 2 + 2 * 0.5**4),
    ],
    ids=["square", "product", "sum", "square off zero"],
)
def test_first_and_second_order_together_are_exact_for_quadratic_models(model, exact):
    inputs = {"a": Quantity(0.0, 2.0), "b": Quantity(3.0, 0.5)}
    assert propagate(model, inputs).u ** 2 + second_order_variance(model, inputs) == pytest.approx(exact, rel=1e-9)


def test_third_derivatives_count():
    # x³ about 1: f' = 3, f'' = 6, f''' = 6: 18 u⁴ + 18 u⁴ beside 9 u²; ± u instead of a limit adds to f' itself
    u = 1e-3
    found = second_order_variance(lambda v: v["x"] ** 3, {"x": Quantity(1.0, u)})
    assert found == pytest.approx(36.0 * u**4, rel=1e-3)


def test_what_inputs_share_moves_together():
    shared = (Component("gain", 0.1),)
    inputs = {"a": Estimate(0.0, "1", shared), "b": Estimate(0.0, "1", shared)}
    assert second_order_variance(lambda v: v["a"] * v["b"], inputs) == pytest.approx(2 * 0.1**4)
    assert second_order_variance(lambda v: v["a"] - v["b"] ** 2 + v["a"] ** 2, inputs) == pytest.approx(0.0, abs=1e-18)


def test_a_model_that_fails_within_the_uncertainty_is_refused():
    with pytest.raises(PropagationError, match="gives nan within the uncertainty"):
        second_order_variance(lambda v: math.nan if v["x"] < 0.0 else v["x"], {"x": Quantity(0.5, 1.0)})


@pytest.mark.parametrize(
    ("u", "digits", "delta"),
    [
        (0.035, 2, 0.0005),  # 7.9.2, example 1: 35 times 10^-3: half of 10^-3
        (2.0, 1, 0.5),  # example 2: 2 times 10^0
        (3.5e-7, 1, 0.5e-7),
        (0.96, 1, 0.5),  # rounds to 1 times 10^0
        (1234.0, 2, 50.0),
    ],
)
def test_numerical_tolerance(u, digits, delta):
    assert numerical_tolerance(u, digits) == pytest.approx(delta)


def test_a_linear_model_is_validated_and_a_bent_one_is_not():
    draws = Draws(11, 200_000)
    inputs = {"a": Quantity(1.0, 0.02), "b": Quantity(2.0, 0.03)}
    linear = propagate(lambda v: v["a"] + v["b"], inputs)
    assert validate(linear, draws.of("a", inputs["a"]) + draws.of("b", inputs["b"])).verdict == "validated"
    square = propagate(lambda v: v["a"] ** 2, {"a": Quantity(0.01, 0.02)})
    assert validate(square, (0.01 + 0.02 * draws.standard("a")) ** 2).verdict == "not validated"


def test_few_draws_of_a_linear_model_are_never_taken_for_a_bent_one():
    verdicts = {
        validate(Estimate(0.0, "1", (Component("x", 9.0),)), 9.0 * Draws(seed, 100).standard("x")).verdict
        for seed in range(50)
    }
    assert verdicts == {"validated", "more draws needed"}


def test_differences_of_the_ends_and_their_standard_errors():
    # standard error of the 2.5 % quantile of a normal: sqrt(0.025 0.975/n)/0.05845
    found = validate(Estimate(0.0, "1", (Component("x", 1.0),)), Draws(12, 40_000).standard("x"))
    assert found.interval95 == pytest.approx((-1.959964, 1.959964), abs=1e-6)
    expected = math.sqrt(0.025 * 0.975 / 40_000) / 0.058445
    assert found.u_differences == pytest.approx((expected, expected), rel=0.3)
    assert max(found.differences) < 5 * expected
    with pytest.raises(ValueError, match="comparison with 99 draws"):
        validate(found.linear, np.zeros(99))


def test_shortest_interval_of_a_skew_distribution():
    # exponential: shortest 95 % is 0 to -ln 0.05 = 2.9957, the symmetric one -ln 0.975 to -ln 0.025
    values = np.random.default_rng(2).exponential(size=400_000)
    found = describe(values)
    assert found.shortest95 == pytest.approx((0.0, -math.log(0.05)), abs=0.03)
    assert found.interval95 == pytest.approx((-math.log(0.975), -math.log(0.025)), abs=0.03)
