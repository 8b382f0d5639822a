"""From parameters of a curve (with their gradients) to estimates: what all points share, and the noise of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.parameter import Parameter
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import internal_field
from vsmdaq.reduce.signals import Signals, field_per_reading, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["Analysis", "Curve", "Found", "Recipe", "absent", "base_estimates", "curve_of", "derive", "noise_row"]

FloatArray = NDArray[np.float64]
Inputs = Mapping[str, Quantity | Estimate]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Usable points (n,): applied and internal field (A/m), moment (A m2)."""

    applied: FloatArray
    internal: FloatArray
    moment: FloatArray


@dataclass(frozen=True, slots=True)
class Found:
    """What an analysis found in a curve.

    Attributes
    ----------
    internal, applied : mapping of str to Parameter
        Parameters by name; their gradients are by the moment and by the internal (applied) field.
    missing : mapping of str to str
        The reason for each that could not be had.
    """

    internal: Mapping[str, Parameter]
    applied: Mapping[str, Parameter]
    missing: Mapping[str, str]

    @property
    def values(self) -> dict[str, float]:
        """Value of each parameter."""
        return {name: p.value for table in (self.internal, self.applied) for name, p in table.items()}


Analysis = Callable[[Curve], Found]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A quantity: its parameter, and what that is divided by (``""``, ``"volume"``, ``"mass"``, ``"amount"``)."""

    name: str
    source: str
    per: str
    unit: str
    definition: str


def base_estimates(
    run: RunData, data: Signals, inputs: Inputs, analyse: Analysis, units: Mapping[str, str]
) -> tuple[dict[str, Estimate], dict[str, str]]:
    """Estimates of the parameters in `units`, and why others are absent."""
    nominal = {name: q.value for name, q in inputs.items()}
    found = analyse(curve_of(run, data, nominal))
    names = [name for name in units if name in found.values]
    if run.draw is not None and all(item.u == 0.0 for item in inputs.values()):
        return {name: Estimate(found.values[name], units[name]) for name in names}, dict(found.missing)
    lost = set(names)

    def model(x: Mapping[str, float]) -> dict[str, float]:
        values = analyse(curve_of(run, data, x)).values
        lost.intersection_update(values)
        return {name: values.get(name, found.values[name]) for name in names}

    common = propagate_many(model, inputs, units={name: units[name] for name in names})
    names = [name for name in names if name in lost]
    noise = _noise(run, data, nominal, found, names)
    estimates = {n: Estimate(common[n].value, units[n], (*common[n].components, *noise[n])) for n in names}
    absent_here = {n: "not to be had within the uncertainty of the inputs" for n in found.values if n not in lost}
    return estimates, {**absent_here, **found.missing}


def curve_of(run: RunData, data: Signals, x: Mapping[str, float]) -> Curve:
    """The usable points with the inputs `x`."""
    field = true_field(data.reading_a_per_m, x)
    moment = true_moment(run, data, x)
    return Curve(field, internal_field(run, field, moment, x), moment)


def _noise(
    run: RunData, data: Signals, nominal: Mapping[str, float], found: Found, names: list[str]
) -> dict[str, tuple[Component, ...]]:
    """Noise of the points carried to the parameters, as independent components that keep their covariance.

    A deviation of m moves H_internal by -N/V of it, so its gradient has both parts.
    """
    if not names:  # a run that ended early
        return {}
    matrix = np.array(
        [
            noise_row(
                run,
                data,
                nominal,
                found.applied[name] if name in found.applied else found.internal[name],
                internal=name not in found.applied,
            )
            for name in names
        ]
    )
    scale = np.sqrt(np.sum(matrix**2, axis=1))
    scale[scale == 0.0] = 1.0
    scaled = matrix / scale[:, None]
    eigenvalues, vectors = np.linalg.eigh(scaled @ scaled.T)
    factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None)) * scale[:, None]
    return {
        name: tuple(Component(f"noise:{run.run_id}.{k}", float(factor[i, k]), noise=True) for k in range(len(names)))
        for i, name in enumerate(names)
    }


def noise_row(
    run: RunData, data: Signals, nominal: Mapping[str, float], parameter: Parameter, *, internal: bool
) -> FloatArray:
    """Contributions of the points' noise to a parameter: those of the moments, of the fields, and what all fields share."""
    shift = 0.0
    if internal and run.sample is not None and run.sample.shape is not None:
        shift = (demagnetising_factor(run.sample, nominal) or 0.0) / (volume_m3(run.sample, nominal) or 1.0)
    d_moment = parameter.d_moment - shift * parameter.d_field
    u_moment = moment_per_volt(run, data, nominal) * data.u_signal_v_rms
    u_field = data.u_reading_a_per_m * field_per_reading(nominal)
    lag = data.lag_reading_a_per_m * field_per_reading(nominal)
    # what all points share for not knowing the branch of the yoke moves them together: one column
    together = [float(parameter.d_field @ lag)] if np.any(lag) else []
    return np.concatenate([d_moment * u_moment, parameter.d_field * u_field, together])


def derive(run: RunData, base: Mapping[str, Estimate], recipes: tuple[Recipe, ...]) -> dict[str, ResultQuantity]:
    """Quantities of the recipes whose parameter, and whose size of the sample, are there."""
    sample = run.sample
    inputs: dict[str, Quantity | Estimate] = dict(base)
    if sample is not None:
        inputs.update(shape_inputs(sample))
        if sample.mass is not None:
            inputs[f"{sample.name}.mass"] = sample.mass
        if sample.molar_mass is not None:
            inputs[f"{sample.name}.molar_mass"] = sample.molar_mass

    def model(x: Mapping[str, float]) -> dict[str, float]:
        volume = volume_m3(sample, x) if sample else None
        mass = x.get(f"{sample.name}.mass") if sample else None
        molar_mass = x.get(f"{sample.name}.molar_mass") if sample else None
        sizes = {"": 1.0, "volume": volume, "mass": mass}
        sizes["amount"] = mass / molar_mass if mass and molar_mass else None
        return {r.name: x[r.source] / size for r in recipes if r.source in x and (size := sizes[r.per]) is not None}

    had = model({name: item.value for name, item in inputs.items()})
    by_name = {recipe.name: recipe for recipe in recipes}
    derived = propagate_many(model, inputs, units={name: by_name[name].unit for name in had})
    return {name: ResultQuantity(value, by_name[name].definition) for name, value in derived.items()}


def absent(
    run: RunData, had: Mapping[str, ResultQuantity], recipes: tuple[Recipe, ...], reasons: Mapping[str, str]
) -> tuple[str, ...]:
    """A flag for each quantity that is not there: the parameter of the curve that it lacks, or the size of the sample."""
    lacks_molar_mass = run.sample is not None and run.sample.molar_mass is None
    size = {"volume": "shape", "mass": "mass", "amount": "molar_mass" if lacks_molar_mass else "mass"}
    flags: list[str] = []
    for recipe in recipes:
        if recipe.name not in had:
            reason = reasons.get(recipe.source) or f"the sample file has no {size.get(recipe.per, 'such thing')}"
            flags.append(f"no {recipe.name}: {reason}")
    return tuple(flags)
