"""M against temperature and time: how the moment changes with both, and the law of Curie and Weiss.

chi = C/(T - theta) makes H/m a straight line in T: H_int/m = (T - theta)/(C V).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.weighted import WeightedFit, fit_weighted
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.physics.susceptibility import MU_EFF_PREFACTOR
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.geometry import volume_m3
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import internal_field, point_inputs, point_table
from vsmdaq.reduce.series import column_of, misfit, numbered
from vsmdaq.reduce.signals import Signals, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["reduce_temperature"]

FloatArray = NDArray[np.float64]
Inputs = Mapping[str, Quantity | Estimate]

LEAST_SPAN_K = 0.5
"""Below it a change with temperature is not told from one with time."""

ENOUGH_TO_BEND = 5
"""Points from which on the slope is that of a parabola."""

TEMPERATURE = "environment.temperature"

CURIE = {
    "weiss_temperature": ("K", "theta of chi = C/(T - theta)"),
    "curie_constant": ("K", "C of chi = C/(T - theta), chi = dM/dH_int"),
    "mass_curie_constant": ("m3 K/kg", "C of the mass susceptibility"),
    "molar_curie_constant": ("m3 K/mol", "C of the molar susceptibility"),
    "effective_moment": ("1", "mu_eff in Bohr magnetons, from molar_curie_constant"),
}


def reduce_temperature(run: RunData) -> Reduction:
    """Quantities and the table of the points, with temperature and time."""
    details = run.procedure.details
    if not isinstance(details, Temperature):
        raise TypeError(f"a temperature run has a Temperature, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    inputs[TEMPERATURE] = run.bench.temperature
    time = column_of(run, data, lambda p: 0.5 * (p.t_start_s + p.t_end_s))
    series = column_of(run, data, lambda p: float(p.segment)).astype(int)
    quantities: dict[str, ResultQuantity] = {}
    notes: list[str] = []
    for number in range(len(details.fields_a_per_m)):
        chosen = np.flatnonzero(series == number)
        found, doubts = _changes(run, data, inputs, time, chosen, number)
        quantities |= {numbered(name, number, len(details.fields_a_per_m)): value for name, value in found.items()}
        notes += doubts
    if details.curie_weiss:
        found, doubts = _curie_weiss(run, data, inputs)
        quantities |= found
        notes += doubts
    table = point_table(run, data)
    table["series"] = [int(s) + 1 for s in series]
    table["temperature_k"] = [float(t) for t in data.temperature_k]
    table["time_s"] = [float(t - time[0]) for t in time]
    return Reduction(quantities=quantities, table=table, flags=(*data.flags, *flags, *notes))


def _changes(
    run: RunData, data: Signals, inputs: Inputs, time: FloatArray, chosen: NDArray[np.intp], number: int
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """Relative slope of m with T where T changed; with time where it did not."""
    if chosen.size < 3:
        return {}, (f"series {number + 1}: {chosen.size} points, at least 3 are needed",)
    kelvin = data.temperature_k[chosen]
    span_k = float(np.ptp(kelvin))
    warmed = span_k >= LEAST_SPAN_K
    name = "temperature_coefficient" if warmed else "relative_drift"
    abscissa = kelvin if warmed else time[chosen]
    centre = float(np.mean(abscissa))
    # over a wider range m(T) bends: the slope that is wanted is that in the middle
    terms = 3 if warmed and chosen.size >= ENOUGH_TO_BEND else 2
    design = np.vander((abscissa - centre) / float(np.ptp(abscissa)), terms, increasing=True)
    nominal = {key: item.value for key, item in inputs.items()}
    u = (moment_per_volt(run, data, nominal) * data.u_signal_v_rms)[chosen]

    def fit(x: Mapping[str, float]) -> WeightedFit | None:
        return fit_weighted(design, true_moment(run, data, x)[chosen], u)

    best = fit(nominal)
    if best is None or not abs(best.beta[0]) > 5.0 * best.spread * float(np.linalg.norm(best.factor[0])):
        return {}, (f"no {name} of series {number + 1}: no moment beyond its noise",)

    def model(x: Mapping[str, float]) -> dict[str, float]:
        found = fit(x)
        middle, slope = (1.0, 0.0) if found is None else (float(found.beta[0]), float(found.beta[1]))
        return {"mean_moment": middle, name: slope / middle / float(np.ptp(abscissa))}

    units = {"mean_moment": "A m2", name: "1/K" if warmed else "1/s"}
    common = propagate_many(model, inputs, units=units)
    middle, slope = (float(b) for b in best.beta[:2])
    per_slope = middle * float(np.ptp(abscissa))
    rows = {"mean_moment": best.factor[0], name: (best.factor[1] - best.factor[0] * slope / middle) / per_slope}
    field = float(np.mean(true_field(data.reading_a_per_m, nominal)[chosen]))
    where = f"at H_applied = {field / 1e3:+.3f} kA/m"
    words = {
        "mean_moment": f"moment {where} in the middle of the series: {float(np.mean(kelvin)):.3f} K",
        name: f"(1/m) dm/dT {where}, at {centre:.2f} K, from {kelvin.min():.2f} K to {kelvin.max():.2f} K"
        if warmed
        else f"(1/m) dm/dt {where}; the temperature changed by {span_k:.2g} K",
    }
    return {
        key: ResultQuantity(_noisy(common[key], run.run_id, f"T{number}", best.spread * rows[key]), words[key])
        for key in units
    }, ()


def _noisy(value: Estimate, run_id: str, label: str, row: FloatArray) -> Estimate:
    noise = tuple(Component(f"noise:{run_id}.{label}.{k}", float(part), noise=True) for k, part in enumerate(row))
    return Estimate(value.value, value.unit, (*value.components, *noise))


def _curie_weiss(run: RunData, data: Signals, inputs: Inputs) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """Straight line of H_int/m over T, all fields together; absent with the reason where T or m do not bear it."""
    span_k = float(np.ptp(data.temperature_k))
    if data.index.size < 4 or span_k < LEAST_SPAN_K:
        return {}, (
            f"no weiss_temperature: {data.index.size} points over {span_k:.2g} K, at least 4 over {LEAST_SPAN_K} K",
        )
    inputs = {**inputs, **_sizes(run)}
    nominal = {name: item.value for name, item in inputs.items()}
    best = _line(run, data, nominal)
    if best is None:
        return {}, ("no weiss_temperature: the moment has not the sign of the field everywhere",)
    offset, slope = (float(b) for b in best.beta)
    u_slope = best.spread * float(np.linalg.norm(best.factor[1]))
    if not slope > 3.0 * u_slope or not -offset / slope < float(np.min(data.temperature_k)):
        return {}, (f"no weiss_temperature: H/m does not rise with T as it must ({slope:.3g} ± {u_slope:.2g} per K)",)

    def model(x: Mapping[str, float]) -> dict[str, float]:
        line = _line(run, data, x)
        a, b = (offset, slope) if line is None else line.beta
        return _curie_values(run, float(a), float(b), x)

    values = _curie_values(run, offset, slope, nominal)
    common = propagate_many(model, inputs, units={name: CURIE[name][0] for name in values})
    found: dict[str, ResultQuantity] = {}
    for name, estimate in common.items():
        row = best.spread * _gradient(run, offset, slope, nominal, name) @ best.factor
        found[name] = ResultQuantity(_noisy(estimate, run.run_id, "cw", row), CURIE[name][1])
    absent = tuple(f"no {name}: {_lacks(name)}" for name in CURIE if name not in found)
    return found, (*absent, *misfit(best, "the susceptibility does not follow C/(T - theta)"))


def _lacks(name: str) -> str:
    return "the sample file has no shape" if name == "curie_constant" else "the sample file lacks mass or molar_mass"


def _sizes(run: RunData) -> dict[str, Quantity | Estimate]:
    sample = run.sample
    sizes: dict[str, Quantity | Estimate] = {}
    if sample is not None and sample.mass is not None:
        sizes[f"{sample.name}.mass"] = sample.mass
        if sample.molar_mass is not None:
            sizes[f"{sample.name}.molar_mass"] = sample.molar_mass
    return sizes


def _line(run: RunData, data: Signals, x: Mapping[str, float]) -> WeightedFit | None:
    field, moment = true_field(data.reading_a_per_m, x), true_moment(run, data, x)
    internal = internal_field(run, field, moment, x)
    if not np.all(moment * internal > 0.0):
        return None
    ratio = internal / moment
    u_moment = moment_per_volt(run, data, x) * data.u_signal_v_rms / moment
    u_field = np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m) / internal
    kelvin = data.temperature_k + (x[TEMPERATURE] - run.bench.temperature.value)
    return fit_weighted(np.column_stack([np.ones_like(kelvin), kelvin]), ratio, ratio * np.hypot(u_moment, u_field))


def _curie_values(run: RunData, offset: float, slope: float, x: Mapping[str, float]) -> dict[str, float]:
    """From H/m = offset + slope T: theta, and C per volume, mass and amount of substance as far as they are known."""
    values = {"weiss_temperature": -offset / slope}
    sample = run.sample
    volume = volume_m3(sample, x) if sample is not None else None
    if volume is not None:
        values["curie_constant"] = 1.0 / (slope * volume)
    mass = x.get(f"{sample.name}.mass") if sample is not None else None
    if sample is not None and mass is not None:
        values["mass_curie_constant"] = 1.0 / (slope * mass)
        molar_mass = x.get(f"{sample.name}.molar_mass")
        if molar_mass is not None:
            molar = molar_mass / (slope * mass)
            values["molar_curie_constant"] = molar
            values["effective_moment"] = MU_EFF_PREFACTOR * float(np.sqrt(molar))
    return values


def _gradient(run: RunData, offset: float, slope: float, x: Mapping[str, float], name: str) -> FloatArray:
    """Derivatives of one of them with respect to offset and slope."""
    value = _curie_values(run, offset, slope, x)[name]
    if name == "weiss_temperature":
        return np.array([-1.0 / slope, offset / slope**2])
    power = 0.5 if name == "effective_moment" else 1.0
    return np.array([0.0, -power * value / slope])
