"""A physical value as somebody states it: value, standard uncertainty, unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["Distribution", "Quantity"]

Distribution = Literal["normal", "rectangular", "triangular", "arcsine"]
"""Shapes of the distribution that a standard uncertainty may belong to (JCGM 101:2008, 6.4)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An elementary input of a measurement: independent of every other one.

    Parameters
    ----------
    value : float
        Best estimate, in `unit`.
    u : float
        Standard uncertainty (k = 1), in `unit`; >= 0.
    unit : str
        SI unit, e.g. ``"A m2"``, ``"m3/kg"``, ``"1"``.
    dof : float
        Degrees of freedom of `u`; infinite where it was stated, not found from scatter.
    distribution : str
        Shape of the distribution that `u` belongs to; normal with finite `dof` stands for Student's t.
    """

    value: float
    u: float = 0.0
    unit: str = "1"
    dof: float = math.inf
    distribution: Distribution = "normal"
