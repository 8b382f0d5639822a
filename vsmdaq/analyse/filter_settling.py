"""Time constant of a lock-in's filter, from how its output comes to rest after a step of the field."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.ramp import ramp_residual

__all__ = ["SettlingFit", "fit_settling"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SettlingFit:
    """Time constant (s) of one stage and its standard uncertainty; size of the step and scatter about the fit (V rms)."""

    time_constant_s: float
    u_s: float
    step_v_rms: float
    scatter_v_rms: float


def fit_settling(
    time_s: Array, signal_v_rms: Array, *, ramp_s: float, lag_s: float, poles: int, start_s: float
) -> SettlingFit | None:
    """Fit end, size, instant and time constant of a step behind the lag of the magnet and a cascade of stages.

    Parameters
    ----------
    time_s, signal_v_rms : ndarray, shape (n,)
        Samples since the arrival of the current; n > 6.
    ramp_s, lag_s : float
        Duration of the current's ramp, lag of the field behind the current, s.
    poles : int
        Stages of the filter.
    start_s : float
        Time constant to start from, s.

    Returns
    -------
    SettlingFit or None
        None where the step is not well above the scatter.
    """
    from scipy.optimize import least_squares  # noqa: PLC0415  scipy is loaded where it is used

    if time_s.size < 7:
        return None
    elapsed = time_s - time_s[0]
    size = float(np.abs(signal_v_rms[0] - signal_v_rms[-1]))
    if not size > 0.0:
        return None

    def solved(parameters: Array) -> tuple[Array, Array]:
        tau_s, before_s = start_s * math.exp(parameters[0]), start_s * math.exp(parameters[1])
        left = np.array([ramp_residual(float(t) + before_s, ramp_s, lag_s, tau_s, poles) for t in elapsed])
        design = np.column_stack([np.ones_like(left), -left])
        beta = np.asarray(np.linalg.lstsq(design, signal_v_rms, rcond=None)[0], dtype=np.float64)
        return beta, (signal_v_rms - design @ beta) / size

    def residuals_of(parameters: Array) -> Array:
        return solved(parameters)[1]

    found = least_squares(residuals_of, [0.0, -2.0], bounds=([-3.0, -7.0], [3.0, 2.5]), x_scale=[0.1, 0.5])
    beta, residuals = solved(found.x)
    dof = time_s.size - 4
    scatter = math.sqrt(float(residuals @ residuals) / dof)
    try:
        covariance = np.linalg.inv(found.jac.T @ found.jac) * scatter**2
    except np.linalg.LinAlgError:
        return None
    tau_s = start_s * math.exp(float(found.x[0]))
    u_s = tau_s * math.sqrt(float(covariance[0, 0]))
    return SettlingFit(tau_s, u_s, float(beta[1]), scatter * size) if u_s < 0.3 * tau_s else None
