"""A hysteresis loop: saturation, remanence, coercivity, high-field slope, with the covariance of their noise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.loop import LoopParameters, loop_parameters
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.reduce.points import internal_field, point_inputs, point_table
from vsmdaq.reduce.signals import Signals, signals, true_field, true_moment
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["reduce_loop"]

FloatArray = NDArray[np.float64]

BASE = {
    "saturation": "A m2",
    "remanence": "A m2",
    "high_field_slope": "m3",
    "coercive_field": "A/m",
    "coercive_field_applied": "A/m",
}
"""What the analysis of m(H) gives, before volume and mass come in."""

DEFINITIONS = {
    "saturation_moment": ("A m2", "m_s of m = ±m_s + slope H_int above the high-field limit, holder removed"),
    "saturation_magnetization": ("A/m", "saturation_moment per volume"),
    "saturation_mass_magnetization": ("A m2/kg", "saturation_moment per mass"),
    "remanent_moment": ("A m2", "m at H_int = 0, mean of both branches"),
    "remanent_magnetization": ("A/m", "remanent_moment per volume"),
    "coercive_field": ("A/m", "|H_int| at m = 0, mean of both branches"),
    "coercive_field_applied": ("A/m", "|H_applied| at m = 0, mean of both branches"),
    "high_field_susceptibility": ("1", "dM/dH_int above the high-field limit, holder removed"),
    "high_field_mass_susceptibility": ("m3/kg", "high-field slope of m(H_int) per mass"),
    "high_field_molar_susceptibility": ("m3/mol", "high-field slope of m(H_int) per amount of substance"),
}


def reduce_loop(run: RunData) -> Reduction:
    """Quantities of a loop and the table of its points."""
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    base, reasons = _base_estimates(run, data, inputs)
    derived = _derived(run, base)
    quantities = {name: ResultQuantity(value, DEFINITIONS[name][1]) for name, value in derived.items()}
    absent = [f"no {name}: {_why(run, name, reasons)}" for name in DEFINITIONS if name not in derived]
    return Reduction(quantities=quantities, table=point_table(run, data), flags=(*data.flags, *flags, *absent))


def _why(run: RunData, name: str, reasons: Mapping[str, str]) -> str:
    """What a quantity lacks: the parameter of the loop that it is made of, or the size that it is divided by."""
    source, per = next((source, per) for recipe, source, per in _RECIPES if recipe == name)
    parameter = "coercive_field" if source == "coercive_field_applied" else source
    if parameter in reasons:
        return reasons[parameter]
    lacks_molar_mass = run.sample is not None and run.sample.molar_mass is None
    size = {"volume": "shape", "mass": "mass", "amount": "molar_mass" if lacks_molar_mass else "mass"}
    return f"the sample file has no {size[per]}"


def _analyse(run: RunData, data: Signals, x: Mapping[str, float]) -> tuple[LoopParameters, LoopParameters]:
    """Parameters of m against H_internal and against H_applied."""
    field = true_field(data.reading_a_per_m, x)
    moment = true_moment(run, data, x)
    internal = internal_field(run, field, moment, x)
    fraction = run.procedure.high_field_fraction
    return (
        loop_parameters(internal, moment, high_field_fraction=fraction),
        loop_parameters(field, moment, high_field_fraction=fraction),
    )


def _base_estimates(
    run: RunData, data: Signals, inputs: Mapping[str, Quantity | Estimate]
) -> tuple[dict[str, Estimate], dict[str, str]]:
    nominal = {name: q.value for name, q in inputs.items()}
    internal, applied = _analyse(run, data, nominal)
    names = [
        n
        for n in BASE
        if (n if n != "coercive_field_applied" else "coercive_field")
        in (applied if n == "coercive_field_applied" else internal).parameters
    ]

    def model(x: Mapping[str, float]) -> dict[str, float]:
        inner, outer = _analyse(run, data, x)
        return {n: _value(inner, outer, n) for n in names}

    common = propagate_many(model, inputs, units={n: BASE[n] for n in names})
    noise = _noise(run, data, nominal, internal, applied, names)
    estimates = {n: Estimate(common[n].value, BASE[n], (*common[n].components, *noise[n])) for n in names}
    return estimates, dict(internal.missing)


def _value(internal: LoopParameters, applied: LoopParameters, name: str) -> float:
    if name == "coercive_field_applied":
        return applied.parameters["coercive_field"].value
    return internal.parameters[name].value


def _noise(
    run: RunData,
    data: Signals,
    nominal: Mapping[str, float],
    internal: LoopParameters,
    applied: LoopParameters,
    names: list[str],
) -> dict[str, tuple[Component, ...]]:
    """Noise of the points carried to the parameters, as independent components that keep their covariance.

    A deviation of m moves H_internal by -N/V of it, so its gradient has both parts.
    """
    if not names:  # a run that ended early
        return {}
    u_moment = nominal["moment_per_volt"] * data.u_signal_v_rms
    u_field = data.u_reading_a_per_m / nominal["gaussmeter.gain"]
    lag = data.lag_reading_a_per_m / nominal["gaussmeter.gain"]
    shift = 0.0
    if run.sample is not None and run.sample.shape is not None:
        shift = (demagnetising_factor(run.sample, nominal) or 0.0) / (volume_m3(run.sample, nominal) or 1.0)
    rows: list[FloatArray] = []
    for name in names:
        outer = name == "coercive_field_applied"
        parameter = applied.parameters["coercive_field"] if outer else internal.parameters[name]
        d_moment = parameter.d_moment if outer else parameter.d_moment - shift * parameter.d_field
        # what all points share for not knowing the branch of the yoke moves them together: one column
        together = [float(parameter.d_field @ lag)] if np.any(lag) else []
        rows.append(np.concatenate([d_moment * u_moment, parameter.d_field * u_field, together]))
    matrix = np.array(rows)
    scale = np.sqrt(np.sum(matrix**2, axis=1))
    scale[scale == 0.0] = 1.0
    scaled = matrix / scale[:, None]
    eigenvalues, vectors = np.linalg.eigh(scaled @ scaled.T)
    factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None)) * scale[:, None]
    return {
        name: tuple(Component(f"noise:{run.run_id}.{k}", float(factor[i, k]), noise=True) for k in range(len(names)))
        for i, name in enumerate(names)
    }


def _derived(run: RunData, base: Mapping[str, Estimate]) -> dict[str, Estimate]:
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
        return {
            name: x[source] / size for name, source, per in _RECIPES if source in x and (size := sizes[per]) is not None
        }

    had = model({name: item.value for name, item in inputs.items()})
    return propagate_many(model, inputs, units={name: DEFINITIONS[name][0] for name in had})


_RECIPES = (
    ("saturation_moment", "saturation", ""),
    ("saturation_magnetization", "saturation", "volume"),
    ("saturation_mass_magnetization", "saturation", "mass"),
    ("remanent_moment", "remanence", ""),
    ("remanent_magnetization", "remanence", "volume"),
    ("coercive_field", "coercive_field", ""),
    ("coercive_field_applied", "coercive_field_applied", ""),
    ("high_field_susceptibility", "high_field_slope", "volume"),
    ("high_field_mass_susceptibility", "high_field_slope", "mass"),
    ("high_field_molar_susceptibility", "high_field_slope", "amount"),
)
