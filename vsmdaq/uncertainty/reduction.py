"""A few numbers out of many points: Ms, Hc, a slope ... with the noise of each point and what all share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.terms import Component, Estimate
from vsmdaq.uncertainty.arrays import EstimateArray, Source
from vsmdaq.uncertainty.errors import PropagationError

__all__ = ["propagate_points"]

Array = NDArray[np.float64]
Model = Callable[[Mapping[str, Array]], Mapping[str, float]]


def propagate_points(
    model: Model, arrays: Mapping[str, EstimateArray], *, units: Mapping[str, str]
) -> dict[str, Estimate]:
    """Propagate points into results, each of which may depend on all points.

    Parameters
    ----------
    model : callable
        Takes arrays (n,) by name and gives results by name.
    arrays : mapping of str to EstimateArray
        The points, all of one length. A source of the same name in two arrays is the same input (for noise: the same in
        the same point).
    units : mapping of str to str
        Unit of each result; also says which results are kept.

    Returns
    -------
    dict of str to Estimate
        Noise from the n points comes as at most as many components ``name#1``, ``name#2`` ... as there are results; they
        reproduce its variances and covariances exactly.

    Raises
    ------
    PropagationError
        Lengths differ, one name stands for two inputs, or the model gives no finite number.

    Notes
    -----
    Costs two evaluations for each common input and 2n for each source of noise.
    """
    values = {name: item.values for name, item in arrays.items()}
    if len({len(v) for v in values.values()}) != 1:
        lengths = ", ".join(f"{name}: {len(v)}" for name, v in values.items())
        raise PropagationError(f"arrays of different lengths were given ({lengths}); allowed: one length")
    centre = _evaluate(model, values, units)
    components: dict[str, list[Component]] = {name: [] for name in units}
    for source in _sources(arrays).values():
        shifts = {
            name: item.contributions[item.sources.index(source)]
            for name, item in arrays.items()
            if source in item.sources
        }
        rows = (
            _noise_rows(model, values, shifts, units) if source.noise else _move(model, values, shifts, units)[None, :]
        )
        for number, row in enumerate(rows, start=1):
            label = f"{source.name}#{number}" if source.noise else source.name
            for name, contribution in zip(units, row, strict=True):
                components[name].append(
                    Component(
                        label, float(contribution), source.noise, source.dof, source.distribution, source.ensemble
                    )
                )
    return {
        name: Estimate(float(value), unit, tuple(components[name]))
        for (name, unit), value in zip(units.items(), centre, strict=True)
    }


def _sources(arrays: Mapping[str, EstimateArray]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for item in arrays.values():
        for source in item.sources:
            if found.setdefault(source.name, source) != source:
                raise PropagationError(
                    f"two inputs are called {source.name!r}: {found[source.name]} and {source}; "
                    "equal names mean the same input",
                    input_name=source.name,
                )
    return found


def _noise_rows(
    model: Model, values: Mapping[str, Array], shifts: Mapping[str, Array], units: Mapping[str, str]
) -> Array:
    """Square root of the q x q noise covariance of the results: the R of a QR of the n x q contributions."""
    n = len(next(iter(values.values())))
    rows = np.zeros((n, len(units)))
    for i in range(n):
        if any(shift[i] != 0.0 for shift in shifts.values()):
            point = np.zeros(n)
            point[i] = 1.0
            rows[i] = _move(model, values, {name: shift * point for name, shift in shifts.items()}, units)
    scale = np.sqrt(np.sum(rows**2, axis=0))
    safe = np.where(scale > 0.0, scale, 1.0)  # units of the results may differ by many decades
    root = np.linalg.qr(rows / safe).R * safe
    signs = np.where(np.diag(root) < 0.0, -1.0, 1.0)
    rotated: Array = root * signs[:, None]
    return rotated


def _move(model: Model, values: Mapping[str, Array], shifts: Mapping[str, Array], units: Mapping[str, str]) -> Array:
    above = _evaluate(model, {**values, **{name: values[name] + shift for name, shift in shifts.items()}}, units)
    below = _evaluate(model, {**values, **{name: values[name] - shift for name, shift in shifts.items()}}, units)
    return 0.5 * (above - below)


def _evaluate(model: Model, values: Mapping[str, Array], units: Mapping[str, str]) -> Array:
    results = model(values)
    found = np.array([results[name] for name in units], dtype=np.float64)
    for name, value in zip(units, found, strict=True):
        if not math.isfinite(value):
            raise PropagationError(f"the model gives {value} for {name} within the uncertainty of the points")
    return found
