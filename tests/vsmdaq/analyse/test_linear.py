"""Oracles: scipy's linregress, curve_fit and chi2; finite differences."""

import numpy as np
import pytest
from scipy import optimize, stats

from vsmdaq.analyse import even_odd, fit_line, fit_line_in_square

X = np.array([-3.0, -1.2, 0.1, 0.9, 2.2, 4.0, 7.5])
Y = np.array([-5.1, -1.7, 1.3, 2.2, 5.9, 8.3, 16.4])
U = np.array([0.1, 0.3, 0.2, 0.2, 0.5, 0.1, 0.4])


def test_equal_weights_agree_with_linregress():
    line, oracle = fit_line(X, Y), stats.linregress(X, Y)
    assert line.slope == pytest.approx(oracle.slope, rel=1e-12)
    assert line.intercept == pytest.approx(oracle.intercept, rel=1e-12)
    assert np.sqrt(line.covariance[1, 1]) == pytest.approx(oracle.stderr, rel=1e-12)
    assert np.sqrt(line.covariance[0, 0]) == pytest.approx(oracle.intercept_stderr, rel=1e-12)


def test_stated_uncertainties_agree_with_curve_fit():
    line = fit_line(X, Y, U)
    beta, covariance = optimize.curve_fit(lambda x, a, b: a + b * x, X, Y, sigma=U, absolute_sigma=True)
    assert [line.intercept, line.slope] == pytest.approx(beta, rel=1e-7)
    assert line.covariance == pytest.approx(covariance, rel=1e-6)
    chi2 = np.sum(((Y - beta[0] - beta[1] * X) / U) ** 2)
    assert line.chi2 == pytest.approx(chi2, rel=1e-7)
    assert line.lack_of_fit_probability() == pytest.approx(stats.chi2.sf(chi2, 5), rel=1e-6)


@pytest.mark.parametrize("fit", [fit_line, fit_line_in_square])
def test_gradients_agree_with_finite_differences(fit):
    x = np.abs(X) + 0.1 * np.arange(X.size)
    line = fit(x, Y, U)
    for i in range(x.size):
        d = np.zeros(x.size)
        d[i] = 1e-6
        for numeric, analytic in (
            ((fit(x, Y + d, U), fit(x, Y - d, U)), line.d_y[:, i]),
            ((fit(x + d, Y, U), fit(x - d, Y, U)), line.d_x[:, i]),
        ):
            up, down = numeric
            found = np.array([up.intercept - down.intercept, up.slope - down.slope]) / 2e-6
            assert found == pytest.approx(analytic, rel=1e-6, abs=1e-8)


def test_line_in_square_finds_a_gouy_slope():
    field = np.linspace(0, 8e5, 9)
    line = fit_line_in_square(field, 2e-6 + 3e-16 * field**2)
    assert line.slope == pytest.approx(3e-16, rel=1e-12)
    assert line.intercept == pytest.approx(2e-6, rel=1e-9)


def test_large_abscissae_keep_their_digits():
    line = fit_line(1e9 + X, Y)
    assert line.slope == pytest.approx(stats.linregress(X, Y).slope, rel=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "u"),
    [([1.0], [1.0], None), ([1, 1], [1, 2], None), ([1, 2], [1, np.nan], None), ([1, 2], [1, 2], [1, 0])],
)
def test_what_has_no_line_is_refused(x, y, u):
    with pytest.raises(ValueError, match="allowed"):
        fit_line(x, y, u)


def test_even_and_odd_parts_of_a_polynomial():
    x = np.array([2.0, -1.0, 0.0, 1.0, -2.0, 5.0])
    parts = even_odd(x, 3 + 2 * x - 4 * x**2 + x**3, tolerance=1e-9)
    assert parts.x == pytest.approx([0, 1, 2])
    assert parts.even == pytest.approx([3, -1, -13])
    assert parts.odd == pytest.approx([0, 3, 12])
    assert parts.unpaired == (5,)


def test_points_pair_within_the_tolerance_only():
    parts = even_odd([1.0, -1.01, 2.0, -2.2], [1, 1, 1, 1], tolerance=0.05)
    assert (parts.plus.tolist(), parts.minus.tolist()) == ([0], [1])
    assert parts.unpaired == (2, 3)
