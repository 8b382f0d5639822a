"""Field constant, offset of the gaussmeter and remanence of the yoke, from one symmetric cycle of the current.

Well behind a turning point the reading is a straight line on either branch,

    reading = offset + slope I + remanence d,        d = +1 on the way down, -1 on the way up,

so that the three are told apart, where the slope between the two ends alone would be short by the remanence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vsmdaq.analyse.lsq import fit_linear

__all__ = ["CycleFit", "CyclePoint", "fit_cycle"]


@dataclass(frozen=True, slots=True)
class CyclePoint:
    """One steady point: current (A), mean reading (A/m), its standard uncertainty (A/m), and whether I is on its way down."""

    current_a: float
    field_a_per_m: float
    u_a_per_m: float
    downward: bool


@dataclass(frozen=True, slots=True)
class CycleFit:
    """What a cycle says, each with its standard uncertainty.

    Attributes
    ----------
    slope_per_m, u_slope_per_m : float
        Reading per current, (A/m)/A.
    offset_a_per_m, u_offset_a_per_m : float
        Reading without field, A/m.
    remanence_a_per_m, u_remanence_a_per_m : float
        What the yoke keeps at zero current after this cycle, A/m; its sign is that of the field before.
    chi2 : float
        Chi-squared about the lines by the points' own uncertainties.
    dof : int
        Its degrees of freedom.
    """

    slope_per_m: float
    u_slope_per_m: float
    offset_a_per_m: float
    u_offset_a_per_m: float
    remanence_a_per_m: float
    u_remanence_a_per_m: float
    chi2: float
    dof: int


def fit_cycle(points: Sequence[CyclePoint]) -> CycleFit | None:
    """Fit the straight parts: what lies on the far side of zero from the last turning point.

    How far behind the turning point a branch is straight is not known beforehand. The fit is made again with the farther half alone,
    and by how much that moves a result is part of its uncertainty.

    Parameters
    ----------
    points : sequence of CyclePoint
        Both branches of a symmetric cycle. Those on the near side of zero are left out.

    Returns
    -------
    CycleFit or None
        None where the points that are left do not determine it. Uncertainties are widened where the scatter about the lines is
        more than that of the points.
    """
    far = [p for p in points if (p.current_a <= 0.0) == p.downward or p.current_a == 0.0]
    most_a = max((abs(p.current_a) for p in far), default=0.0)
    whole, outer = _lines(far), _lines([p for p in far if abs(p.current_a) >= 0.45 * most_a])
    if whole is None or outer is None:
        return whole
    return replace(
        whole,
        u_slope_per_m=_with(whole.u_slope_per_m, outer.slope_per_m - whole.slope_per_m, outer.u_slope_per_m),
        u_offset_a_per_m=_with(
            whole.u_offset_a_per_m, outer.offset_a_per_m - whole.offset_a_per_m, outer.u_offset_a_per_m
        ),
        u_remanence_a_per_m=_with(
            whole.u_remanence_a_per_m, outer.remanence_a_per_m - whole.remanence_a_per_m, outer.u_remanence_a_per_m
        ),
    )


def _with(u: float, moved: float, u_outer: float) -> float:
    """Uncertainty with what the choice of points moves, beyond what the noise alone would."""
    beyond2 = moved**2 - (u_outer**2 - u**2)
    return math.sqrt(u**2 + max(beyond2, 0.0))


def _lines(far: Sequence[CyclePoint]) -> CycleFit | None:
    if len(far) < 4:
        return None
    sigma = math.sqrt(math.fsum(p.u_a_per_m**2 for p in far) / len(far))
    current = np.array([p.current_a for p in far])
    direction = np.array([1.0 if p.downward else -1.0 for p in far])
    design = np.column_stack([np.ones_like(current), current, direction])
    fit = fit_linear(design, np.zeros_like(design), np.array([p.field_a_per_m for p in far]))
    if fit is None or not sigma > 0.0:
        return None
    chi2 = float(fit.residuals @ fit.residuals) / sigma**2
    scale = sigma * math.sqrt(max(1.0, chi2 / fit.dof))
    offset, slope, remanence = (float(value) for value in fit.beta)
    u_offset, u_slope, u_remanence = (scale * math.sqrt(value) for value in np.diag(fit.inverse))
    # the sign of what stays follows the field before it, which for turned leads is not that of the current
    sign = math.copysign(1.0, slope)
    return CycleFit(slope, u_slope, offset, u_offset, sign * remanence, u_remanence, chi2, fit.dof)
