"""Random values of named inputs: each name is drawn once, whoever asks for it and in whatever order."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Component, Distribution, Estimate, Quantity
from vsmdaq.uncertainty.distributions import standard_draws

__all__ = ["Draw", "Draws"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Standardised values of inputs by name, `count` of each.

    The random numbers of a name depend on the seed and the name alone, so that equal names are the same input wherever they
    appear, and one input more moves no other.

    Attributes
    ----------
    seed : int
        Seed of all random numbers.
    count : int
        Number of draws.
    drawn : dict of str to ndarray
        What was asked for so far; it grows.
    """

    seed: int
    count: int
    drawn: dict[str, Array] = field(default_factory=dict)

    def standard(
        self, name: str, distribution: Distribution = "normal", dof: float = math.inf, ensemble: str = ""
    ) -> Array:
        """Draws (count,) of an input in units of its standard uncertainty, about 0.

        A normal input with finite degrees of freedom is drawn from Student's t (JCGM 101:2008, 6.4.9.2), inputs of one ensemble
        from a multivariate one (JCGM 102:2011, 5.3.2): they share the chi-square of their common scatter.

        Raises
        ------
        PropagationError
            There is no distribution of that name.
        """
        if name not in self.drawn:
            rng = self._generator(name)
            if ensemble and math.isfinite(dof) and distribution == "normal":
                self.drawn[name] = rng.standard_normal(self.count) * self._spread(ensemble, dof)
            else:
                self.drawn[name] = standard_draws(rng, distribution, dof, self.count)
        return self.drawn[name]

    def of(self, name: str, item: Quantity | Estimate) -> Array:
        """Draws (count,) of an input, in its unit; those of an estimate from its components."""
        if isinstance(item, Estimate):
            return item.value + self.deviation(item.components)
        if not item.u > 0.0:
            return np.full(self.count, item.value)
        return item.value + item.u * self.standard(name, item.distribution, item.dof)

    def deviation(self, components: tuple[Component, ...]) -> Array:
        """Sum (count,) of contributions times the draws of their inputs."""
        total = np.zeros(self.count)
        for c in components:
            if c.contribution != 0.0:
                total += c.contribution * self.standard(c.name, c.distribution, c.dof, c.ensemble)
        return total

    def at(self, number: int) -> Draw:
        """One of the draws."""
        return Draw(self, range(self.count)[number])

    def _spread(self, ensemble: str, dof: float) -> Array:
        key = f"ensemble {ensemble}"
        if key not in self.drawn:
            self.drawn[key] = np.sqrt(dof / self._generator(key).chisquare(dof, self.count))
        return self.drawn[key]

    def _generator(self, name: str) -> np.random.Generator:
        return _generator_of(self.seed, name)


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One draw of all inputs: the world as it might be.

    Attributes
    ----------
    draws : Draws
        What it is one of.
    number : int
        Which.
    """

    draws: Draws
    number: int

    def exact(self, name: str, item: Quantity | Estimate) -> Quantity:
        """The input as it is in this draw: a quantity without uncertainty."""
        if isinstance(item, Estimate):
            return Quantity(item.value + self.deviation(item.components), 0.0, item.unit)
        if not item.u > 0.0:
            return item
        moved = float(self.draws.standard(name, item.distribution, item.dof)[self.number])
        return Quantity(item.value + item.u * moved, 0.0, item.unit)

    def deviation(self, components: Iterable[Component]) -> float:
        """Sum of contributions times what their inputs are in this draw."""
        return math.fsum(
            c.contribution * float(self.draws.standard(c.name, c.distribution, c.dof, c.ensemble)[self.number])
            for c in components
            if c.contribution != 0.0
        )

    def noise(self, name: str, size: int) -> Array:
        """Independent standard normal numbers (size,) of this draw."""
        return _generator_of(self.draws.seed, name, self.number).standard_normal(size)


def _generator_of(seed: int, name: str, *more: int) -> np.random.Generator:
    word = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big")
    return np.random.default_rng([seed, word, *more])
