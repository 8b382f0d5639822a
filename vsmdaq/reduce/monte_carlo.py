"""Monte Carlo through the reduction of a run: draw all inputs and readings, reduce, compare with linear propagation.

JCGM 101:2008 (propagation of distributions, clause 8 for the comparison). The measurement function is the reduction itself, whole:
signals, background, corrections, analysis.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import Reduction, RunData, is_noise_of
from vsmdaq.reduce.dispatch import reduce_run
from vsmdaq.reduce.drawn import drawn_run
from vsmdaq.terms import Component, Estimate, VsmdaqError
from vsmdaq.uncertainty import Comparison, Draws, validate

__all__ = ["FEWEST_DRAWS", "MonteCarloCheck", "QuantityCheck", "monte_carlo_check"]

FloatArray = NDArray[np.float64]

FEWEST_DRAWS = 100
"""Below this nothing is compared."""

_OF_THE_NOISE = ("_scatter", "gain_drift_per_hour")
"""Ends of names of quantities that tell how much the readings scatter, or whose u does: noise drawn on top of noise would double it,
and noise as stated is not what they scatter by."""

_NO_RESULT = (VsmdaqError, ArithmeticError, ValueError, np.linalg.LinAlgError)
"""How a reduction ends that finds nothing in the drawn readings."""


@dataclass(frozen=True, slots=True)
class QuantityCheck:
    """One quantity: the comparison, None where too few draws had it, and in how many draws it was not to be had."""

    comparison: Comparison | None
    lacking: int

    @property
    def verdict(self) -> str:
        """As in `Comparison`; a quantity that some draws do not have is not validated."""
        if self.comparison is None or self.lacking:
            return "not validated"
        return self.comparison.verdict


@dataclass(frozen=True, slots=True, eq=False)
class MonteCarloCheck:
    """Monte Carlo of a run.

    Attributes
    ----------
    draws, seed : int
        Number of draws, seed of the random numbers.
    quantities : mapping of str to QuantityCheck
        Every quantity whose uncertainty the linear propagation states.
    covariance : ndarray, shape (k, k)
        Covariance of the draws that have all of `quantities`, in their order; empty where they are fewer than `FEWEST_DRAWS`.
    not_compared : tuple of str
        Quantities without a stated uncertainty, and those that are measures of the noise itself.
    first_order : tuple of str
        Inputs that the reduction makes itself, drawn to first order only.
    failures : mapping of str to int
        Why draws gave no result at all, and how many.
    """

    draws: int
    seed: int
    quantities: Mapping[str, QuantityCheck]
    covariance: FloatArray
    not_compared: tuple[str, ...]
    first_order: tuple[str, ...]
    failures: Mapping[str, int]

    @property
    def flags(self) -> tuple[str, ...]:
        """A flag for each quantity whose linear uncertainty does not stand."""
        return tuple(_flag(name, check) for name, check in self.quantities.items() if check.verdict == "not validated")


def monte_carlo_check(
    run: RunData,
    reduction: Reduction,
    draws: int,
    seed: int,
    tell: Callable[[int], None] = lambda _done: None,
) -> MonteCarloCheck:
    """Draw a run many times, reduce every draw, and compare with its reduction by linear propagation.

    Parameters
    ----------
    run : RunData
        The run as it was read.
    reduction : Reduction
        What `reduce_run` gave for it.
    draws, seed : int
        Number of draws (100 or more), seed of the random numbers.
    tell : callable, optional
        Is told the number of draws done, after each.

    Raises
    ------
    ValueError
        Too few draws.
    """
    if draws < FEWEST_DRAWS:
        raise ValueError(f"{draws} draws were asked for; allowed: {FEWEST_DRAWS} or more")
    stated = {name: q for name, q in reduction.quantities.items() if q.estimate.u > 0.0}
    compared = [name for name in stated if not name.endswith(_OF_THE_NOISE)]
    table = np.full((draws, len(compared)), math.nan)
    all_draws = Draws(seed, draws)
    known: frozenset[str] | None = None
    first_order: set[str] = set()
    failures: Counter[str] = Counter()
    for number in range(draws):
        draw = all_draws.at(number)
        try:
            found = reduce_run(drawn_run(run, draw)).quantities
        except _NO_RESULT as error:
            failures[f"{type(error).__name__}: {error}"] += 1
        else:
            known = frozenset(all_draws.drawn) if known is None else known
            for place, name in enumerate(compared):
                if name in found:
                    rest = _first_order(run, known, stated[name].estimate, found[name].estimate)
                    table[number, place] = found[name].estimate.value + draw.deviation(rest)
                    first_order.update(c.name for c in rest)
        tell(number + 1)
    columns = dict(zip(compared, table.T, strict=True))
    return MonteCarloCheck(
        draws=draws,
        seed=seed,
        quantities={name: _check(stated[name].estimate, values) for name, values in columns.items()},
        covariance=_covariance(table),
        not_compared=tuple(name for name in reduction.quantities if name not in columns),
        first_order=tuple(sorted(first_order)),
        failures=dict(failures),
    )


def _first_order(run: RunData, known: frozenset[str], linear: Estimate, found: Estimate) -> list[Component]:
    """Contributions of inputs that the draw of the run did not move: those that its reduction still has, or should have."""
    left = [c for c in found.components if not is_noise_of(run.run_id, c.name)]
    names = known.union(c.name for c in left)
    return left + [c for c in linear.components if c.name not in names and not is_noise_of(run.run_id, c.name)]


def _check(linear: Estimate, values: FloatArray) -> QuantityCheck:
    had = values[np.isfinite(values)]
    comparison = validate(linear, had) if had.size >= FEWEST_DRAWS else None
    return QuantityCheck(comparison, values.size - had.size)


def _covariance(table: FloatArray) -> FloatArray:
    whole = table[np.isfinite(table).all(axis=1)]
    if whole.shape[0] < FEWEST_DRAWS or not whole.shape[1]:
        return np.zeros((0, 0))
    scale = np.std(whole, axis=0)
    scale[scale == 0.0] = 1.0  # quantities differ by many decades
    matrix: FloatArray = np.cov(whole / scale, rowvar=False).reshape(scale.size, scale.size) * np.outer(scale, scale)
    return matrix


def _flag(name: str, check: QuantityCheck) -> str:
    if check.comparison is None:
        return f"{name}: linear uncertainty not validated by Monte Carlo: not to be had in {check.lacking} draws"
    drawn, linear = check.comparison.drawn, check.comparison
    lacking = f", and in {check.lacking} draws it was not to be had" if check.lacking else ""
    return (
        f"{name}: linear uncertainty not validated by Monte Carlo: 95 % interval {drawn.interval95[0]:.6g} to "
        f"{drawn.interval95[1]:.6g} instead of {linear.interval95[0]:.6g} to {linear.interval95[1]:.6g} {linear.linear.unit}"
        f"{lacking}"
    )
