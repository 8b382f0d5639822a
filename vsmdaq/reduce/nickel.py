"""Nickel: moment per volt, angle of the signal and coupling constant from a saturated reference sphere."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.physics.references import LAWS, reference_status
from vsmdaq.reduce.corrections.calibrant import calibrant_inputs, calibrant_sensitivity
from vsmdaq.reduce.corrections.image import image_condition, image_factor, image_inputs
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.reference import expected_moment, law_name, named_inputs
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import Signals, field_inputs, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity, Sample
from vsmdaq.uncertainty import propagate_many

__all__ = ["reduce_nickel"]


def reduce_nickel(run: RunData) -> Reduction:
    """Moment per volt, angle of the signal and coupling constant C from a saturated reference sphere.

    Z = z0 + G m_ref(H, T) + h H is fitted by complex least squares: z0 is cross-talk, h the holder, G the calibration. G is
    brought to that of a point in the centre of the coils: by the shape of the calibrant (nothing for a sphere) and its mounting.
    With an image calibration m_ref and H are multiplied by k(|H|), and G is that at k = 1.
    """
    data = signals(run.moment_points, run.run_id)
    sample = _reference(run)
    inputs: dict[str, Quantity | Estimate] = {**field_inputs(run), **run.drawn(named_inputs(sample))}
    inputs["environment.temperature"] = run.bench.temperature
    inputs["vibration.amplitude"] = run.bench.amplitude_m
    placed, flags = calibrant_inputs(run)
    imaged, doubts = image_inputs(run)
    inputs |= run.drawn(placed | imaged)
    frequency_hz = data.frequency_hz

    def model(x: Mapping[str, float]) -> dict[str, float]:
        gain = _nickel_fit(run, data, sample, x)[0] / calibrant_sensitivity(run, x)
        per_moment = signal_per_moment_v_rms(frequency_hz, 1.0, x["vibration.amplitude"])
        return {
            "moment_per_volt": 1.0 / abs(gain),
            "signal_angle": math.atan2(gain.imag, gain.real),
            "coupling_constant": abs(gain) / per_moment,
        }

    units = {"moment_per_volt": "A m2/V", "signal_angle": "rad", "coupling_constant": "H/m3"}
    values = propagate_many(model, inputs, units=units)
    gain, u_gain = _nickel_fit(run, data, sample, {name: q.value for name, q in inputs.items()})
    relative = u_gain / abs(gain)
    values = {
        "moment_per_volt": _with_noise(values["moment_per_volt"], run, "amplitude", relative),
        "coupling_constant": _with_noise(values["coupling_constant"], run, "amplitude", -relative),
        "signal_angle": _with_noise(values["signal_angle"], run, "angle", relative, absolute=True),
    }
    return Reduction(
        quantities={
            "coupling_constant": ResultQuantity(
                values["coupling_constant"], "C in V_rms = sqrt(2) pi f C m a, effective at this amplitude and centre"
            ),
            "moment_per_volt": ResultQuantity(values["moment_per_volt"], "moment per volt (rms) of in-phase signal"),
        },
        table=signal_table(run, data),
        artefact_kind="moment",
        artefact_values=values,
        conditions={
            "frequency_hz": frequency_hz,
            "amplitude_m": run.bench.amplitude_m.value,
            "phase_deg": run.phase_deg,
            **image_condition(run),
        },
        reference=_described(sample),
        flags=(*data.flags, *flags, *doubts),
    )


def _reference(run: RunData) -> Sample:
    laws = [name for name, law in LAWS.items() if law.kind == "moment" and law.reverses]
    if run.sample is None or run.sample.reference is None or law_name(run.sample) not in laws:
        allowed = f"one whose [reference] has law = {' or '.join(map(repr, laws))}"
        raise missing(run.run_id, "sample", "another sample", allowed)
    return run.sample


def _described(sample: Sample) -> str:
    reference = sample.reference
    return "" if reference is None else f"{sample.name}: {reference_status(reference)}"


def _nickel_fit(run: RunData, data: Signals, sample: Sample, x: Mapping[str, float]) -> tuple[complex, float]:
    """Complex gain (V rms per A m2) and the noise of its real and imaginary parts."""
    field = true_field(data.reading_a_per_m, x)
    temperature_k = x["environment.temperature"]
    moment = np.array([expected_moment(sample, float(h), temperature_k, x) for h in field])
    # columns of one size keep the normal equations well conditioned
    size, scale = float(np.max(np.abs(moment))), float(np.max(np.abs(field)))
    seen = image_factor(run, data, x)
    columns = np.column_stack([np.ones_like(field), seen * moment / size, seen * field / scale])
    inverse = np.linalg.pinv(columns / data.u_signal_v_rms[:, None])
    coefficients = inverse @ (data.signal_v_rms / data.u_signal_v_rms)
    u = float(np.sqrt(np.sum(inverse[1] ** 2)))
    return complex(coefficients[1]) / size, u / size


def _with_noise(value: Estimate, run: RunData, name: str, amount: float, *, absolute: bool = False) -> Estimate:
    size = amount if absolute else amount * value.value
    noise = Component(f"noise:{run.run_id}.{name}", size, noise=True)
    return Estimate(value.value, value.unit, (*value.components, noise))
