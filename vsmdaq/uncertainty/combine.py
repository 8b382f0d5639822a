"""Sums, covariances and comparisons of estimates that may share inputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Component, Estimate
from vsmdaq.uncertainty.errors import PropagationError

__all__ = [
    "WeightedMean",
    "correlation",
    "covariance",
    "linear_combination",
    "merge",
    "normalised_error",
    "weighted_mean",
]


def merge(components: Iterable[Component]) -> tuple[Component, ...]:
    """Add contributions of the same input with their signs, in order of first appearance.

    What is noise in one place and common in another is common: it does not average out. A contribution of 0 has no say.
    A distribution that somebody named stands against "normal", which is also said where nobody knows.

    Raises
    ------
    PropagationError
        One name with two numbers of degrees of freedom: these are two inputs.
    """
    merged: dict[str, Component] = {}
    for new in components:
        old = merged.get(new.name)
        if old is None:
            merged[new.name] = new
            continue
        if old.dof != new.dof:
            raise PropagationError(
                f"two inputs are called {new.name!r}: one with {old.dof:g}, one with {new.dof:g} degrees of freedom; "
                "equal names mean the same input",
                input_name=new.name,
            )
        noise = [c.noise for c in (old, new) if c.contribution != 0.0] or [old.noise, new.noise]
        merged[new.name] = replace(
            old,
            contribution=old.contribution + new.contribution,
            noise=all(noise),
            distribution=new.distribution if old.distribution == "normal" else old.distribution,
            ensemble=old.ensemble or new.ensemble,
        )
    return tuple(merged.values())


def linear_combination(coefficients: Sequence[float], estimates: Sequence[Estimate], unit: str) -> Estimate:
    """Sum of coefficient times estimate, in `unit`; what they share adds with its sign."""
    value = math.fsum(c * e.value for c, e in zip(coefficients, estimates, strict=True))
    parts = (
        replace(component, contribution=c * component.contribution)
        for c, e in zip(coefficients, estimates, strict=True)
        for component in e.components
    )
    return Estimate(value, unit, merge(parts))


def covariance(estimates: Sequence[Estimate]) -> NDArray[np.float64]:
    """Covariance matrix of estimates, from the inputs that they share.

    Parameters
    ----------
    estimates : sequence of Estimate
        n estimates.

    Returns
    -------
    ndarray of shape (n, n)
        In the products of their units.
    """
    rows: dict[str, int] = {}
    for estimate in estimates:
        for component in estimate.components:
            rows.setdefault(component.name, len(rows))
    contributions = np.zeros((len(rows), len(estimates)))
    for column, estimate in enumerate(estimates):
        for component in estimate.components:
            contributions[rows[component.name], column] += component.contribution
    return contributions.T @ contributions


def correlation(estimates: Sequence[Estimate]) -> NDArray[np.float64]:
    """Correlation matrix of n estimates, shape (n, n); an estimate without uncertainty correlates with itself alone."""
    matrix = covariance(estimates)
    deviations = np.sqrt(np.diag(matrix))
    deviations[deviations == 0.0] = 1.0
    result: NDArray[np.float64] = matrix / np.outer(deviations, deviations)
    np.fill_diagonal(result, 1.0)
    return result


def normalised_error(one: Estimate, other: Estimate, coverage: float = 2.0) -> float:
    """E_n = |a - b|/U(a - b), U with the coverage factor given; agreement is E_n <= 1 (ISO 13528, 9.7).

    Without shared inputs U(a - b)^2 = U(a)^2 + U(b)^2; what they share cancels.

    Raises
    ------
    PropagationError
        Units differ, or the difference has no uncertainty to compare with.
    """
    if one.unit != other.unit:
        raise PropagationError(
            f"E_n of a value in {one.unit} and one in {other.unit} was asked for; allowed: equal units"
        )
    difference = linear_combination((1.0, -1.0), (one, other), one.unit)
    if difference.u == 0.0:
        raise PropagationError("E_n of two values whose difference has no uncertainty was asked for")
    return abs(difference.value) / (coverage * difference.u)


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """Least-squares mean of estimates of one quantity.

    Attributes
    ----------
    estimate : Estimate
        The mean, with all inputs kept.
    weights : tuple of float
        They add up to 1; strong correlation may make one negative.
    birge_ratio : float
        sqrt(chi^2/(n-1)); well above 1 says that the estimates disagree beyond their uncertainties.
    """

    estimate: Estimate
    weights: tuple[float, ...]
    birge_ratio: float


def weighted_mean(estimates: Sequence[Estimate]) -> WeightedMean:
    """Mean of two or more estimates of one quantity, weighted by the inverse of their covariance.

    Raises
    ------
    PropagationError
        Fewer than two, different units, or a singular covariance matrix (an estimate without uncertainty, or two that
        depend on the same inputs alone).
    """
    units = {e.unit for e in estimates}
    if len(estimates) < 2 or len(units) != 1:
        raise PropagationError(
            f"the mean of {len(estimates)} estimates in {', '.join(sorted(units)) or 'no unit'} was asked for; "
            "allowed: two or more, in one unit"
        )
    matrix = covariance(estimates)
    deviations = np.sqrt(np.diag(matrix))
    if not np.all(deviations > 0.0):
        raise PropagationError("a weighted mean with an estimate of no uncertainty was asked for; allowed: u above 0")
    scaled = matrix / np.outer(deviations, deviations)
    if np.linalg.cond(scaled) > 1e12:
        raise PropagationError(
            "a weighted mean of fully correlated estimates was asked for; they hold one piece of news"
        )
    inverse = np.linalg.inv(scaled) / np.outer(deviations, deviations)
    weights = inverse.sum(axis=0) / inverse.sum()
    mean = linear_combination([float(w) for w in weights], estimates, estimates[0].unit)
    residuals = np.array([e.value - mean.value for e in estimates])
    chi2 = float(residuals @ inverse @ residuals)
    return WeightedMean(mean, tuple(float(w) for w in weights), math.sqrt(chi2 / (len(estimates) - 1)))
