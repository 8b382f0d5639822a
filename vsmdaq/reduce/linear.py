"""A sample whose moment is proportional to the field: susceptibilities, and the check against its reference value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.physics.calibrants import reference_law
from vsmdaq.physics.references import ReferenceRangeError, reference_status
from vsmdaq.physics.susceptibility import internal_susceptibility
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.geometry import demagnetising_factor, departure_input, shape_inputs, volume_m3
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.reference import expected_value, law_name, named_inputs
from vsmdaq.reduce.signals import Signals, signals, true_field
from vsmdaq.reduce.soft import soft_flags
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import normalised_error, propagate, propagate_many

__all__ = ["reduce_linear"]

DEFINITIONS = {
    "volume_susceptibility": ("1", "dM/dH_int"),
    "volume_susceptibility_external": ("1", "dM/dH_applied"),
    "mass_susceptibility": ("m3/kg", "dM/dH_int per density, from the mass"),
    "molar_susceptibility": ("m3/mol", "mass_susceptibility times molar mass"),
}


def reduce_linear(run: RunData) -> Reduction:
    """Slope of m(H) by weighted least squares; susceptibilities and, where the sample is a reference, E_n."""
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    slope = _slope(run, data, inputs)
    values = _susceptibilities(run, slope)
    quantities = {name: ResultQuantity(value, DEFINITIONS[name][1]) for name, value in values.items()}
    checked, refused = _check(run, values, float(np.max(np.abs(data.reading_a_per_m))))
    quantities |= checked
    absent = tuple(f"no {name}: {_why(name)}" for name in DEFINITIONS if name not in values)
    return Reduction(
        quantities=quantities,
        table=point_table(run, data),
        flags=(*data.flags, *flags, *absent, *refused, *soft_flags(run, data, inputs)),
        reference=_source(run),
    )


def _why(name: str) -> str:
    return "the sample file has no shape" if name.startswith("volume") else "the sample file lacks mass or molar_mass"


def _source(run: RunData) -> str:
    reference = run.sample.reference if run.sample else None
    return reference_status(reference) if reference else ""


def _slope(run: RunData, data: Signals, inputs: Mapping[str, Quantity | Estimate]) -> Estimate:
    """dm/dH_applied (m3) of a straight line with free offset; noise of m and of H both weigh in."""
    nominal = {name: q.value for name, q in inputs.items()}
    u_reading = np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m)

    def fit(x: Mapping[str, float]) -> tuple[float, float]:
        field = true_field(data.reading_a_per_m, x)
        moment = true_moment(run, data, x)
        rough = float(np.polyfit(field, moment, 1)[0])
        u2 = (moment_per_volt(run, data, x) * data.u_signal_v_rms) ** 2 + (rough * u_reading) ** 2
        weight = 1.0 / u2
        centred = field - np.sum(weight * field) / np.sum(weight)
        spread = float(np.sum(weight * centred**2))
        return float(np.sum(weight * centred * moment)) / spread, spread**-0.5

    common = propagate(lambda x: fit(x)[0], inputs, unit="m3")
    noise = Component(f"noise:{run.run_id}", fit(nominal)[1], noise=True)
    return Estimate(common.value, "m3", (*common.components, noise))


def _susceptibilities(run: RunData, slope: Estimate) -> dict[str, Estimate]:
    sample = run.sample
    if sample is None:
        return {}
    inputs: dict[str, Quantity | Estimate] = {"slope": slope, **shape_inputs(sample)}
    stated = volume_m3(sample, {name: item.value for name, item in inputs.items()})
    if stated is not None:
        inputs |= run.drawn(departure_input(sample, slope.value / stated))
    if sample.mass is not None:
        inputs[f"{sample.name}.mass"] = sample.mass
    if sample.molar_mass is not None:
        inputs[f"{sample.name}.molar_mass"] = sample.molar_mass

    def model(x: Mapping[str, float]) -> dict[str, float]:
        values: dict[str, float] = {}
        volume, factor = volume_m3(sample, x), demagnetising_factor(sample, x)
        inner = x["slope"]
        if volume is not None and factor is not None:
            external = x["slope"] / volume
            values["volume_susceptibility_external"] = external
            values["volume_susceptibility"] = internal_susceptibility(external, factor)
            inner = values["volume_susceptibility"] * volume
        if sample.mass is not None:
            values["mass_susceptibility"] = inner / x[f"{sample.name}.mass"]
            if sample.molar_mass is not None:
                values["molar_susceptibility"] = values["mass_susceptibility"] * x[f"{sample.name}.molar_mass"]
        return values

    had = model({name: item.value for name, item in inputs.items()})
    return propagate_many(model, inputs, units={name: DEFINITIONS[name][0] for name in had})


def _check(
    run: RunData, values: Mapping[str, Estimate], largest_field_a_per_m: float
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """E_n = |measured - reference|/U(difference), U at k = 2; up to 1 they agree (ISO 13528). Or a flag with the reason."""
    sample = run.sample
    measured = values.get("mass_susceptibility")
    if sample is None or sample.reference is None or measured is None:
        return {}, ()
    if reference_law(sample).kind != "mass_susceptibility":
        return {}, (f"no normalised_error: the law of {law_name(sample)} gives a moment, not a susceptibility",)
    inputs: dict[str, Quantity | Estimate] = {
        **run.drawn(named_inputs(sample)),
        "environment.temperature": run.bench.temperature,
    }

    def model(x: Mapping[str, float]) -> float:
        return expected_value(sample, largest_field_a_per_m, x["environment.temperature"], x)

    try:
        expected = propagate(model, inputs, unit="m3/kg")
    except ReferenceRangeError as error:
        return {}, (f"no normalised_error: {error}",)
    e_n = Estimate(normalised_error(measured, expected), "1")
    quantities = {
        "reference_mass_susceptibility": ResultQuantity(
            expected, f"reference value at the temperature of the run ({sample.reference.status})"
        ),
        "normalised_error": ResultQuantity(e_n, "E_n of mass_susceptibility against its reference; agreement up to 1"),
    }
    return quantities, ()
