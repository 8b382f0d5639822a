"""Oracles: moments of the distributions as JCGM 100:2008, 4.3 and JCGM 101:2008, 6.4 give them, scipy's distributions."""

import math

import numpy as np
import pytest
from scipy import stats

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import Draws, PropagationError, arcsine, dof_of_judgement, rectangular, trapezoidal, triangular

N = 100_000


@pytest.mark.parametrize(
    ("quantity", "u", "expected"),
    [
        (rectangular(5.0, 0.3), 0.3 / math.sqrt(3.0), stats.uniform(4.7, 0.6)),
        (triangular(5.0, 0.3), 0.3 / math.sqrt(6.0), stats.triang(0.5, 4.7, 0.6)),
        (arcsine(5.0, 0.3), 0.3 / math.sqrt(2.0), stats.arcsine(4.7, 0.6)),
        (Quantity(5.0, 0.3), 0.3, stats.norm(5.0, 0.3)),
        (Quantity(5.0, 0.3, dof=4), 0.3, stats.t(4, 5.0, 0.3)),
    ],
    ids=["rectangular", "triangular", "arcsine", "normal", "student"],
)
def test_draws_follow_their_distribution(quantity, u, expected):
    assert quantity.u == pytest.approx(u)
    values = Draws(7, N).of("x", quantity)
    assert stats.kstest(values, expected.cdf).pvalue > 0.01


def test_trapezoid_is_two_rectangles():
    # JCGM 100:2008, 4.3.9: u² = a² (1 + beta²)/6
    found = trapezoidal("x", 2.0, 0.6, 0.5)
    assert found.u == pytest.approx(0.6 * math.sqrt((1 + 0.25) / 6))
    values = Draws(8, N).of("x", found)
    assert stats.kstest(values, stats.trapezoid(0.25, 0.75, 1.4, 1.2).cdf).pvalue > 0.01
    assert trapezoidal("x", 2.0, 0.6, 1.0).u == pytest.approx(rectangular(2.0, 0.6).u)
    assert trapezoidal("x", 2.0, 0.6, 0.0).u == pytest.approx(triangular(2.0, 0.6).u)
    with pytest.raises(ValueError, match=r"with a top of 1\.2 times its base"):
        trapezoidal("x", 2.0, 0.6, 1.2)


def test_a_name_is_drawn_once_and_knows_nothing_of_others():
    one, other = Draws(3, 50), Draws(3, 50)
    other.standard("b")
    assert np.array_equal(one.standard("a"), other.standard("a"))
    assert not np.array_equal(one.standard("a"), one.standard("b"))
    assert not np.array_equal(one.standard("a"), Draws(4, 50).standard("a"))


def test_single_draws_are_the_array_taken_apart():
    draws = Draws(5, 20)
    estimate = Estimate(3.0, "V", (Component("gain", 0.1), Component("noise", -0.2, noise=True, dof=7)))
    quantity = Quantity(1.0, 0.1, "1", distribution="rectangular")
    for number in (0, 19):
        draw = draws.at(number)
        assert draw.exact("e", estimate).value == pytest.approx(draws.of("e", estimate)[number], rel=1e-15)
        exact = draw.exact("gain 2", quantity)
        assert (exact.u, exact.value) == (0.0, pytest.approx(draws.of("gain 2", quantity)[number], rel=1e-15))
    assert not np.array_equal(draws.at(0).noise("run", 3), draws.at(1).noise("run", 3))
    assert np.array_equal(draws.at(1).noise("run", 3), Draws(5, 20).at(1).noise("run", 3))


def test_an_ensemble_shares_its_scatter():
    # (a - b)/sqrt(2) of two members is Student's t of the ensemble's 3 degrees of freedom, whatever the direction
    draws = Draws(6, N)
    a, b = (draws.standard(f"fit#{k}", dof=3.0, ensemble="fit") for k in (1, 2))
    assert stats.kstest((a - b) / math.sqrt(2.0), stats.t(3).cdf).pvalue > 0.01
    assert abs(stats.spearmanr(a, b).statistic) < 0.02
    assert stats.spearmanr(np.abs(a), np.abs(b)).statistic > 0.1


def test_unknown_distribution_is_refused():
    with pytest.raises(PropagationError, match="allowed: normal, rectangular, triangular, arcsine"):
        Draws(1, 10).standard("x", "cauchy")


def test_degrees_of_freedom_of_a_judgement():
    # G.4.2, example: known to 25 % of itself: 8
    assert dof_of_judgement(0.25) == pytest.approx(8.0)
    assert dof_of_judgement(0.0) == math.inf
    with pytest.raises(ValueError, match=r"-0\.1 of itself"):
        dof_of_judgement(-0.1)


def test_components_of_one_ensemble_count_their_degrees_of_freedom_once():
    # u² = 9 + 16 + 1 with nu = 4 for the first two together and 2 for the third: nu_eff = 26²/(25²/4 + 1/2)
    parts = (
        Component("a", 3.0, dof=4, ensemble="e"),
        Component("b", 4.0, dof=4, ensemble="e"),
        Component("c", 1.0, dof=2),
    )
    assert Estimate(0.0, "1", parts).dof == pytest.approx(26**2 / (25**2 / 4 + 1 / 2))
