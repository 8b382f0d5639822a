"""Weighted linear least squares, with its covariance as independent parts and a verdict on the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["WeightedFit", "fit_weighted"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedFit:
    """Solution for p coefficients from n ordinates with known noise.

    Attributes
    ----------
    beta : ndarray, shape (p,)
        Coefficients.
    factor : ndarray, shape (p, p)
        factor factor' is the covariance of `beta` by the known noise.
    residuals : ndarray, shape (n,)
        Ordinate minus fit, in units of its noise.
    """

    beta: Array
    factor: Array
    residuals: Array

    @property
    def chi2(self) -> float:
        """Sum of the squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def dof(self) -> int:
        """Degrees of freedom, n - p."""
        return int(self.residuals.size - self.beta.size)

    @property
    def spread(self) -> float:
        """Birge ratio sqrt(chi2/dof), at least 1: what the known noise must be enlarged by to explain the scatter."""
        return max(1.0, math.sqrt(self.chi2 / self.dof)) if self.dof > 0 else 1.0

    @property
    def credible(self) -> bool:
        """Whether chi2 lies within five of its standard deviations above what it should be."""
        return self.chi2 <= self.dof + 5.0 * math.sqrt(2.0 * max(self.dof, 1))


def fit_weighted(design: Array, ordinate: Array, u: Array) -> WeightedFit | None:
    """Solve; None where the columns do not determine the coefficients.

    Parameters
    ----------
    design : ndarray, shape (n, p)
        Columns.
    ordinate, u : ndarray, shape (n,)
        Values and their standard uncertainties (> 0), independent of each other.
    """
    rows, target = design / u[:, None], ordinate / u
    scale = np.sqrt(np.einsum("ij,ij->j", rows, rows))
    if rows.shape[0] < rows.shape[1] or not scale.min() > 0.0:
        return None
    left, sizes, right = np.linalg.svd(rows / scale, full_matrices=False)
    if sizes[-1] < 1e-9 * sizes[0]:
        return None
    factor = right.T / sizes / scale[:, None]
    beta = factor @ (left.T @ target)
    return WeightedFit(beta, factor, target - rows @ beta)
