"""Many points at once: a value per point, with what is common to all and what is each point's own noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Component, Distribution, Estimate
from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.propagate import Input, components_of, step_for

__all__ = ["EstimateArray", "Source", "noise_array", "propagate_arrays"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Source:
    """One input of all points of an array.

    Attributes
    ----------
    name : str
        The input.
    noise : bool
        True: the contributions are independent from point to point, though they share the name. False: one input moves
        all points together.
    dof : float
        Degrees of freedom of its standard uncertainty.
    distribution, ensemble : str
        As in `Component`.
    """

    name: str
    noise: bool = False
    dof: float = math.inf
    distribution: Distribution = "normal"
    ensemble: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class EstimateArray:
    """Values of n points with the contributions of k inputs.

    Attributes
    ----------
    values : ndarray of shape (n,)
        Best estimates.
    sources : tuple of Source
        The k inputs.
    contributions : ndarray of shape (k, n)
        Sensitivity times standard uncertainty, signed.
    unit : str
        Unit of values and contributions.
    """

    values: Array
    sources: tuple[Source, ...]
    contributions: Array
    unit: str = "1"

    def __post_init__(self) -> None:
        names = [source.name for source in self.sources]
        if self.contributions.shape != (len(names), *self.values.shape) or self.values.ndim != 1:
            raise PropagationError(
                f"{len(names)} inputs of values of shape {self.values.shape} cannot have contributions of shape "
                f"{self.contributions.shape}; allowed: (k, n) for n values"
            )
        if len(set(names)) != len(names):
            raise PropagationError(f"inputs named twice: {', '.join(names)}; equal names mean the same input")

    @property
    def u(self) -> Array:
        """Standard uncertainties (k = 1), shape (n,)."""
        return self._root_sum(noise=None)

    @property
    def u_common(self) -> Array:
        """The part that moves all points together, shape (n,)."""
        return self._root_sum(noise=False)

    @property
    def u_noise(self) -> Array:
        """The part that is each point's own, shape (n,)."""
        return self._root_sum(noise=True)

    @property
    def covariance(self) -> Array:
        """Covariance of all points, shape (n, n)."""
        common = self.contributions[[not s.noise for s in self.sources]]
        matrix: Array = common.T @ common + np.diag(self.u_noise**2)
        return matrix

    def estimate(self, index: int) -> Estimate:
        """One point; its noise is named ``name[index]``, so that two points do not share it."""
        index = range(len(self.values))[index]
        components = tuple(
            Component(f"{s.name}[{index}]" if s.noise else s.name, float(c), s.noise, s.dof, s.distribution, s.ensemble)
            for s, c in zip(self.sources, self.contributions[:, index], strict=True)
        )
        return Estimate(float(self.values[index]), self.unit, components)

    def _root_sum(self, *, noise: bool | None) -> Array:
        keep = [noise is None or s.noise == noise for s in self.sources]
        root: Array = np.sqrt(np.sum(self.contributions[keep] ** 2, axis=0))
        return root


def noise_array(name: str, values: Array, u: Array, unit: str = "1", dof: float = math.inf) -> EstimateArray:
    """Readings (n,) whose only uncertainty is their own noise `u` (n,), under the input name `name`."""
    return EstimateArray(np.asarray(values), (Source(name, noise=True, dof=dof),), np.asarray(u)[np.newaxis, :], unit)


def propagate_arrays(
    model: Callable[[Mapping[str, Any]], Array], inputs: Mapping[str, Input | EstimateArray], *, unit: str = "1"
) -> EstimateArray:
    """Propagate through a model of n points.

    Parameters
    ----------
    model : callable
        Takes values by name (a float for a Quantity or Estimate, an array (n,) for an EstimateArray) and gives an array
        (n,). Point i of the result may depend on point i of the arrays only.
    inputs : mapping of str to Quantity, Estimate or EstimateArray
        What is uncertain. Single values are common to all points, whatever noise went into them.
    unit : str
        Unit of the result.

    Raises
    ------
    PropagationError
        The model gives no finite number within the uncertainty of an input, or one name stands for two inputs.
    """
    values: dict[str, Any] = {
        name: item.values if isinstance(item, EstimateArray) else item.value for name, item in inputs.items()
    }
    centre = _evaluate(model, values, "", None)
    rows: dict[str, tuple[Source, Array]] = {}
    for name, item in inputs.items():
        parts = _parts(name, item)
        if not parts:
            continue
        step = _step(item)
        above = _evaluate(model, {**values, name: values[name] + step}, name, centre)
        below = _evaluate(model, {**values, name: values[name] - step}, name, centre)
        slope = (above - below) / (2.0 * step)
        for source, contribution in parts:
            _add(rows, source, slope * contribution)
    stacked = np.array([row for _, row in rows.values()]).reshape(len(rows), len(centre))
    return EstimateArray(centre, tuple(source for source, _ in rows.values()), stacked, unit)


def _parts(name: str, item: Input | EstimateArray) -> list[tuple[Source, Array | float]]:
    if isinstance(item, EstimateArray):
        return list(zip(item.sources, item.contributions, strict=True))
    return [
        (Source(c.name, noise=False, dof=c.dof, distribution=c.distribution, ensemble=c.ensemble), c.contribution)
        for c in components_of(name, item)
    ]


def _step(item: Input | EstimateArray) -> Any:
    if not isinstance(item, EstimateArray):
        return step_for(item.value, item.u)
    scale = float(np.max(np.abs(item.values), initial=0.0))
    floor = 1e-6 * (np.abs(item.values) if scale == 0.0 else np.maximum(np.abs(item.values), 1e-6 * scale))
    step = np.maximum(item.u, floor)
    return np.where(step > 0.0, step, 1.0)  # value and u are 0: nothing to hand on, whatever the step


def _add(rows: dict[str, tuple[Source, Array]], source: Source, contribution: Array) -> None:
    if source.name not in rows:
        rows[source.name] = (source, contribution)
        return
    old, previous = rows[source.name]
    if (old.noise, old.dof) != (source.noise, source.dof):
        raise PropagationError(
            f"two inputs are called {source.name!r}: one with {old.dof:g} degrees of freedom and noise={old.noise}, one "
            f"with {source.dof:g} and noise={source.noise}; equal names mean the same input",
            input_name=source.name,
        )
    rows[source.name] = (replace(old), previous + contribution)


def _evaluate(
    model: Callable[[Mapping[str, Any]], Array], values: Mapping[str, Any], moved: str, like: Array | None
) -> Array:
    result = np.array(model(values), dtype=np.float64)
    if result.ndim != 1 or (like is not None and result.shape != like.shape):
        raise PropagationError(f"the model gives an array of shape {result.shape}; allowed: (n,) for n points")
    bad = np.flatnonzero(~np.isfinite(result))
    if bad.size:
        where = f" with {moved} moved by its uncertainty" if moved else ""
        raise PropagationError(f"the model gives {result[bad[0]]} at point {bad[0]}{where}", input_name=moved)
    return result
