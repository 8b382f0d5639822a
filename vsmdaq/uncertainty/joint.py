"""Several estimates of one quantity by different methods: their weighted mean, whether they agree, and who does not.

Generalised least squares with the full covariance, which follows from the inputs that the estimates share. The Birge ratio
sqrt(chi^2/(n - 1)) judges all of them together (R. T. Birge, Phys. Rev. 40, 207 (1932)), E_n judges each against the mean of
the others (ISO 13528, 9.7). Nothing is dropped: what does not fit is named, and the mean gets the wider for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vsmdaq.terms import Component, Estimate
from vsmdaq.uncertainty.combine import linear_combination, normalised_error, weighted_mean
from vsmdaq.uncertainty.errors import PropagationError

__all__ = ["DISAGREEMENT", "Joint", "Member", "Verdict", "Widening", "joint_mean", "mean_of_repeats"]

Verdict = Literal["agrees", "outlier", "disagrees"]
Widening = Literal["beyond", "always", "never"]

DISAGREEMENT = "joint.disagreement"
"""Input that stands for what the Birge ratio adds to the uncertainty of the mean."""

_BOUND = 0.95


@dataclass(frozen=True, slots=True)
class Member:
    """One of the estimates and what the others say of it.

    Attributes
    ----------
    name : str
        The method.
    estimate : Estimate
        What it gives.
    weight : float
        Its weight in the mean; all add up to 1. One that shares an input with a better one may have a negative weight.
    normalised_error : float
        E_n against the weighted mean of the others; agreement up to 1.
    normalised_error_joint : float
        E_n against the mean of all, in which it has its own say.
    verdict : str
        ``"agrees"``; ``"outlier"``: without it the others agree; ``"disagrees"``: one of two, nobody can say which.
    """

    name: str
    estimate: Estimate
    weight: float
    normalised_error: float
    normalised_error_joint: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Joint:
    """The mean and how well its members agree.

    Attributes
    ----------
    estimate : Estimate
        The mean with all inputs kept; widened by the Birge ratio where `widened`.
    members : tuple of Member
        In the order given.
    chi2, dof, probability : float, int, float
        Weighted squares of the residuals, n - 1, and the chance of a greater chi2 where all uncertainties are true.
    birge_ratio, birge_bound : float
        sqrt(chi2/dof), and what it stays below with a probability of 95 %.
    widened : bool
        u was multiplied by the Birge ratio.
    """

    estimate: Estimate
    members: tuple[Member, ...]
    chi2: float
    dof: int
    probability: float
    birge_ratio: float
    birge_bound: float
    widened: bool


def joint_mean(estimates: Mapping[str, Estimate], *, widening: Widening = "beyond") -> Joint:
    """Weighted mean of two or more estimates of one quantity.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By method; what they share is found by the names of their inputs.
    widening : str
        When u is multiplied by a Birge ratio above 1: where it is ``"beyond"`` its 95 % bound, ``"always"`` or ``"never"``.
        That part is an input of its own, with n - 1 degrees of freedom; all others keep their size.

    Raises
    ------
    PropagationError
        Fewer than two, different units, an estimate without uncertainty, or estimates that depend on the same inputs alone.
    """
    from scipy.special import chdtrc, chdtri  # noqa: PLC0415  scipy is loaded where it is used

    mean = weighted_mean(list(estimates.values()))
    dof = len(estimates) - 1
    chi2 = mean.birge_ratio**2 * dof
    bound = math.sqrt(float(chdtri(dof, 1.0 - _BOUND)) / dof)
    allowed = {"beyond": bound, "always": 1.0, "never": math.inf}[widening]
    widened = mean.birge_ratio > allowed
    verdicts = _verdicts(estimates)
    members = tuple(
        Member(
            name, estimate, weight, _against_others(name, estimates), _error(estimate, mean.estimate), verdicts[name]
        )
        for (name, estimate), weight in zip(estimates.items(), mean.weights, strict=True)
    )
    return Joint(
        estimate=_widened(mean.estimate, mean.birge_ratio, dof) if widened else mean.estimate,
        members=members,
        chi2=chi2,
        dof=dof,
        probability=float(chdtrc(dof, chi2)),
        birge_ratio=mean.birge_ratio,
        birge_bound=bound,
        widened=widened,
    )


def mean_of_repeats(estimates: Sequence[Estimate], name: str) -> Estimate:
    """Mean of repetitions of one measurement (remounts of one sample), its uncertainty never below their scatter's.

    What several of them depend on stays common. What only one depends on (noise, its own place) averages out; where the
    repetitions scatter by more than that, the rest becomes an input `name` of n - 1 degrees of freedom.

    Raises
    ------
    PropagationError
        None were given, or units differ.
    """
    n = len(estimates)
    units = {estimate.unit for estimate in estimates}
    if len(units) != 1:
        raise PropagationError(
            f"the mean of {n} repetitions in {', '.join(sorted(units)) or 'no unit'} was asked for; allowed: one unit"
        )
    mean = linear_combination([1.0 / n] * n, estimates, estimates[0].unit)
    if n == 1:
        return mean
    scatter2 = math.fsum((estimate.value - mean.value) ** 2 for estimate in estimates) / (n - 1)
    excess2 = scatter2 - _own_variance(estimates)
    if not excess2 > 0.0:
        return mean
    rest = Component(name, math.sqrt(excess2 / n), noise=False, dof=n - 1)
    return Estimate(mean.value, mean.unit, (*mean.components, rest))


def _own_variance(estimates: Sequence[Estimate]) -> float:
    """Mean over the estimates of the variance that each has from inputs of its own."""
    counted: dict[str, int] = {}
    for estimate in estimates:
        for input_name in {component.name for component in estimate.components}:
            counted[input_name] = counted.get(input_name, 0) + 1
    own = (c.contribution**2 for e in estimates for c in e.components if counted[c.name] == 1)
    return math.fsum(own) / len(estimates)


def _against_others(name: str, estimates: Mapping[str, Estimate]) -> float:
    others = [estimate for other, estimate in estimates.items() if other != name]
    consensus = others[0] if len(others) == 1 else weighted_mean(others).estimate
    return _error(estimates[name], consensus)


def _error(one: Estimate, other: Estimate) -> float:
    """E_n; 0 where both are the same thing (a mean in which the others have no weight)."""
    if linear_combination((1.0, -1.0), (one, other), one.unit).u == 0.0 and one.value == other.value:
        return 0.0
    return normalised_error(one, other)


def _verdicts(estimates: Mapping[str, Estimate]) -> dict[str, Verdict]:
    """Name the worst one as long as three or more do not agree; two that do not agree are named both."""
    verdicts: dict[str, Verdict] = dict.fromkeys(estimates, "agrees")
    left = dict(estimates)
    while True:
        errors = {name: _against_others(name, left) for name in left}
        worst = max(errors, key=lambda name: errors[name])
        if errors[worst] <= 1.0:
            return verdicts
        if len(left) == 2:
            for name in left:
                verdicts[name] = "disagrees"
            return verdicts
        verdicts[worst] = "outlier"
        del left[worst]


def _widened(mean: Estimate, ratio: float, dof: int) -> Estimate:
    part = mean.u * math.sqrt(ratio**2 - 1.0)
    return Estimate(mean.value, mean.unit, (*mean.components, Component(DISAGREEMENT, part, noise=False, dof=dof)))
