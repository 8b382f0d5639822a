"""The straight ends of a loop: saturation, slope and offset, fitted jointly to both ends and branches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.lsq import LinearFit, fit_linear
from vsmdaq.analyse.parameter import Parameter

__all__ = ["HighField", "fit_high_field"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HighField:
    """m = offset + saturation·sign(H) + slope·H, where |H| >= fraction·max|H|.

    Attributes
    ----------
    saturation, slope, offset : Parameter
        With gradients; a moment, a moment per field, a moment.
    scatter : float
        Standard deviation of one moment about the fit (n - 3 degrees of freedom).
    bend : float
        How far the ends are from straight: the coefficient of sign(H)·H² over its standard uncertainty by scatter; beyond
        about 4 the sample is not saturated, and `saturation` depends on where the ends begin.
    points : int
        Number of points fitted.
    """

    saturation: Parameter
    slope: Parameter
    offset: Parameter
    scatter: float
    bend: float
    points: int


def fit_high_field(field: Array, moment: Array, index: NDArray[np.intp], fraction: float) -> HighField | str:
    """Fit the ends of a loop, or say why that cannot be.

    Parameters
    ----------
    field, moment : ndarray, shape (n,)
        The loop.
    index : ndarray of int
        Points that may be used (not those of a virgin curve).
    fraction : float
        Where the ends begin, of the largest |H|.
    """
    h = field[index]
    largest = float(np.max(np.abs(h)))
    chosen = index[np.abs(h) >= fraction * largest * (1.0 - 1e-9)]
    h = field[chosen] / largest if largest > 0.0 else field[chosen]
    for side, name in ((1.0, "positive"), (-1.0, "negative")):
        ends = h[side * h > 0.0]
        if ends.size < 2 or float(np.ptp(ends)) <= 1e-9:
            return f"fewer than 2 different {name} fields beyond {fraction:g} of the largest"
    ones = np.ones_like(h)
    design = np.stack([ones, np.sign(h), h], axis=1)
    derivative = np.stack([0.0 * ones, 0.0 * ones, ones], axis=1)
    fit = fit_linear(design, derivative, moment[chosen])
    if fit is None:
        return f"the points beyond {fraction:g} of the largest field do not determine saturation and slope apart"
    parts = [_spread(fit, k, chosen, field.size, largest) for k in range(3)]
    return HighField(parts[1], parts[2], parts[0], math.sqrt(fit.variance), _bend(fit, h, moment[chosen]), h.size)


def _spread(fit: LinearFit, k: int, chosen: NDArray[np.intp], n: int, largest: float) -> Parameter:
    """Coefficient k in the units of the loop, its gradient at the points' places in it."""
    by_moment, by_field = fit.gradient(np.eye(3)[k])
    unit = 1.0 / largest if k == 2 else 1.0
    d_moment, d_field = np.zeros(n), np.zeros(n)
    d_moment[chosen] = by_moment * unit
    d_field[chosen] = by_field * unit / largest
    return Parameter(float(fit.beta[k]) * unit, d_moment, d_field)


def _bend(fit: LinearFit, h: Array, moment: Array) -> float:
    design = np.column_stack([fit.design, np.sign(h) * h**2])
    bent = fit_linear(design, np.zeros_like(design), moment)
    if bent is None or bent.dof < 1:
        return 0.0
    u = math.sqrt(bent.variance * float(bent.inverse[3, 3]))
    # Below rounding a bend means nothing.
    floor = 1e-12 * float(np.max(np.abs(moment))) * math.sqrt(float(bent.inverse[3, 3]))
    return float(bent.beta[3]) / max(u, floor) if max(u, floor) > 0.0 else 0.0
