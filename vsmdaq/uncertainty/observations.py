"""Type A: means of repeated observations, of several quantities observed together, and results of fits with their covariance.

JCGM 100:2008, 4.2 and 5.2.3 (means and their covariance), H.2 (observed together), H.3 (coefficients of a line).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty.errors import PropagationError

__all__ = ["correlated", "mean_of", "means_of"]

Array = NDArray[np.float64]


def mean_of(observations: ArrayLike, unit: str = "1") -> Quantity:
    """Mean of n independent observations with u = s/sqrt(n) and n - 1 degrees of freedom.

    Raises
    ------
    PropagationError
        Fewer than two observations, or one that is not finite.
    """
    values = _checked(observations, "observations")
    u = float(np.std(values, ddof=1)) / math.sqrt(values.size)
    return Quantity(float(np.mean(values)), u, unit, values.size - 1.0)


def means_of(
    observations: Mapping[str, ArrayLike], label: str, units: Mapping[str, str] | None = None
) -> dict[str, Estimate]:
    """Means of quantities that were observed together n times, with the covariance that the observations show.

    Parameters
    ----------
    observations : mapping of str to array_like
        n observations of each quantity, in the same order.
    label : str
        Name of the set of observations; the inputs that the means share are called ``label#1``, ``label#2`` ...
    units : mapping of str to str, optional
        Unit of each quantity.

    Raises
    ------
    PropagationError
        Fewer than two observations, different numbers of them, or one that is not finite.
    """
    rows = {name: _checked(values, name) for name, values in observations.items()}
    if len({row.size for row in rows.values()}) > 1:
        sizes = ", ".join(f"{name}: {row.size}" for name, row in rows.items())
        raise PropagationError(f"observations in different numbers were given ({sizes}); allowed: as many of each")
    stacked = np.stack(list(rows.values()))
    n = stacked.shape[1]
    means = stacked.mean(axis=1)
    matrix = np.cov(stacked, ddof=1).reshape(len(rows), len(rows)) / n
    return correlated(dict(zip(rows, map(float, means), strict=True)), matrix, label, dof=n - 1.0, units=units)


def correlated(
    values: Mapping[str, float],
    covariance: ArrayLike,
    label: str,
    *,
    dof: float = math.inf,
    units: Mapping[str, str] | None = None,
    noise: bool = False,
) -> dict[str, Estimate]:
    """Estimates of given values and covariance.

    Parameters
    ----------
    values : mapping of str to float
        k values by name.
    covariance : array_like, shape (k, k)
        In the order of `values`, in the products of their units.
    label : str
        The independent inputs behind them are called ``label#1`` ... and are one ensemble of that name.
    dof : float
        Degrees of freedom of the covariance.
    units : mapping of str to str, optional
        Unit of each.
    noise : bool
        Whether they come from the noise of readings.

    Raises
    ------
    PropagationError
        The matrix is no covariance: of another shape, not symmetric, or with a negative variance along some direction.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    k = len(values)
    if (
        matrix.shape != (k, k)
        or not np.isfinite(matrix).all()
        or not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0)
    ):
        raise PropagationError(
            f"a covariance of shape {matrix.shape} was given; allowed: finite, symmetric, ({k}, {k})"
        )
    deviations = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.where(deviations > 0.0, deviations, 1.0)  # values may differ by many decades
    eigenvalues, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if eigenvalues.size and float(eigenvalues.min()) < -1e-9 * k:
        raise PropagationError("a covariance with a negative variance along some direction was given; allowed: none")
    factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None)) * scale[:, None]
    return {
        name: Estimate(
            value,
            (units or {}).get(name, "1"),
            tuple(
                Component(f"{label}#{j + 1}", float(factor[i, j]), noise, dof, ensemble=label)
                for j in range(k)
                if factor[i, j] != 0.0
            ),
        )
        for i, (name, value) in enumerate(values.items())
    }


def _checked(observations: ArrayLike | Sequence[float], name: str) -> Array:
    values = np.asarray(observations, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all():
        raise PropagationError(
            f"{name}: {values.shape} observations were given; allowed: two or more finite ones", input_name=name
        )
    return values
