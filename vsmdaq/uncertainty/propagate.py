"""Law of propagation of uncertainty (JCGM 100:2008, 5.1 and 5.2) for any model, by central differences.

Each input is moved by plus and minus its standard uncertainty (5.1.3, note 2), so that the sensitivity is that over the
range that matters. Contributions keep their names and signs: what two results share is found again when they meet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty.combine import merge
from vsmdaq.uncertainty.errors import PropagationError

__all__ = ["Input", "components_of", "propagate", "propagate_many"]

Input = Quantity | Estimate

_SMALLEST_STEP = 1e-6
"""Relative to the input: below this, rounding of the model would drown its change."""


def propagate(
    model: Callable[[Mapping[str, float]], float],
    inputs: Mapping[str, Input],
    *,
    unit: str = "1",
    noise: Collection[str] = (),
) -> Estimate:
    """Value of a model with the contributions of its inputs.

    Parameters
    ----------
    model : callable
        Takes the inputs' values by name.
    inputs : mapping of str to Quantity or Estimate
        A `Quantity` becomes a component of the name it has here; an `Estimate` hands on its own components.
    unit : str
        Unit of the result.
    noise : collection of str
        Names of the quantities whose uncertainty is noise of readings.

    Raises
    ------
    PropagationError
        The model gives no finite number within the uncertainty of an input, or one name stands for two inputs.
    """
    return propagate_many(lambda values: {"": model(values)}, inputs, units={"": unit}, noise=noise)[""]


def propagate_many(
    model: Callable[[Mapping[str, float]], Mapping[str, float]],
    inputs: Mapping[str, Input],
    *,
    units: Mapping[str, str],
    noise: Collection[str] = (),
) -> dict[str, Estimate]:
    """Like `propagate`, for a model that gives several results by name.

    Parameters
    ----------
    units : mapping of str to str
        Unit of each result; also says which results are kept.

    Returns
    -------
    dict of str to Estimate
        In the order of `units`; `combine.covariance` gives their covariance.
    """
    _check_noise(inputs, noise)
    values = {name: item.value for name, item in inputs.items()}
    centre = _evaluate(model, values, units, "")
    parts: dict[str, list[Component]] = {name: [] for name in units}
    for name, item in inputs.items():
        elementary = components_of(name, item, noise=name in noise)
        if not elementary:
            continue
        step = step_for(item.value, item.u)
        above = _evaluate(model, {**values, name: item.value + step}, units, name)
        below = _evaluate(model, {**values, name: item.value - step}, units, name)
        for result in units:
            slope = (above[result] - below[result]) / (2.0 * step)
            parts[result] += [replace(c, contribution=slope * c.contribution) for c in elementary]
    return {name: Estimate(centre[name], unit, merge(parts[name])) for name, unit in units.items()}


def components_of(name: str, item: Input, *, noise: bool = False) -> tuple[Component, ...]:
    """Contributions to an input itself; none where it has no uncertainty."""
    if isinstance(item, Estimate):
        return item.components if item.u > 0.0 else ()
    if not item.u >= 0.0 or math.isinf(item.u):
        raise PropagationError(
            f"{name}: the standard uncertainty {item.u} was given; allowed: 0 or more", input_name=name
        )
    return (Component(name, item.u, noise, item.dof, item.distribution),) if item.u > 0.0 else ()


def step_for(value: float, u: float) -> float:
    """How far to move an input for a central difference."""
    return max(u, _SMALLEST_STEP * abs(value))


def _check_noise(inputs: Mapping[str, Input], noise: Collection[str]) -> None:
    unknown = sorted(set(noise) - set(inputs))
    if unknown:
        raise PropagationError(
            f"noise of {', '.join(unknown)} was named; the inputs are {', '.join(inputs)}", input_name=unknown[0]
        )


def _evaluate(
    model: Callable[[Mapping[str, float]], Mapping[str, float]],
    values: Mapping[str, float],
    names: Mapping[str, str],
    moved: str,
) -> dict[str, float]:
    results = model(values)
    found = {name: float(results[name]) for name in names}
    for name, value in found.items():
        if not math.isfinite(value):
            where = f" with {moved} = {values[moved]:g}" if moved else ""
            raise PropagationError(f"the model gives {value} for {name or 'its result'}{where}", input_name=moved)
    return found
