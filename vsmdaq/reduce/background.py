"""Empty holder: its signal and the cross-talk, to be taken off every sample."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import signals
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate

__all__ = ["reduce_background"]


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
        table=signal_table(run, data),
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
