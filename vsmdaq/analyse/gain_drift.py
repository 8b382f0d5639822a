"""Drift of the gain from states that a run comes back to: what changes in proportion to the signal, as a rate.

Where the moment depends on the field alone (a saturated loop beyond its high-field limit, a paramagnet everywhere) a gain that changes
by the relative rate r shows as v = f(H) (1 + r t), f = c + a sgn H + b H + d H |H|. The smooth f takes up what is the
same on both ways, so that r follows from their difference, at fields that need not be the same to the last A/m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GainDrift", "gain_drift"]

Array = NDArray[np.float64]

FEWEST = 8
"""Points from which on the rate is told from the curve."""

_RETURNS = 0.3
"""Least share of time that is no smooth function of the field."""

_ROUNDS = 3
_RANK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class GainDrift:
    """A relative rate of the gain.

    Attributes
    ----------
    rate_per_s : float
        r of v = f(H) (1 + r t).
    u_per_s : float
        From the noise of the points, enlarged by their scatter about the model.
    d_value, d_field : ndarray, (n,)
        Derivatives of the rate by each v and by each H.
    time_s : float
        The time t = 0: the mean over the points.
    """

    rate_per_s: float
    u_per_s: float
    d_value: Array
    d_field: Array
    time_s: float


def gain_drift(field: Array, value: Array, time_s: Array, u_value: Array, u_field: Array) -> GainDrift | None:
    """Find the rate; None where the points do not tell it from the curve.

    Parameters
    ----------
    field, value, time_s : ndarray, (n,)
        H (A/m), signal or moment, time (s) of points on a curve without hysteresis.
    u_value, u_field : ndarray, (n,)
        Their noise.
    """
    if field.size < FEWEST:
        return None
    middle, span = float(np.mean(time_s)), float(np.ptp(time_s))
    scale, size = float(np.max(np.abs(field))), float(np.max(np.abs(value)))
    if not (span > 0.0 and scale > 0.0 and size > 0.0):
        return None
    time, h = (time_s - middle) / span, field / scale
    if not _returns(h, time):
        return None
    curve = np.column_stack([np.ones_like(h), np.sign(h), h, h * np.abs(h)])
    course, slope, rate = value, np.zeros_like(h), 0.0
    columns, inverse, u = curve, curve, u_value
    beta = np.zeros(curve.shape[1] + 1)
    for _ in range(_ROUNDS):
        u = np.hypot(u_value, slope * u_field)
        columns = np.column_stack([curve, course / size * time]) / u[:, None]
        found = _solve(columns, value / u)
        if found is None:
            return None
        beta, inverse = found
        rate = float(beta[-1]) / size
        course = curve @ beta[:-1]
        slope = (beta[2] + 2.0 * beta[3] * np.abs(h)) / scale
    dof = field.size - np.linalg.matrix_rank(columns)
    spread = math.sqrt(float(np.sum((value / u - columns @ beta) ** 2)) / dof) if dof > 0 else 1.0
    d_value = inverse[-1] / u / size / span
    u_rate = max(spread, 1.0) * float(np.linalg.norm(d_value * u))
    return GainDrift(rate / span, u_rate, d_value, -d_value * slope, middle)


def _returns(h: Array, time: Array) -> bool:
    """Time is no smooth function of the field: the same fields were come back to."""
    smooth = np.vander(h, 4)
    rest = time - smooth @ np.linalg.lstsq(smooth, time, rcond=None)[0]
    return float(np.linalg.norm(rest)) > _RETURNS * float(np.linalg.norm(time))


def _solve(columns: Array, target: Array) -> tuple[Array, Array] | None:
    """Coefficients and the matrix that makes them; None where the last one is not determined."""
    sizes = np.linalg.norm(columns, axis=0)
    if not sizes[-1] > 0.0:
        return None
    sizes[sizes == 0.0] = 1.0
    scaled = columns / sizes
    rest, last = scaled[:, :-1], scaled[:, -1]
    inverse_rest = np.linalg.pinv(rest, rcond=_RANK)
    left = last - rest @ (inverse_rest @ last)
    if not float(np.linalg.norm(left)) > 1e-6:
        return None
    inverse = np.linalg.pinv(scaled, rcond=_RANK) / sizes[:, None]
    return inverse @ target, inverse
