"""The beginning of a virgin curve: Rayleigh's law, m = a + b H + c H|H|."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.lsq import fit_linear
from vsmdaq.analyse.parameter import Parameter

__all__ = ["initial_slope"]

Array = NDArray[np.float64]


def initial_slope(field: Array, moment: Array, low: NDArray[np.bool_]) -> Parameter | str:
    """Slope b at field 0, with its gradient, or why there is none.

    Parameters
    ----------
    field, moment : ndarray, shape (n,)
        The curve.
    low : ndarray of bool, shape (n,)
        The points to fit.
    """
    index = np.flatnonzero(low)
    h = field[index]
    largest = float(np.max(np.abs(h))) if h.size else 0.0
    if np.unique(h).size < 4:
        return "fewer than 4 different fields up to low_field"
    t = h / largest
    ones = np.ones_like(t)
    design = np.stack([ones, t, t * np.abs(t)], axis=1)
    derivative = np.stack([0.0 * ones, ones, 2.0 * np.abs(t)], axis=1) / largest
    fit = fit_linear(design, derivative, moment[index])
    if fit is None:
        return "the points up to low_field do not determine the slope"
    by_moment, by_field = fit.gradient(np.array([0.0, 1.0, 0.0]))
    d_moment, d_field = np.zeros(field.size), np.zeros(field.size)
    d_moment[index], d_field[index] = by_moment / largest, by_field / largest
    return Parameter(float(fit.beta[1]) / largest, d_moment, d_field)
