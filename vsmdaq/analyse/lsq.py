"""Linear least squares that knows how its answers move with ordinates and abscissae.

beta = G A'm with G = (A'A)^-1. A row a_i of A depends on its own abscissa x_i only, so for a fixed vector c

    d(c'beta)/dm_i = a_i'Gc
    d(c'beta)/dx_i = (m_i - a_i'beta) (da_i/dx_i)'Gc - (da_i/dx_i)'beta · a_i'Gc
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LinearFit", "fit_linear"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """Solution of an unweighted linear least-squares problem with n points and p coefficients.

    Attributes
    ----------
    beta : ndarray, shape (p,)
        Coefficients.
    inverse : ndarray, shape (p, p)
        (A'A)^-1: times the variance of an ordinate it is the covariance of `beta`.
    residuals : ndarray, shape (n,)
        Ordinate minus fit.
    design, derivative : ndarray, shape (n, p)
        A, and each row's derivative with respect to its abscissa.
    """

    beta: Array
    inverse: Array
    residuals: Array
    design: Array
    derivative: Array

    @property
    def dof(self) -> int:
        """Degrees of freedom, n - p."""
        return int(self.residuals.size - self.beta.size)

    @property
    def variance(self) -> float:
        """Variance of one ordinate by the scatter about the fit; 0 without degrees of freedom."""
        return float(self.residuals @ self.residuals) / self.dof if self.dof > 0 else 0.0

    def gradient(self, c: Array) -> tuple[Array, Array]:
        """Derivatives (n,) of c'beta with respect to ordinates and abscissae; `c` (p,) held fixed."""
        gc = self.inverse @ c
        by_ordinate = self.design @ gc
        by_abscissa = self.residuals * (self.derivative @ gc) - (self.derivative @ self.beta) * by_ordinate
        return by_ordinate, by_abscissa


def fit_linear(design: Array, derivative: Array, ordinate: Array) -> LinearFit | None:
    """Solve by SVD, columns scaled to length 1; None where the columns do not determine the coefficients."""
    scale = np.sqrt(np.einsum("ij,ij->j", design, design))
    if design.shape[0] < design.shape[1] or not scale.min() > 0.0:
        return None
    u, s, vt = np.linalg.svd(design / scale, full_matrices=False)
    if s[-1] < 1e-9 * s[0]:
        return None
    root = vt.T / s / scale[:, None]  # root root' = (A'A)^-1
    beta = root @ (u.T @ ordinate)
    return LinearFit(beta, root @ root.T, ordinate - design @ beta, design, derivative)
