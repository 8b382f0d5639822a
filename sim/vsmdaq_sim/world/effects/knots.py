"""Knots: fixed instants between which everything that changes by itself is taken as straight in time."""

from __future__ import annotations

import math

__all__ = ["next_knot_s"]


def next_knot_s(time_s: float, knots_s: tuple[float, ...]) -> float:
    """Get the first knot after a time, s: a whole multiple of one of the distances; inf where all of them are inf."""
    after = math.inf
    for distance_s in knots_s:
        if distance_s < math.inf:
            knot = distance_s * (math.floor(time_s / distance_s) + 1)
            if knot - time_s <= 1e-6 * distance_s:  # rounding: this one has just been passed
                knot += distance_s
            after = min(after, knot)
    return after
