"""Amplitude linearity: X = X0 + s a (1 + kappa_z a²/8) against the peak amplitude a.

The cubic term is what a curvature of the coupling along the vibration does to the first harmonic (the mean of the flux over
the motion); a rod that hits something, or an amplifier that clips, shows as well.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.weighted import fit_weighted
from vsmdaq.formats.inputs.kinds.amplitude import FEWEST_AMPLITUDES, Amplitude
from vsmdaq.reduce.curvature_check import against_centring
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.series import coefficients, column_of, misfit, projected
from vsmdaq.reduce.signals import field_inputs, signals, true_field
from vsmdaq.terms import Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["reduce_amplitude"]

FloatArray = NDArray[np.float64]

SCALE = "amplitude.scale"

DEFINITIONS = {
    "amplitude_slope": ("V/m", "s of X = X0 + s a (1 + kappa_z a²/8), a the peak amplitude"),
    "amplitude_intercept": ("V", "X0: signal (rms) without vibration"),
    "curvature_z": ("1/m2", "kappa_z: relative curvature of the coupling along the vibration, from the cubic term"),
    "amplitude_deviation": ("1", "kappa_z a²/8 at the amplitude of the bench file"),
}


def reduce_amplitude(run: RunData) -> Reduction:
    """Slope, offset, curvature, and up to which amplitude the signal is proportional within its uncertainty."""
    details = run.procedure.details
    if not isinstance(details, Amplitude):
        raise TypeError(f"an amplitude run has an Amplitude, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    amplitude = column_of(run, data, lambda p: float("nan") if p.setting is None else p.setting)
    if np.unique(np.round(amplitude, 9)).size < FEWEST_AMPLITUDES:
        given = f"{np.unique(amplitude).size} different amplitudes"
        raise missing(run.run_id, "points", given, f"at least {FEWEST_AMPLITUDES}", "Measure the run again.")
    signal = projected(data)
    size = float(np.max(amplitude))
    relative = amplitude / size
    u_signal = np.hypot(data.u_signal_v_rms, (details.u_reading_m or 0.0) * np.abs(signal) / amplitude)
    fit = fit_weighted(np.column_stack([np.ones_like(relative), relative, relative**3]), signal, u_signal)
    if fit is None:
        raise missing(run.run_id, "amplitudes", "all alike", "different ones")
    inputs: dict[str, Quantity | Estimate] = {
        **coefficients(fit, run.run_id, "a", ("V", "V", "V")),
        SCALE: _scale(run, details),
        "vibration.amplitude": run.bench.amplitude_m,
    }

    def model(x: Mapping[str, float]) -> dict[str, float]:
        largest = size * x[SCALE]
        curvature = 8.0 * x["b2"] / (x["b1"] * largest**2)
        return {
            "amplitude_slope": x["b1"] / largest,
            "amplitude_intercept": x["b0"],
            "curvature_z": curvature,
            "amplitude_deviation": curvature * x["vibration.amplitude"] ** 2 / 8.0,
        }

    found = propagate_many(model, inputs, units={name: unit for name, (unit, _) in DEFINITIONS.items()})
    quantities = {name: ResultQuantity(value, DEFINITIONS[name][1]) for name, value in found.items()}
    compared, doubts = against_centring(run, found["curvature_z"])
    quantities |= compared
    u_line = np.hypot(2.0 * fit.spread * u_signal, np.abs(signal) * inputs[SCALE].u)
    linear = _linear_up_to(amplitude, np.abs(fit.beta[2]) * relative**3 <= u_line)
    flags: tuple[str, ...] = ()
    if details.u_reading_m is not None:
        flags = misfit(fit, "the signal is no line with a cubic term in the amplitude")
    if linear is None:
        flags = (
            *flags,
            "no linear_amplitude: the signal bends beyond its uncertainty at the smallest amplitude already",
        )
    else:
        quantities["linear_amplitude"] = ResultQuantity(
            Estimate(linear, "m"),
            "largest amplitude up to which the cubic term is within the uncertainty that noise and amplitude's scale leave",
        )
    table: dict[str, list[float | int | str]] = {
        "index": [int(i) for i in data.index],
        "field_applied_a_per_m": [float(h) for h in _field(run, data.reading_a_per_m)],
        "amplitude_m": [float(a) for a in amplitude],
        "x_v_rms": [float(v) for v in signal],
        "u_v_rms": [float(v) for v in data.u_signal_v_rms],
        "residual_v_rms": [float(v) for v in fit.residuals * u_signal],
        "cubic_v_rms": [float(v) for v in fit.beta[2] * relative**3],
    }
    return Reduction(quantities=quantities, table=table, flags=(*data.flags, *flags, *doubts))


def _scale(run: RunData, details: Amplitude) -> Quantity:
    """Relative uncertainty of the scale on which all amplitudes were read."""
    known = run.bench.amplitude_m if details.sensor_v_per_m is None else details.sensor_v_per_m
    return Quantity(1.0, known.u / abs(known.value), "1", known.dof, known.distribution)


def _field(run: RunData, reading: FloatArray) -> FloatArray:
    return true_field(reading, {name: q.value for name, q in field_inputs(run).items()})


def _linear_up_to(amplitude: FloatArray, straight: NDArray[np.bool_]) -> float | None:
    """Largest amplitude below which, itself included, all are straight."""
    order = np.argsort(amplitude)
    last: float | None = None
    for i in order:
        if not straight[i]:
            break
        last = float(amplitude[i])
    return last
