"""Distributions that an input may have, from its limits; and random numbers drawn from them (JCGM 101:2008, 6.4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty.errors import PropagationError

__all__ = ["arcsine", "rectangular", "standard_draws", "trapezoidal", "triangular"]

Array = NDArray[np.float64]


def rectangular(value: float, half_width: float, unit: str = "1", *, dof: float = math.inf) -> Quantity:
    """All values within ±`half_width` are alike: u = a/sqrt(3) (JCGM 100:2008, 4.3.7)."""
    return Quantity(value, half_width / math.sqrt(3.0), unit, dof, "rectangular")


def triangular(value: float, half_width: float, unit: str = "1", *, dof: float = math.inf) -> Quantity:
    """Values near the middle are likelier, none beyond ±`half_width`: u = a/sqrt(6) (JCGM 100:2008, 4.3.9)."""
    return Quantity(value, half_width / math.sqrt(6.0), unit, dof, "triangular")


def arcsine(value: float, half_width: float, unit: str = "1", *, dof: float = math.inf) -> Quantity:
    """What swings sinusoidally by ±`half_width` and is read at any time: u = a/sqrt(2) (JCGM 101:2008, 6.4.6)."""
    return Quantity(value, half_width / math.sqrt(2.0), unit, dof, "arcsine")


def trapezoidal(name: str, value: float, half_width: float, top: float, unit: str = "1") -> Estimate:
    """A trapezoid with limits ±`half_width` whose top is `top` (0 to 1) times as wide as its base.

    It is the sum of two rectangles, of half-widths a (1 + top)/2 and a (1 - top)/2 (JCGM 101:2008, 6.4.4), and stands here as
    these two inputs, ``name.wide`` and ``name.narrow``: u = a sqrt((1 + top²)/6) (JCGM 100:2008, 4.3.9).

    Raises
    ------
    ValueError
        `top` is not between 0 (a triangle) and 1 (a rectangle), or the half-width is negative.
    """
    if not (0.0 <= top <= 1.0 and half_width >= 0.0):
        raise ValueError(
            f"a trapezoid of half-width {half_width} with a top of {top} times its base was asked for; "
            "allowed: a half-width of 0 or more, and 0 to 1"
        )
    parts = {"wide": 0.5 * (1.0 + top), "narrow": 0.5 * (1.0 - top)}
    components = tuple(
        Component(f"{name}.{part}", half_width * share / math.sqrt(3.0), distribution="rectangular")
        for part, share in parts.items()
    )
    return Estimate(value, unit, components)


def standard_draws(rng: np.random.Generator, distribution: str, dof: float, draws: int) -> Array:
    """Draws of mean 0 and standard deviation 1; a normal one with finite `dof` is Student's t of scale 1.

    Raises
    ------
    PropagationError
        There is no distribution of that name.
    """
    match distribution:
        case "rectangular":
            return rng.uniform(-math.sqrt(3.0), math.sqrt(3.0), draws)
        case "triangular":
            return rng.triangular(-math.sqrt(6.0), 0.0, math.sqrt(6.0), draws)
        case "arcsine":
            return math.sqrt(2.0) * np.sin(rng.uniform(0.0, 2.0 * math.pi, draws))
        case "normal":
            return rng.standard_normal(draws) if math.isinf(dof) else rng.standard_t(dof, draws)
        case _:
            raise PropagationError(
                f"draws from a {distribution!r} distribution were asked for; "
                "allowed: normal, rectangular, triangular, arcsine"
            )
