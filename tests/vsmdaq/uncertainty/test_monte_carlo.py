"""Oracles: JCGM 101:2008 examples 9.2 (sums) and 9.4 (a square), moments of the distributions, linear propagation."""

import math

import numpy as np
import pytest

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import PropagationError, draw, monte_carlo, propagate


def total(v):
    return v["a"] + v["b"] + v["c"] + v["d"]


def test_sum_of_four_normals_of_gum_s1():
    # 9.2.2: u = 2.0, shortest 95 % interval +-3.92
    inputs = {name: Quantity(0.0, 1.0) for name in "abcd"}
    found = monte_carlo(total, inputs, seed=1, draws=200_000, vectorised=True)
    assert found.u == pytest.approx(2.0, rel=0.01)
    assert found.interval95 == pytest.approx((-3.92, 3.92), abs=0.05)


def test_sum_of_four_rectangles_of_gum_s1():
    # 9.2.3: the same u, but +-3.88: narrower tails than a normal one
    inputs = {name: Quantity(0.0, 1.0, distribution="rectangular") for name in "abcd"}
    found = monte_carlo(total, inputs, seed=2, draws=400_000, vectorised=True)
    assert found.u == pytest.approx(2.0, rel=0.01)
    assert found.interval95 == pytest.approx((-3.88, 3.88), abs=0.03)


def test_square_at_zero_where_the_linear_law_says_nothing():
    # 9.4.2.2: x1^2 + x2^2 of two normals at 0 with u = 0.005: mean 50e-6, u 50e-6; first order gives 0
    inputs = {"x": Quantity(0.0, 0.005), "y": Quantity(0.0, 0.005)}
    found = monte_carlo(lambda v: v["x"] ** 2 + v["y"] ** 2, inputs, seed=3, draws=200_000, vectorised=True)
    assert (found.mean, found.u) == (pytest.approx(50e-6, rel=0.02), pytest.approx(50e-6, rel=0.02))
    assert propagate(lambda v: v["x"] ** 2 + v["y"] ** 2, inputs).u == 0.0


@pytest.mark.parametrize(
    ("quantity", "sd", "kurtosis"),
    [
        (Quantity(1.0, 0.1), 0.1, 3.0),
        (Quantity(1.0, 0.1, distribution="rectangular"), 0.1, 1.8),
        (Quantity(1.0, 0.1, distribution="triangular"), 0.1, 2.4),
        (Quantity(1.0, 0.1, dof=10), 0.1 * math.sqrt(10 / 8), 4.0),  # Student's t: nu/(nu - 2), 3 + 6/(nu - 4)
    ],
)
def test_draws_have_the_moments_of_their_distribution(quantity, sd, kurtosis):
    x = draw({"x": quantity}, seed=4, draws=200_000)["x"]
    assert x.mean() == pytest.approx(1.0, abs=5 * sd / math.sqrt(200_000))
    assert x.std() == pytest.approx(sd, rel=0.01)
    assert np.mean(((x - 1.0) / x.std()) ** 4) == pytest.approx(kurtosis, rel=0.05)


def test_linear_propagation_agrees_where_the_model_is_nearly_linear():
    calibration = Estimate(1.563, "", (Component("reference", 0.0045), Component("gain", 0.003)))
    inputs = {"c": calibration, "gain": Quantity(1.0, 0.002), "x": Quantity(3.1e-6, 1e-8), "d": Quantity(1e-3, 3e-6)}

    def model(v):
        return v["gain"] * v["x"] / v["c"] / v["d"] ** 3

    linear = propagate(model, inputs)
    found = monte_carlo(model, inputs, seed=5, draws=100_000, vectorised=True)
    assert found.mean == pytest.approx(linear.value, rel=2e-4)
    assert found.u == pytest.approx(linear.u, rel=0.012)


def test_what_two_inputs_share_is_drawn_once():
    shared = Estimate(1.0, "", (Component("gain", 0.1),))
    found = monte_carlo(lambda v: v["a"] - v["gain"], {"a": shared, "gain": Quantity(1.0, 0.1)}, seed=6, draws=1000)
    assert found.u == pytest.approx(0.0, abs=1e-12)


def test_loop_and_vector_are_the_same_draws_and_seeds_decide():
    inputs = {"a": Quantity(1.0, 0.1), "b": Quantity(2.0, 0.2, dof=5)}

    def product(v):
        return v["a"] * v["b"]

    one = monte_carlo(product, inputs, seed=8, draws=500)
    assert monte_carlo(product, inputs, seed=8, draws=500, vectorised=True) == one
    assert monte_carlo(product, inputs, seed=9, draws=500) != one


def test_constant_model_stays_one():
    assert monte_carlo(lambda _: 3.0, {}, seed=0, draws=100, vectorised=True).interval95 == (3.0, 3.0)


def test_failures_are_counted_and_told():
    inputs = {"a": Quantity(0.0, 1.0)}
    with pytest.raises(PropagationError, match=r"no finite number in \d+ of 1000 draws"):
        monte_carlo(lambda v: math.sqrt(v["a"]) if v["a"] > 0 else math.nan, inputs, seed=1, draws=1000)
    with pytest.raises(ValueError, match="10 draws were asked for; allowed: 100 or more"):
        monte_carlo(total, inputs, seed=1, draws=10)
