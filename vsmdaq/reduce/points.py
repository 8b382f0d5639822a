"""Each point of a sample run: H_internal, m, M, susceptibility, with common and random uncertainty (mh.csv)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.units import to_cgs
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.reduce.moments import calibration_inputs, moment_per_volt, true_moment
from vsmdaq.reduce.signals import Signals, field_per_reading, true_field
from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty import propagate_arrays

__all__ = ["internal_field", "point_inputs", "point_table"]

FloatArray = NDArray[np.float64]


def point_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """All inputs that the points of a sample run share, and flags for what is missing."""
    inputs, flags = calibration_inputs(run)
    if run.sample is not None:
        inputs.update(shape_inputs(run.sample))
    return inputs, flags


def internal_field(run: RunData, field: FloatArray, moment: FloatArray, x: Mapping[str, float]) -> FloatArray:
    """H_internal = H_applied - N M (A/m); H_applied where the shape is not known."""
    if run.sample is None or run.sample.shape is None:
        return field
    factor = demagnetising_factor(run.sample, x)
    volume = volume_m3(run.sample, x)
    return field - (factor or 0.0) * moment / (volume or 1.0)


def point_table(run: RunData, data: Signals) -> dict[str, list[float | int | str]]:
    """Columns of mh.csv, SI first, then CGS; none in a draw.

    Susceptibility is M/H_internal of the point, empty near H = 0.
    """
    if run.draw is not None:  # nobody reads the points of a draw
        return {}
    inputs, _ = point_inputs(run)
    nominal = {name: q.value for name, q in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    moment = true_moment(run, data, nominal)
    internal = internal_field(run, field, moment, nominal)
    u_noise = moment_per_volt(run, data, nominal) * data.u_signal_v_rms
    common = propagate_arrays(lambda x: true_moment(run, data, x), inputs).u
    u_field = propagate_arrays(lambda x: true_field(data.reading_a_per_m, x), inputs).u
    u_reading = np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m)
    columns: dict[str, FloatArray] = {
        "field_applied_a_per_m": field,
        "u_common_field_a_per_m": u_field,
        "u_noise_field_a_per_m": u_reading * field_per_reading(nominal),
        "field_internal_a_per_m": internal,
        "moment_a_m2": moment,
        "u_common_moment_a_m2": common,
        "u_noise_moment_a_m2": u_noise,
    }
    columns |= _per_volume(run, columns, inputs, data)
    columns |= _susceptibilities(run, columns, nominal)
    columns["field_applied_oe"] = field * to_cgs(1.0, "A/m", "field")[0]
    columns["field_internal_oe"] = internal * to_cgs(1.0, "A/m", "field")[0]
    columns["moment_emu"] = moment * to_cgs(1.0, "A m2", "moment")[0]
    table: dict[str, list[float | int | str]] = {"index": [int(i) for i in data.index]}
    for name, values in columns.items():
        table[name] = ["" if np.isnan(v) else float(v) for v in values]
    return table


def _per_volume(
    run: RunData, columns: Mapping[str, FloatArray], inputs: Mapping[str, Quantity | Estimate], data: Signals
) -> dict[str, FloatArray]:
    sample = run.sample
    nominal = {name: q.value for name, q in inputs.items()}
    volume = volume_m3(sample, nominal) if sample else None
    if sample is None or volume is None:
        return {}
    common = propagate_arrays(lambda x: true_moment(run, data, x) / (volume_m3(sample, x) or 1.0), inputs).u
    return {
        "magnetization_a_per_m": columns["moment_a_m2"] / volume,
        "u_common_magnetization_a_per_m": common,
        "u_noise_magnetization_a_per_m": columns["u_noise_moment_a_m2"] / volume,
    }


def _susceptibilities(
    run: RunData, columns: Mapping[str, FloatArray], nominal: Mapping[str, float]
) -> dict[str, FloatArray]:
    """M/H and its mass and molar kin; NaN (written as empty) where H_internal is not clearly apart from zero."""
    sample = run.sample
    internal = columns["field_internal_a_per_m"]
    clear = np.abs(internal) > 20.0 * np.hypot(columns["u_common_field_a_per_m"], columns["u_noise_field_a_per_m"])
    per_field = np.divide(columns["moment_a_m2"], internal, out=np.full_like(internal, np.nan), where=clear)
    result: dict[str, FloatArray] = {}
    volume = volume_m3(sample, nominal) if sample else None
    if volume is not None:
        result["volume_susceptibility"] = per_field / volume
        result["volume_susceptibility_cgs"] = per_field / volume * to_cgs(1.0, "1", "susceptibility")[0]
    if sample is not None and sample.mass is not None:
        result["mass_susceptibility_m3_per_kg"] = per_field / sample.mass.value
        result["mass_susceptibility_cm3_per_g"] = per_field / sample.mass.value * to_cgs(1.0, "m3/kg")[0]
        if sample.molar_mass is not None:
            molar = per_field / sample.mass.value * sample.molar_mass.value
            result["molar_susceptibility_m3_per_mol"] = molar
            result["molar_susceptibility_cm3_per_mol"] = molar * to_cgs(1.0, "m3/mol")[0]
    return result
