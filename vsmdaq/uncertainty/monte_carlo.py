"""Propagation of distributions (JCGM 101:2008): the same models, the same inputs, random draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.propagate import Input

__all__ = ["MonteCarlo", "draw", "monte_carlo"]

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
    """

    mean: float
    u: float
    interval95: tuple[float, float]
    draws: int


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
    low, high = np.quantile(results, (0.025, 0.975))
    return MonteCarlo(float(np.mean(results)), float(np.std(results, ddof=1)), (float(low), float(high)), draws)


def draw(inputs: Mapping[str, Input], *, seed: int, draws: int) -> dict[str, Array]:
    """Random values of all inputs, each of shape (draws,); what two inputs share is drawn once.

    Normal with finite degrees of freedom becomes Student's t scaled by u (JCGM 101:2008, 6.4.9.2), so that its standard
    deviation is larger than u.
    """
    rng = np.random.default_rng(seed)
    standard: dict[str, Array] = {}
    for name, item in inputs.items():  # a quantity knows its distribution; a component of its name is the same input
        if isinstance(item, Quantity) and item.u > 0.0:
            standard[name] = _standard(rng, item.distribution, item.dof, draws)
    drawn: dict[str, Array] = {}
    for name, item in inputs.items():
        total = np.full(draws, item.value)
        if isinstance(item, Estimate):
            for component in item.components:
                if component.name not in standard:
                    standard[component.name] = _standard(rng, "normal", component.dof, draws)
                total += component.contribution * standard[component.name]
        elif item.u > 0.0:
            total += item.u * standard[name]
        drawn[name] = total
    return drawn


def _standard(rng: np.random.Generator, distribution: str, dof: float, draws: int) -> Array:
    """Draws of mean 0 and standard deviation 1 (Student's t: of scale 1)."""
    match distribution:
        case "rectangular":
            return rng.uniform(-math.sqrt(3.0), math.sqrt(3.0), draws)
        case "triangular":
            return rng.triangular(-math.sqrt(6.0), 0.0, math.sqrt(6.0), draws)
        case "normal":
            return rng.standard_normal(draws) if math.isinf(dof) else rng.standard_t(dof, draws)
        case _:
            raise PropagationError(
                f"draws from a {distribution!r} distribution were asked for; allowed: normal, rectangular, triangular"
            )
