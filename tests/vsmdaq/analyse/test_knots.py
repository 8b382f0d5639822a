"""Tables between their points: against numpy's straight lines, polynomials and derivatives by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.analyse.knots import beyond_ends, smooth, straight

KNOTS = np.array([1.0, 2.0, 4.0, 5.0, 8.0])
EVEN = np.array([0.0, 1.0, 2.0, 3.0])


def test_straight_lines_are_those_of_numpy():
    values = np.array([3.0, -1.0, 2.0, 2.5, 0.0])
    places = np.linspace(0.0, 9.0, 37)
    assert straight(KNOTS, places) @ values == pytest.approx(np.interp(places, KNOTS, values))


def test_the_smooth_curve_goes_through_the_values():
    assert smooth(KNOTS, KNOTS) == pytest.approx(np.eye(5))


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_the_smooth_curve_of_a_parabola_is_the_parabola(a, b, c):
    # the slopes are those of parabolas through neighbours, so nothing is left
    places = np.linspace(1.0, 8.0, 29)
    curve = smooth(KNOTS, places) @ (a + b * KNOTS + c * KNOTS**2)
    assert curve == pytest.approx(a + b * places + c * places**2, abs=1e-9)


def test_at_zero_the_curve_is_flat_as_an_even_function_is():
    values = np.cos(EVEN)
    near = smooth(EVEN, np.array([1e-4])) @ values
    assert near[0] == pytest.approx(1.0, abs=1e-6)
    assert smooth(EVEN, np.linspace(0, 1, 11)) @ values == pytest.approx(
        np.cos(np.linspace(0, 1, 11)), abs=0.03
    )  # straight lines are 0.11 off


def test_beyond_the_ends_the_value_stands():
    values = np.arange(5.0)
    for basis in (smooth, straight):
        assert basis(KNOTS, np.array([0.0, 0.9, 8.1, 20.0])) @ values == pytest.approx([0.0, 0.0, 4.0, 4.0])


def test_what_may_be_beyond_is_the_slope_above_and_a_parabola_below():
    # of 3 + x²: slope 2 at 1 and 16 at 8; below 1 the even parabola with that slope is x² itself
    values = 3.0 + KNOTS**2
    places = np.array([-0.5, 0.0, 0.5, 1.0, 3.0, 8.0, 9.0])
    assert beyond_ends(KNOTS, places) @ values == pytest.approx([-0.75, -1.0, -0.75, 0.0, 0.0, 0.0, 16.0])


def test_a_table_from_zero_has_nothing_below():
    assert not np.any(beyond_ends(EVEN, np.array([0.0, 0.5, 3.0])))
