"""Propagation of distributions (JCGM 101:2008): the same models, the same inputs, random draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty.draws import Draws
from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.propagate import Input

__all__ = ["MonteCarlo", "describe", "draw", "monte_carlo"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """Result of a Monte Carlo propagation.

    Attributes
    ----------
    mean, u : float
        Mean and standard deviation of the draws.
    interval95 : tuple of (float, float)
        Probabilistically symmetric 95 % interval.
    draws : int
        Number of draws.
    shortest95 : tuple of (float, float)
        Shortest 95 % interval; another one than the symmetric where the distribution is skew.
    """

    mean: float
    u: float
    interval95: tuple[float, float]
    draws: int
    shortest95: tuple[float, float]


def monte_carlo(
    model: Callable[[Mapping[str, Any]], Any],
    inputs: Mapping[str, Input],
    *,
    seed: int,
    draws: int = 100_000,
    vectorised: bool = False,
) -> MonteCarlo:
    """Draw the inputs, evaluate the model, describe what comes out.

    Parameters
    ----------
    model : callable
        As for `propagate`; with `vectorised` it is called once, with arrays (draws,) in place of floats.
    inputs : mapping of str to Quantity or Estimate
        As for `propagate`.
    seed : int
        Seed of the random numbers; the same seed gives the same result.
    draws : int
        Number of draws, at least 100.
    vectorised : bool
        The model takes arrays.

    Raises
    ------
    PropagationError
        The model gives a value that is no finite number.
    ValueError
        Too few draws.
    """
    if draws < 100:
        raise ValueError(f"{draws} draws were asked for; allowed: 100 or more")
    drawn = draw(inputs, seed=seed, draws=draws)
    if vectorised:
        results = np.broadcast_to(np.asarray(model(drawn), dtype=np.float64), (draws,))
    else:
        results = np.array([model({name: float(v[i]) for name, v in drawn.items()}) for i in range(draws)])
    bad = int(np.count_nonzero(~np.isfinite(results)))
    if bad:
        raise PropagationError(f"the model gives no finite number in {bad} of {draws} draws")
    return describe(results)


def draw(inputs: Mapping[str, Input], *, seed: int, draws: int) -> dict[str, Array]:
    """Random values of all inputs, each of shape (draws,); what two inputs share is drawn once.

    Normal with finite degrees of freedom becomes Student's t scaled by u (JCGM 101:2008, 6.4.9.2), so that its standard
    deviation is larger than u.
    """
    drawn = Draws(seed, draws)
    # a quantity knows its distribution; a component of its name is the same input
    found = {name: drawn.of(name, item) for name, item in inputs.items() if isinstance(item, Quantity)}
    found |= {name: drawn.of(name, item) for name, item in inputs.items() if isinstance(item, Estimate)}
    return {name: found[name] for name in inputs}


def describe(results: Array) -> MonteCarlo:
    """Mean, standard deviation and 95 % intervals of draws (n,) of a result.

    The shortest interval is the narrowest that holds 95 % of the sorted draws (JCGM 101:2008, 7.7.4).
    """
    ordered = np.sort(results)
    inside = math.ceil(0.95 * ordered.size)
    widths = ordered[inside - 1 :] - ordered[: ordered.size - inside + 1]
    first = int(np.argmin(widths))
    low, high = np.quantile(ordered, (0.025, 0.975))
    return MonteCarlo(
        float(np.mean(results)),
        float(np.std(results, ddof=1)),
        (float(low), float(high)),
        results.size,
        (float(ordered[first]), float(ordered[first + inside - 1])),
    )
