"""Where a smooth curve has its extremum, by a polynomial through its points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

from vsmdaq.analyse.weighted import WeightedFit, fit_weighted

__all__ = ["degree_for", "extremum_of", "find_extremum", "fit_curve"]

Array = NDArray[np.float64]

ENOUGH_FOR_QUARTIC = 7


def degree_for(count: int) -> int:
    """A parabola for few points; a quartic for many: what bends the ends of a scan must not pass for curvature."""
    return 4 if count >= ENOUGH_FOR_QUARTIC else 2


def fit_curve(place: Array, value: Array, u: Array, degree: int) -> WeightedFit | None:
    """Fit a polynomial in `place`; None where there are too few different places."""
    if np.unique(place).size <= degree:
        return None
    return fit_weighted(np.vander(place, degree + 1, increasing=True), value, u)


def extremum_of(coefficients: ArrayLike, lowest: float, highest: float) -> float | None:
    """Place of the only extremum of a polynomial (lowest power first) inside an interval; None where it is not one."""
    slope = Polynomial(np.asarray(coefficients, dtype=np.float64)).deriv()
    roots = [complex(root) for root in slope.roots()]
    inside = [root.real for root in roots if abs(root.imag) < 1e-12 and lowest <= root.real <= highest]
    return inside[0] if len(inside) == 1 else None


def find_extremum(place: Sequence[float], value: Sequence[float]) -> float | None:
    """Place of the extremum of points without known noise, inside their range; None where there is none."""
    s, y = np.asarray(place, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if s.size < 3 or not np.ptp(s) > 0.0 or not np.ptp(y) > 0.0:
        return None
    middle, half = 0.5 * float(s.min() + s.max()), 0.5 * float(np.ptp(s))
    fit = fit_curve((s - middle) / half, y, np.ones_like(y), degree_for(s.size))
    if fit is None:
        return None
    found = extremum_of(fit.beta, -1.0, 1.0)
    return None if found is None else middle + half * found
