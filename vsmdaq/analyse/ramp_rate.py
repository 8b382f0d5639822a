"""Rate of a current ramp, from what was read on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vsmdaq.analyse.lsq import fit_linear

__all__ = ["RateFit", "fit_rate"]

_NEAR = 0.02  # of the whole ramp: readings nearer to an end may be from before or after it


@dataclass(frozen=True, slots=True)
class RateFit:
    """Signed rate (A/s) with its standard uncertainty; largest distance of a reading from the straight line (A)."""

    rate_a_per_s: float
    u_a_per_s: float
    largest_a: float


def fit_rate(readings: Sequence[tuple[float, float]], start_a: float, end_a: float) -> RateFit | None:
    """Fit a straight line to the readings between both ends of a ramp.

    Parameters
    ----------
    readings : sequence of (float, float)
        Time (s) and current (A).
    start_a, end_a : float
        Ends of the ramp, A.

    Returns
    -------
    RateFit or None
        None where fewer than three readings lie between the ends.
    """
    low, high = sorted((start_a, end_a))
    margin = _NEAR * (high - low)
    inside = [(t, current) for t, current in readings if low + margin < current < high - margin]
    if len(inside) < 3:
        return None
    time = np.array([t for t, _ in inside])
    design = np.column_stack([np.ones_like(time), time - time[0]])
    fit = fit_linear(design, np.zeros_like(design), np.array([current for _, current in inside]))
    if fit is None:
        return None
    u = math.sqrt(fit.variance * float(fit.inverse[1, 1]))
    return RateFit(float(fit.beta[1]), u, float(np.abs(fit.residuals).max()))
