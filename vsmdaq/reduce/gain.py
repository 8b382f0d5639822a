"""Signal per moment from a sample whose moment is known and in proportion to the field: Z - Z_holder(H) = z0 + G m(H) s(H), by complex least squares.

z0 is cross-talk, s what the corrections make of the signal per moment, G the calibration. A moment in proportion to the field
cannot be told from a holder's: the holder has to be known apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.reduce.corrections import correction_inputs, sensitivity
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.holder import holder_inputs, holder_signal
from vsmdaq.reduce.signals import FloatArray, Signals, field_inputs, true_field
from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["GAIN_UNITS", "MomentLaw", "gain_of"]

GAIN_UNITS = {"moment_per_volt": "A m2/V", "signal_angle": "rad", "coupling_constant": "H/m3"}

MomentLaw = Callable[[FloatArray, Mapping[str, float]], FloatArray]
"""Moment (A m2) of the sample at applied fields (A/m), from the values of the inputs."""


def gain_of(
    run: RunData, data: Signals, moment: MomentLaw, own_inputs: Mapping[str, Quantity | Estimate]
) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    """Moment per volt, angle of the signal and C, with all that they depend on; and flags.

    Parameters
    ----------
    run, data
        The run and its usable points.
    moment : callable
        What the sample's moment is.
    own_inputs : mapping
        Its uncertain inputs.

    Returns
    -------
    dict of str to Estimate, tuple of str
        Under the names of `GAIN_UNITS`.
    """
    inputs: dict[str, Quantity | Estimate] = {**field_inputs(run), **own_inputs}
    inputs["vibration.amplitude"] = run.bench.amplitude_m
    holder, doubts = holder_inputs(run)
    corrections, notes = correction_inputs(run)
    inputs |= holder | corrections
    flags = (*doubts, *notes)

    def model(x: Mapping[str, float]) -> dict[str, float]:
        gain = _fit(run, data, moment, x)[0]
        per_moment = signal_per_moment_v_rms(data.frequency_hz, 1.0, x["vibration.amplitude"])
        return {
            "moment_per_volt": 1.0 / abs(gain),
            "signal_angle": math.atan2(gain.imag, gain.real),
            "coupling_constant": abs(gain) / per_moment,
        }

    values = propagate_many(model, inputs, units=GAIN_UNITS)
    gain, u_gain, chi2 = _fit(run, data, moment, {name: item.value for name, item in inputs.items()})
    relative = u_gain / abs(gain)
    sizes = {
        "moment_per_volt": ("amplitude", relative * values["moment_per_volt"].value),
        "coupling_constant": ("amplitude", -relative * values["coupling_constant"].value),
        "signal_angle": ("angle", relative),
    }
    dof = 2 * (data.signal_v_rms.size - 2)
    if chi2 > dof + 5.0 * math.sqrt(2.0 * dof):
        flags = (*flags, f"the signal is not in proportion to the law: chi2 = {chi2:.0f} for {dof} degrees of freedom")
    return {name: _with_noise(value, run, *sizes[name]) for name, value in values.items()}, flags


def _fit(run: RunData, data: Signals, moment: MomentLaw, x: Mapping[str, float]) -> tuple[complex, float, float]:
    """Complex gain (V rms per A m2), the noise of its real and imaginary parts, chi2. Noise of H weighs in by its slope."""
    field = true_field(data.reading_a_per_m, x)
    seen = moment(field, x) * sensitivity(run, data, x)
    signal = data.signal_v_rms
    if any(name.startswith("background.") for name in x):
        signal = signal - holder_signal(run, data, x)
    size = float(np.max(np.abs(seen)))
    slope = abs(complex(np.polyfit(field, signal, 1)[0]))
    u = np.hypot(data.u_signal_v_rms, slope * np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m))
    columns = np.column_stack([np.ones_like(field), seen / size])
    inverse = np.linalg.pinv(columns / u[:, None])
    coefficients = inverse @ (signal / u)
    chi2 = float(np.sum(np.abs((signal - columns @ coefficients) / u) ** 2))
    return complex(coefficients[1]) / size, float(np.sqrt(np.sum(inverse[1] ** 2))) / size, chi2


def _with_noise(value: Estimate, run: RunData, name: str, size: float) -> Estimate:
    noise = Component(f"noise:{run.run_id}.{name}", size, noise=True)
    return Estimate(value.value, value.unit, (*value.components, noise))
