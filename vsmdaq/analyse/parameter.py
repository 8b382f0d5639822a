"""A number found from a loop, with its gradient, so that whoever knows the noise can propagate it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Parameter", "combine", "quotient"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A value and its derivatives with respect to every input value.

    Attributes
    ----------
    value : float
        The parameter, in the units of what it was found from.
    d_moment, d_field : ndarray, shape (n,)
        Derivatives with respect to each moment and each field, in the order of the loop.
    """

    value: float
    d_moment: Array
    d_field: Array

    def u(self, u_moment: ArrayLike = 0.0, u_field: ArrayLike = 0.0) -> float:
        """Standard uncertainty from independent noise of moments and fields (scalars or shape (n,))."""
        from_moment = float(np.sum((self.d_moment * np.asarray(u_moment, dtype=np.float64)) ** 2))
        from_field = float(np.sum((self.d_field * np.asarray(u_field, dtype=np.float64)) ** 2))
        return math.sqrt(from_moment + from_field)

    def shift(self, moment: ArrayLike = 0.0, field: ArrayLike = 0.0) -> float:
        """Change of the value when moments and fields change together by these (scalars or shape (n,)).

        For what is common to all points: `moment` = 0.01 m is a gain error of 1 %, `field` = 5.0 a field offset.
        """
        by_moment = float(np.sum(self.d_moment * np.asarray(moment, dtype=np.float64)))
        return by_moment + float(np.sum(self.d_field * np.asarray(field, dtype=np.float64)))


def combine(terms: Sequence[tuple[float, Parameter]]) -> Parameter:
    """Linear combination, gradients too. At least one term."""
    first = terms[0][1]
    d_moment = np.zeros_like(first.d_moment)
    d_field = np.zeros_like(first.d_field)
    value = 0.0
    for factor, parameter in terms:
        value += factor * parameter.value
        d_moment += factor * parameter.d_moment
        d_field += factor * parameter.d_field
    return Parameter(value, d_moment, d_field)


def quotient(above: Parameter, below: Parameter) -> Parameter:
    """`above` / `below`, with its gradient; `below` must not be 0."""
    value = above.value / below.value
    both = combine([(1.0 / below.value, above), (-value / below.value, below)])
    return Parameter(value, both.d_moment, both.d_field)
