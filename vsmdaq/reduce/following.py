"""Whether the moment went on after the field had come to rest, over all points of a run. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from vsmdaq.terms import MomentPoint

__all__ = ["following_flags", "following_share"]

SIGMA = 4.0
"""A share of so many standard uncertainties is no noise."""


def following_share(points: Sequence[MomentPoint]) -> tuple[float, float]:
    """Rate of X within the windows over the step of X that led to them, and its standard uncertainty, 1/s.

    Least squares of drift = share x step over all points that follow one another; infinite uncertainty where nothing is known.
    """
    along = weight = 0.0
    for before, point in pairwise(points):
        if point.index != before.index + 1 or point.u_drift_x_v_per_s <= 0.0:
            continue
        step_v = point.x_v_rms - before.x_v_rms
        along += point.drift_x_v_per_s * step_v / point.u_drift_x_v_per_s**2
        weight += (step_v / point.u_drift_x_v_per_s) ** 2
    return (along / weight, 1.0 / math.sqrt(weight)) if weight > 0.0 else (0.0, math.inf)


def following_flags(points: Sequence[MomentPoint]) -> tuple[str, ...]:
    """What a result has to say where the moment follows late; empty where it does not, as far as can be told."""
    share, u = following_share(points)
    if share <= SIGMA * u:
        return ()
    text = (
        f"follows_late: after each step the moment goes on by ({100 * share:.2g} ± {100 * u:.1g}) % of it a second; "
        "coercive field and remanence are those of this sweep, not static ones"
    )
    return (text,)
