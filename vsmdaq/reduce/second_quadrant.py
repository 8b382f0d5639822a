"""What a loop of a hard magnet gives beside its own result: coercive field of B and largest energy product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vsmdaq.analyse.parameter import Parameter
from vsmdaq.analyse.second_quadrant import SecondQuadrant, second_quadrant
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.geometry import volume_m3
from vsmdaq.reduce.moments import moment_per_volt
from vsmdaq.reduce.parameters import curve_of, noise_row
from vsmdaq.reduce.points import point_inputs
from vsmdaq.reduce.signals import Signals, field_per_reading, signals
from vsmdaq.terms import Component, Estimate, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["DEMAGNETISATION", "reduce_second_quadrant"]

DEMAGNETISATION: Mapping[str, tuple[str, str]] = {
    "coercive_field_b": ("A/m", "|H_int| at B = mu0 (H_int + M) = 0, mean of both branches"),
    "maximum_energy_product": (
        "J/m3",
        "largest |B H_int| where B and H_int have opposite signs, mean of both branches",
    ),
}
"""Unit and definition of each."""


def reduce_second_quadrant(run: RunData) -> tuple[dict[str, ResultQuantity], dict[str, str]]:
    """Quantities of the demagnetisation curve, and the reason for each that could not be had.

    Parameters
    ----------
    run : RunData
        A loop.

    Raises
    ------
    InputError
        Fewer than three usable points, or no moment calibration.
    """
    data = signals(run.moment_points, run.run_id)
    inputs, _ = point_inputs(run)
    nominal = {name: q.value for name, q in inputs.items()}
    found = _found(run, data, nominal)
    if found is None:
        return {}, dict.fromkeys(DEMAGNETISATION, "the sample file has no shape")
    missing = dict(found.missing)
    lost: set[str] = set()

    def model(x: Mapping[str, float]) -> dict[str, float]:
        moved = _found(run, data, x)
        values = {} if moved is None else {name: p.value for name, p in moved.parameters.items()}
        lost.update(set(found.parameters) - set(values))
        return {name: values.get(name, p.value) for name, p in found.parameters.items()}

    common = propagate_many(model, inputs, units={name: DEMAGNETISATION[name][0] for name in found.parameters})
    missing |= dict.fromkeys(lost, "not to be had within the uncertainty of the inputs")
    quantities = {
        name: ResultQuantity(_with_noise(run, data, nominal, name, found.parameters[name], value), definition)
        for name, (_, definition) in DEMAGNETISATION.items()
        if (value := common.get(name)) is not None and name not in lost
    }
    return quantities, missing


def _found(run: RunData, data: Signals, x: Mapping[str, float]) -> SecondQuadrant | None:
    volume = None if run.sample is None else volume_m3(run.sample, x)
    if volume is None:
        return None
    curve = curve_of(run, data, x)
    u_moment = float(np.max(np.abs(moment_per_volt(run, data, x)) * data.u_signal_v_rms))
    u_field = float(np.max(data.u_reading_a_per_m)) * abs(field_per_reading(x))
    return second_quadrant(curve.internal, curve.moment / volume, u_magnetization=u_moment / volume, u_field=u_field)


def _with_noise(
    run: RunData, data: Signals, nominal: Mapping[str, float], name: str, parameter: Parameter, common: Estimate
) -> Estimate:
    """Noise of the points beside what they share."""
    volume = 1.0 if run.sample is None else (volume_m3(run.sample, nominal) or 1.0)
    by_moment = replace(parameter, d_moment=parameter.d_moment / volume)
    u = float(np.linalg.norm(noise_row(run, data, nominal, by_moment, internal=True)))
    return replace(common, components=(*common.components, Component(f"noise:{run.run_id}.{name}", u, noise=True)))
