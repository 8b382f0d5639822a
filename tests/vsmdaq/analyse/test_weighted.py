import numpy as np
import pytest

from vsmdaq.analyse.extremum import extremum_of, find_extremum
from vsmdaq.analyse.weighted import fit_weighted


def test_coefficients_and_covariance_are_numpys():
    rng = np.random.default_rng(1)
    x = np.linspace(0.0, 3.0, 12)
    u = rng.uniform(0.1, 0.5, 12)
    y = 1.0 - 2.0 * x + rng.normal(size=12) * u
    fit = fit_weighted(np.vander(x, 2, increasing=True), y, u)
    coefficients, covariance = np.polyfit(x, y, 1, w=1.0 / u, cov="unscaled")
    assert fit is not None
    assert fit.beta == pytest.approx(coefficients[::-1])
    assert fit.factor @ fit.factor.T == pytest.approx(covariance[::-1, ::-1])
    assert fit.chi2 == pytest.approx(float(np.sum(((y - np.polyval(coefficients, x)) / u) ** 2)))
    assert fit.dof == 10


def test_scatter_beyond_the_noise_enlarges_it_and_is_told():
    x = np.arange(20.0)
    fit = fit_weighted(np.vander(x, 2, increasing=True), x + 0.1 * (-1.0) ** x, np.full(20, 0.01))
    assert fit is not None
    assert fit.spread == pytest.approx(10.0, rel=0.1)
    assert not fit.credible


def test_columns_that_do_not_tell_are_refused():
    assert fit_weighted(np.ones((5, 2)), np.arange(5.0), np.ones(5)) is None
    assert fit_weighted(np.ones((1, 2)), np.ones(1), np.ones(1)) is None


def test_extremum_of_a_cosine():
    place = np.linspace(-0.8e-3, 1.2e-3, 9)
    found = find_extremum(list(place), list(np.cos((place - 0.3e-3) / 2e-3)))
    assert found == pytest.approx(0.3e-3, abs=1e-6)


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0, 4.0, 5.0], [1.0], [1.0, 1.0, 1.0]])
def test_no_extremum_where_there_is_none(values):
    assert find_extremum([float(i) for i in range(len(values))], values) is None


def test_two_extrema_are_not_one():
    assert extremum_of([0.0, -3.0, 0.0, 4.0], -1.0, 1.0) is None  # the third Chebyshev polynomial
    assert extremum_of([0.0, -3.0, 0.0, 4.0], 0.0, 1.0) == pytest.approx(0.5)
