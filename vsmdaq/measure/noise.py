"""The noise of single readings, pooled over points.

A point's own few, correlated samples say little about their noise; all points together say it well. The dwell and the
standard error of a point are therefore taken from the pool, which starts from what the bench file expects.
"""

from __future__ import annotations

import math

__all__ = ["NoisePool"]


class NoisePool:
    """Running estimate of a variance from many small groups of readings.

    Parameters
    ----------
    prior : float
        Expected standard deviation (any unit); may be 0 where nothing is known.
    prior_weight : float
        Degrees of freedom that the expectation is worth.
    """

    def __init__(self, prior: float, prior_weight: float) -> None:
        self._sum = prior**2 * prior_weight
        self._weight = prior_weight

    @property
    def dof(self) -> float:
        """Degrees of freedom collected so far."""
        return self._weight

    @property
    def sigma(self) -> float:
        """Standard deviation in the unit of the prior; 0 while nothing is known."""
        return math.sqrt(self._sum / self._weight) if self._weight > 0 else 0.0

    def add(self, variance: float, dof: float) -> None:
        """Add one group's variance estimate with its degrees of freedom (ignored where it has none)."""
        if dof > 0:
            self._sum += variance * dof
            self._weight += dof
