"""Coverage factors from degrees of freedom (JCGM 100:2008, annex G)."""

from __future__ import annotations

import math

from vsmdaq.terms import Estimate

__all__ = ["coverage_factor", "dof_of_judgement", "expanded_uncertainty"]


def coverage_factor(dof: float, probability: float = 0.95) -> float:
    """Factor k that makes +-k u an interval of the given probability: Student's t, any real `dof` (G.3.3, G.4.1).

    Raises
    ------
    ValueError
        `dof` not positive, or `probability` not between 0 and 1.
    """
    if not (dof > 0.0 and 0.0 < probability < 1.0):
        raise ValueError(
            f"a coverage factor for {dof} degrees of freedom and probability {probability} was asked for; "
            "allowed: more than 0, and between 0 and 1"
        )
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  scipy is loaded where it is used

    quantile = 0.5 * (1.0 + probability)
    return float(ndtri(quantile)) if math.isinf(dof) else float(stdtrit(dof, quantile))


def dof_of_judgement(relative_u: float) -> float:
    """Degrees of freedom of a standard uncertainty that is itself known to a relative `relative_u`: 1/(2 r²) (G.4.2).

    Raises
    ------
    ValueError
        `relative_u` is negative.
    """
    if not relative_u >= 0.0:
        raise ValueError(f"an uncertainty known to {relative_u} of itself was given; allowed: 0 or more")
    return 0.5 / relative_u**2 if relative_u > 0.0 else math.inf


def expanded_uncertainty(estimate: Estimate, probability: float = 0.95) -> float:
    """Half width of the interval of the given probability about the estimate, in its unit."""
    return coverage_factor(estimate.dof, probability) * estimate.u
