"""A table between its points: straight lines, a smooth curve, and what is said beyond its ends; all linear in the values.

The smooth curve is the cubic of Hermite whose slope at a point is that of the parabola through it and its two neighbours
(Bessel; C. de Boor, A Practical Guide to Splines, chapter IV). Each function gives a matrix (n, K): times the K values of the
table it is what the table says at the n places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["beyond_ends", "smooth", "straight"]

Array = NDArray[np.float64]


def straight(knots: Array, places: Array) -> Array:
    """Straight lines between the knots; beyond the ends the end's value stands.

    Parameters
    ----------
    knots : ndarray, shape (K,)
        Ascending, at least 3.
    places : ndarray, shape (n,)
        Where the table is wanted.

    Returns
    -------
    ndarray, shape (n, K)
        Weights of the values.
    """
    left, share, _ = _cells(knots, places)
    matrix = np.zeros((places.size, knots.size))
    rows = np.arange(places.size)
    matrix[rows, left] = 1.0 - share
    matrix[rows, left + 1] += share
    return matrix


def smooth(knots: Array, places: Array) -> Array:
    """Smooth curve through the values; beyond the ends the end's value stands. Arguments and result as for `straight`."""
    left, t, width = _cells(knots, places)
    slopes = _slopes(knots)
    rising = t**2 * (3.0 - 2.0 * t)
    start = (t * (1.0 - t) ** 2 * width)[:, None] * slopes[left]
    end = (-(t**2) * (1.0 - t) * width)[:, None] * slopes[left + 1]
    matrix: Array = start + end
    rows = np.arange(places.size)
    matrix[rows, left] += 1.0 - rising
    matrix[rows, left + 1] += rising
    return matrix


def beyond_ends(knots: Array, places: Array) -> Array:
    """What an even function of the place may differ by from the end's value, beyond the ends; 0 between them.

    Above the last knot the curve goes on straight. Below the first the slope goes to 0 at place 0, as that of any even function:
    a parabola. Arguments and result as for `straight`.
    """
    slopes = _slopes(knots)
    first, last = float(knots[0]), float(knots[-1])
    above = np.maximum(places - last, 0.0)
    below = np.zeros_like(places)
    if first > 0.0:
        below = (first**2 - np.minimum(np.abs(places), first) ** 2) / (2.0 * first)
    matrix: Array = above[:, None] * slopes[-1] - below[:, None] * slopes[0]
    return matrix


def _cells(knots: Array, places: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """For each place the knot on its left, its share of the way to the next, and the way's length; the ends hold what is beyond."""
    inside = np.clip(places, knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, knots.size - 2)
    width = knots[left + 1] - knots[left]
    return left, (inside - knots[left]) / width, width


def _slopes(knots: Array) -> Array:
    """Matrix (K, K) from values to slopes at the knots; at place 0 the slope is 0, as that of any even function."""
    count = knots.size
    width = np.diff(knots)
    secants = np.zeros((count - 1, count))
    rows = np.arange(count - 1)
    secants[rows, rows], secants[rows, rows + 1] = -1.0 / width, 1.0 / width
    slopes = np.zeros((count, count))
    left, right = width[:-1, None], width[1:, None]
    slopes[1:-1] = (right * secants[:-1] + left * secants[1:]) / (left + right)
    slopes[-1] = 2.0 * secants[-1] - slopes[-2]
    if knots[0] != 0.0:
        slopes[0] = 2.0 * secants[0] - slopes[1]
    return slopes
