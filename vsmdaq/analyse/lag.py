"""Time constant of a first-order lag, from what is left of steps in a slowly sampled field.

Only the tail behind a step is used, and the instant of the step is left free: what a supply and a gaussmeter take to
answer drops out. What a gaussmeter averages over itself does not, and is part of the lag that is found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.ramp import ramp_residual

__all__ = ["LagFit", "Tail", "fit_lag", "longest_unseen_lag"]

Array = NDArray[np.float64]

_VISIBLE = 10.0
"""A tail that starts with less than this many standard deviations of a reading says nothing of its time constant."""


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """Readings after one step.

    Attributes
    ----------
    time_s, field_a_per_m : ndarray, shape (n,)
        When each reading was taken (s) and what it said (A/m); the step is over before the first.
    u_time_s : ndarray, shape (n,)
        Standard uncertainty of the instants, s.
    """

    time_s: Array
    field_a_per_m: Array
    u_time_s: Array


@dataclass(frozen=True, slots=True)
class LagFit:
    """Time constant (s) with its standard uncertainty, chi-squared of the fit and its degrees of freedom."""

    lag_s: float
    u_s: float
    chi2: float
    dof: int


def fit_lag(tails: Sequence[Tail], u_field_a_per_m: float) -> LagFit | None:
    """Fit H = H_end - C exp(-t/lag) to several steps, each with its own H_end and C.

    Parameters
    ----------
    tails : sequence of Tail
        One for each step; those with fewer than four readings are left out.
    u_field_a_per_m : float
        Standard deviation of one reading, A/m; > 0.

    Returns
    -------
    LagFit or None
        None where the tails are too short or too faint: the lag is then shorter than the readings can show. The uncertainty
        is widened where the scatter about the fit is more than the readings' own.

    Raises
    ------
    ValueError
        `u_field_a_per_m` is not positive.
    """
    if not u_field_a_per_m > 0.0:
        raise ValueError(f"a standard deviation of {u_field_a_per_m} A/m was given; allowed: more than 0")
    used = [tail for tail in tails if tail.time_s.size >= 4]
    visible = [t for t in used if abs(t.field_a_per_m[0] - t.field_a_per_m[-1]) > _VISIBLE * u_field_a_per_m]
    dof = sum(tail.time_s.size - 2 for tail in visible) - 1
    if not visible or dof < 1:
        return None
    spacing_s = float(np.median(np.concatenate([np.diff(tail.time_s) for tail in visible])))
    longest_s = max(float(tail.time_s[-1] - tail.time_s[0]) for tail in visible)
    log_tau = _coarse(visible, u_field_a_per_m, 0.05 * spacing_s, longest_s)
    chi2 = curvature = 0.0
    for _ in range(4):  # the instants weigh by the slope, which is known better each time
        weights = [_weights(tail, math.exp(log_tau), u_field_a_per_m) for tail in visible]
        log_tau, chi2, curvature = _minimum(visible, weights, log_tau)
    if not curvature > 0.0:
        return None
    tau_s = math.exp(log_tau)
    u_s = tau_s * math.sqrt(2.0 / curvature) * math.sqrt(max(1.0, chi2 / dof))
    return LagFit(tau_s, u_s, chi2, dof) if u_s < 0.5 * tau_s else None


def longest_unseen_lag(elapsed_s: float, ramp_s: float, step_a_per_m: float, u_field_a_per_m: float) -> float | None:
    """Longest time constant (s) whose tail `fit_lag` would still not have seen.

    Parameters
    ----------
    elapsed_s : float
        From the end of the ramp to the first reading, s; at most so much: a longer one is to the safe side.
    ramp_s, step_a_per_m : float
        Duration of the ramp (s), and by how much the field changed (A/m).
    u_field_a_per_m : float
        Standard deviation of one reading, A/m.

    Returns
    -------
    float or None
        None where the step is too small to show any tail.
    """
    left = (_VISIBLE + 3.0) * u_field_a_per_m / abs(step_a_per_m)  # both ends of a tail scatter
    if not left < 0.5 or elapsed_s <= 0.0:
        return None
    low, high = 0.0, 10.0 * (elapsed_s + ramp_s)
    while ramp_residual(elapsed_s, ramp_s, high, 0.0, 0) < left:
        low, high = high, 2.0 * high
    while high - low > 1e-6 * high:
        middle = 0.5 * (low + high)
        if ramp_residual(elapsed_s, ramp_s, middle, 0.0, 0) < left:
            low = middle
        else:
            high = middle
    return high


def _coarse(tails: Sequence[Tail], u_field: float, shortest_s: float, longest_s: float) -> float:
    """Best of a grid of time constants, as a logarithm."""
    grid = np.linspace(math.log(shortest_s), math.log(longest_s), 80)
    weights = [np.full(tail.time_s.size, u_field**-2) for tail in tails]
    sums = [_chi2(tails, weights, float(value)) for value in grid]
    return float(grid[int(np.argmin(sums))])


def _solved(tail: Tail, weights: Array, tau_s: float) -> tuple[Array, Array]:
    """Coefficients (H_end, C) and weighted residuals at a time constant."""
    fall = -np.exp(-(tail.time_s - tail.time_s[0]) / tau_s)
    total = weights.sum()
    fall_mean, field_mean = weights @ fall / total, weights @ tail.field_a_per_m / total
    fall_off, field_off = fall - fall_mean, tail.field_a_per_m - field_mean
    spread = weights @ (fall_off * fall_off)
    size = weights @ (fall_off * field_off) / spread if spread > 0.0 else 0.0
    return np.array([field_mean - size * fall_mean, size]), np.sqrt(weights) * (field_off - size * fall_off)


def _weights(tail: Tail, tau_s: float, u_field: float) -> Array:
    beta, _ = _solved(tail, np.full(tail.time_s.size, u_field**-2), tau_s)
    slope = beta[1] / tau_s * np.exp(-(tail.time_s - tail.time_s[0]) / tau_s)
    variance: Array = u_field**2 + (slope * tail.u_time_s) ** 2
    return np.reciprocal(variance)


def _chi2(tails: Sequence[Tail], weights: Sequence[Array], log_tau: float) -> float:
    total = 0.0
    for tail, weight in zip(tails, weights, strict=True):
        _, residuals = _solved(tail, weight, math.exp(log_tau))
        total += float(residuals @ residuals)
    return total


def _minimum(tails: Sequence[Tail], weights: Sequence[Array], start: float) -> tuple[float, float, float]:
    """Minimum near `start`: logarithm of the time constant, chi-squared, and its second derivative by that logarithm."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  scipy is loaded where it is used

    def chi2_at(value: float) -> float:
        return _chi2(tails, weights, float(value))

    found: Any = minimize_scalar(
        chi2_at,
        bounds=(start - 0.7, start + 0.7),
        method="bounded",
        options={"xatol": 1e-9},
    )
    at, lowest = float(found.x), float(found.fun)
    step, rise = 1e-3, 0.0
    for _ in range(12):  # wide enough to be seen above rounding, near enough to be a parabola
        rise = _chi2(tails, weights, at + step) + _chi2(tails, weights, at - step) - 2.0 * lowest
        if rise > 0.5:
            break
        step *= 2.0
    return at, lowest, rise / step**2
