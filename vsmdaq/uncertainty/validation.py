"""Whether linear propagation stands up against Monte Carlo: JCGM 101:2008, clause 8.

Both ends of the 95 % intervals may differ by no more than the numerical tolerance δ of u (7.9.2). The Monte Carlo ends are
themselves uncertain by their number of draws, so there are three verdicts and not two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Estimate
from vsmdaq.uncertainty.coverage import expanded_uncertainty
from vsmdaq.uncertainty.monte_carlo import MonteCarlo, describe

__all__ = ["Comparison", "Verdict", "numerical_tolerance", "validate"]

Array = NDArray[np.float64]

Verdict = Literal["validated", "not validated", "more draws needed"]

_SURE = 3.0
"""Standard errors of an end by which it must exceed the tolerance before linear propagation is said to fail."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Linear propagation against draws of one quantity.

    Attributes
    ----------
    linear : Estimate
        By linear propagation.
    drawn : MonteCarlo
        By Monte Carlo.
    interval95 : tuple of (float, float)
        value ± U of linear propagation, U with Student's factor of the effective degrees of freedom.
    tolerance : float
        δ, in the unit of the quantity.
    differences : tuple of (float, float)
        |lower - lower|, |upper - upper| of the two 95 % intervals.
    u_differences : tuple of (float, float)
        Standard errors of these by the number of draws.
    verdict : str
        ``"validated"``: both differences within δ; ``"not validated"``: one beyond it by more than its standard errors explain;
        ``"more draws needed"`` between.
    """

    linear: Estimate
    drawn: MonteCarlo
    interval95: tuple[float, float]
    tolerance: float
    differences: tuple[float, float]
    u_differences: tuple[float, float]
    verdict: Verdict


def numerical_tolerance(u: float, digits: int = 1) -> float:
    """Half a unit of the last of the `digits` significant digits of u (JCGM 101:2008, 7.9.2).

    Raises
    ------
    ValueError
        u is not positive and finite, or `digits` is below 1.
    """
    if not (0.0 < u < math.inf and digits >= 1):
        raise ValueError(
            f"the tolerance of u = {u} to {digits} digits was asked for; allowed: u above 0, 1 digit or more"
        )
    exponent = int(f"{u:.{digits - 1}e}".partition("e")[2])  # as it is after rounding: 9.7 is 1e1
    return 0.5 * 10.0 ** (exponent - digits + 1)


def validate(linear: Estimate, draws: Array, digits: int = 1) -> Comparison:
    """Compare an estimate with draws (n,) of the same quantity.

    Parameters
    ----------
    linear : Estimate
        With an uncertainty above 0.
    draws : ndarray, shape (n,)
        Finite; 100 or more.
    digits : int
        Significant digits of u that matter, 1 or 2.

    Raises
    ------
    ValueError
        u is 0, there are fewer than 100 draws, or one is not finite.
    """
    if draws.size < 100 or not np.isfinite(draws).all():
        raise ValueError(f"a comparison with {draws.size} draws was asked for; allowed: 100 or more, all finite")
    tolerance = numerical_tolerance(linear.u, digits)
    drawn = describe(draws)
    half = expanded_uncertainty(linear)
    interval = (linear.value - half, linear.value + half)
    low = abs(interval[0] - drawn.interval95[0])
    high = abs(interval[1] - drawn.interval95[1])
    u_ends = _standard_errors(draws)
    verdict: Verdict = "validated"
    if max(low, high) > tolerance:
        beyond = low > tolerance + _SURE * u_ends[0] or high > tolerance + _SURE * u_ends[1]
        verdict = "not validated" if beyond else "more draws needed"
    return Comparison(linear, drawn, interval, tolerance, (low, high), u_ends, verdict)


def _standard_errors(draws: Array) -> tuple[float, float]:
    """Standard errors of the quantiles 2.5 % and 97.5 %, from the order statistics one binomial deviation either side."""
    ordered = np.sort(draws)
    n = ordered.size
    ends: list[float] = []
    for share in (0.025, 0.975):
        spread = math.sqrt(n * share * (1.0 - share))
        below = max(0, math.floor(n * share - spread))
        above = min(n - 1, math.ceil(n * share + spread))
        ends.append(0.5 * float(ordered[above] - ordered[below]))
    return ends[0], ends[1]
