"""Phase, nickel and empty holder: what the other runs need to know."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.physics.references import LAWS, reference_status
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.reference import expected_moment, law_name, named_inputs
from vsmdaq.reduce.signals import Signals, field_inputs, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity, Sample
from vsmdaq.uncertainty import propagate, propagate_many

__all__ = ["reduce_background", "reduce_nickel", "reduce_phase"]

ComplexArray = NDArray[np.complex128]


def reduce_phase(run: RunData) -> Reduction:
    """Reference phase at which the moment of a saturated sample stands in X alone.

    Half the difference of the signals at both polarities holds the sample and nothing that does not reverse with it.
    """
    data = signals(run.moment_points, run.run_id)
    up, down = data.reading_a_per_m > 0, data.reading_a_per_m < 0
    if not (up.any() and down.any()):
        raise missing(run.run_id, "segments", "fields of one sign only", "fields of both signs")
    signal = 0.5 * (data.signal_v_rms[up].mean() - data.signal_v_rms[down].mean())
    noise = 0.5 * math.hypot(_u_mean(data.u_signal_v_rms[up]), _u_mean(data.u_signal_v_rms[down]))
    u_deg = math.degrees(noise / abs(signal))
    angle_deg = run.phase_deg + math.degrees(math.atan2(signal.imag, signal.real))
    angle_deg = (angle_deg + 180.0) % 360.0 - 180.0
    phase = Estimate(angle_deg, "deg", (Component(f"noise:{run.run_id}", u_deg, noise=True),))
    quantity = ResultQuantity(phase, "phase of the sample's signal against the reference")
    return Reduction(
        quantities={"signal_phase": quantity},
        table=_signal_table(run, data),
        artefact_kind="phase",
        artefact_values={"signal_phase": phase},
        conditions={"frequency_hz": data.frequency_hz},
        flags=data.flags,
    )


def _u_mean(u: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.sum(u**2)) / u.size)


def reduce_nickel(run: RunData) -> Reduction:
    """Moment per volt, angle of the signal and coupling constant C from a saturated reference sphere.

    Z = z0 + G m_ref(H, T) + h H is fitted by complex least squares: z0 is cross-talk, h the holder, G the calibration.
    """
    data = signals(run.moment_points, run.run_id)
    sample = _reference(run)
    inputs: dict[str, Quantity | Estimate] = {**field_inputs(run.bench), **named_inputs(sample)}
    inputs["environment.temperature"] = run.bench.temperature
    inputs["vibration.amplitude"] = run.bench.amplitude_m
    frequency_hz = data.frequency_hz

    def model(x: Mapping[str, float]) -> dict[str, float]:
        gain, _ = _nickel_fit(data, sample, x)
        per_moment = signal_per_moment_v_rms(frequency_hz, 1.0, x["vibration.amplitude"])
        return {
            "moment_per_volt": 1.0 / abs(gain),
            "signal_angle": math.atan2(gain.imag, gain.real),
            "coupling_constant": abs(gain) / per_moment,
        }

    units = {"moment_per_volt": "A m2/V", "signal_angle": "rad", "coupling_constant": "H/m3"}
    values = propagate_many(model, inputs, units=units)
    gain, u_gain = _nickel_fit(data, sample, {name: q.value for name, q in inputs.items()})
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
        table=_signal_table(run, data),
        artefact_kind="moment",
        artefact_values=values,
        conditions={
            "frequency_hz": frequency_hz,
            "amplitude_m": run.bench.amplitude_m.value,
            "phase_deg": run.phase_deg,
        },
        reference=_described(sample),
        flags=data.flags,
    )


def _reference(run: RunData) -> Sample:
    laws = [name for name, law in LAWS.items() if law.kind == "moment"]
    if run.sample is None or run.sample.reference is None or law_name(run.sample) not in laws:
        allowed = f"one whose [reference] has law = {' or '.join(map(repr, laws))}"
        raise missing(run.run_id, "sample", "another sample", allowed)
    return run.sample


def _described(sample: Sample) -> str:
    reference = sample.reference
    return "" if reference is None else f"{sample.name}: {reference_status(reference)}"


def _nickel_fit(data: Signals, sample: Sample, x: Mapping[str, float]) -> tuple[complex, float]:
    """Complex gain (V rms per A m2) and the noise of its real and imaginary parts."""
    field = true_field(data.reading_a_per_m, x)
    temperature_k = x["environment.temperature"]
    moment = np.array([expected_moment(sample, float(h), temperature_k, x) for h in field])
    # columns of one size keep the normal equations well conditioned
    size, scale = float(np.max(np.abs(moment))), float(np.max(np.abs(field)))
    columns = np.column_stack([np.ones_like(field), moment / size, field / scale])
    inverse = np.linalg.pinv(columns / data.u_signal_v_rms[:, None])
    coefficients = inverse @ (data.signal_v_rms / data.u_signal_v_rms)
    u = float(np.sqrt(np.sum(inverse[1] ** 2)))
    return complex(coefficients[1]) / size, u / size


def _with_noise(value: Estimate, run: RunData, name: str, amount: float, *, absolute: bool = False) -> Estimate:
    size = amount if absolute else amount * value.value
    noise = Component(f"noise:{run.run_id}.{name}", size, noise=True)
    return Estimate(value.value, value.unit, (*value.components, noise))


def reduce_background(run: RunData) -> Reduction:
    """Signal of holder and cross-talk as a straight line in the field reading, complex."""
    data = signals(run.moment_points, run.run_id)
    centre = float(np.mean(data.reading_a_per_m))
    distance = data.reading_a_per_m - centre
    values: dict[str, Estimate] = {}
    chi2 = 0.0
    for axis, part in (("x", data.signal_v_rms.real), ("y", data.signal_v_rms.imag)):
        columns = np.column_stack([np.ones_like(distance), distance]) / data.u_signal_v_rms[:, None]
        # weights are nearly equal, so about the centre the two coefficients are nearly uncorrelated; exactly: Cholesky
        covariance = np.linalg.inv(columns.T @ columns)
        target = part / data.u_signal_v_rms
        line = covariance @ (columns.T @ target)
        chi2 += float(np.sum((target - columns @ line) ** 2))
        factor = np.linalg.cholesky(covariance)
        for row, unit in ((0, "V"), (1, "V m/A")):
            noise = tuple(
                Component(f"noise:{run.run_id}.{axis}{k}", float(factor[row, k]), noise=True) for k in range(row + 1)
            )
            values[f"{axis}{row}"] = Estimate(float(line[row]), unit, noise)
    dof = 2 * (data.signal_v_rms.size - 2)
    flags = data.flags
    if chi2 > dof + 5.0 * math.sqrt(2.0 * dof):
        flags = (*flags, f"background is not a straight line: chi2 = {chi2:.0f} for {dof} degrees of freedom")
    quantities: dict[str, ResultQuantity] = {}
    if "moment" in run.artefacts:
        quantities["holder_moment_per_field"] = _holder_quantity(run, values)
    return Reduction(
        quantities=quantities,
        table=_signal_table(run, data),
        artefact_kind="background",
        artefact_values=values,
        conditions={
            "centre_a_per_m": centre,
            "largest_field_a_per_m": float(np.max(np.abs(data.reading_a_per_m))),
            "frequency_hz": data.frequency_hz,
            "amplitude_m": run.bench.amplitude_m.value,
            "phase_deg": run.phase_deg,
        },
        flags=flags,
    )


def _holder_quantity(run: RunData, values: Mapping[str, Estimate]) -> ResultQuantity:
    moment = run.artefacts["moment"]
    inputs: dict[str, Quantity | Estimate] = {
        "gaussmeter.gain": run.bench.gaussmeter_gain,
        "moment_per_volt": moment.values["moment_per_volt"],
        "signal_angle": moment.values["signal_angle"],
        "x1": values["x1"],
        "y1": values["y1"],
    }

    def model(x: Mapping[str, float]) -> float:
        signal = complex(x["x1"], x["y1"]) * complex(math.cos(x["signal_angle"]), -math.sin(x["signal_angle"]))
        return x["moment_per_volt"] * signal.real * x["gaussmeter.gain"]

    estimate = propagate(model, inputs, unit="m3")
    return ResultQuantity(estimate, "moment of the empty holder per field")


def _signal_table(run: RunData, data: Signals) -> dict[str, list[float | int | str]]:
    field = true_field(data.reading_a_per_m, {name: q.value for name, q in field_inputs(run.bench).items()})
    return {
        "index": [int(i) for i in data.index],
        "field_applied_a_per_m": [float(v) for v in field],
        "x_v_rms": [float(v) for v in data.signal_v_rms.real],
        "y_v_rms": [float(v) for v in data.signal_v_rms.imag],
        "u_v_rms": [float(v) for v in data.u_signal_v_rms],
    }
