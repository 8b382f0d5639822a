"""What the law of propagation leaves out where a model is bent: its terms of next higher order (JCGM 100:2008, 5.1.2, note).

    u² = Σ f_i² u_i² + Σ Σ (f_ij²/2 + f_i f_ijj) u_i² u_j²

for independent inputs of normal distribution. The derivatives are central differences over ± u.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.propagate import Input, components_of

__all__ = ["second_order_variance"]

Array = NDArray[np.float64]


def second_order_variance(model: Callable[[Mapping[str, float]], float], inputs: Mapping[str, Input]) -> float:
    """Variance of a model that first-order propagation does not see; may be negative.

    Parameters
    ----------
    model, inputs
        As for `propagate`; estimates that share inputs are moved together.

    Returns
    -------
    float
        To be added to the square of the standard uncertainty, in the square of the model's unit. Where it is not small
        against u², the model is too bent for linear propagation: use a Monte Carlo calculation.

    Raises
    ------
    PropagationError
        The model gives no finite number within the uncertainty of its inputs.

    Notes
    -----
    Costs 2 k² + 2 k + 1 evaluations for k independent inputs.
    """
    parts = {name: components_of(name, item) for name, item in inputs.items()}
    names = list(dict.fromkeys(c.name for components in parts.values() for c in components))
    place = {name: number for number, name in enumerate(names)}
    slopes = {
        name: [(place[c.name], c.contribution) for c in components] for name, components in parts.items() if components
    }

    def at(*moves: tuple[int, float]) -> float:
        """Model with independent inputs moved by multiples of their u."""
        moved = np.zeros(len(names))
        for number, size in moves:
            moved[number] += size
        values = {
            name: item.value + math.fsum(c * moved[number] for number, c in slopes.get(name, ()))
            for name, item in inputs.items()
        }
        result = float(model(values))
        if not math.isfinite(result):
            raise PropagationError(f"the model gives {result} within the uncertainty of its inputs")
        return result

    k = len(names)
    centre = at()
    up = np.array([at((i, 1.0)) for i in range(k)])
    down = np.array([at((i, -1.0)) for i in range(k)])
    first = 0.5 * (up - down)
    total = 0.0
    for i in range(k):
        second_own = up[i] - 2.0 * centre + down[i]
        third_own = 0.5 * (at((i, 2.0)) - at((i, -2.0))) - 2.0 * first[i]
        total += 0.5 * second_own**2 + first[i] * third_own
        for j in range(i + 1, k):
            pp, pm = at((i, 1.0), (j, 1.0)), at((i, 1.0), (j, -1.0))
            mp, mm = at((i, -1.0), (j, 1.0)), at((i, -1.0), (j, -1.0))
            mixed = 0.25 * (pp - pm - mp + mm)
            along_j = 0.5 * ((pp + pm - 2.0 * up[i]) - (mp + mm - 2.0 * down[i]))  # f_ijj
            along_i = 0.5 * ((pp + mp - 2.0 * up[j]) - (pm + mm - 2.0 * down[j]))  # f_jii
            total += mixed**2 + first[i] * along_j + first[j] * along_i
    return float(total)
