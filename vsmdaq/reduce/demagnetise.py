"""The residual field of the yoke, before and after its demagnetisation cycle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.signals import Signals, field_inputs, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate

__all__ = ["reduce_demagnetise"]

DEFINITIONS = {
    "initial_residual_field": (0, "H at zero current before the cycle"),
    "residual_field": (2, "H at zero current after the cycle"),
}
"""Quantity: segment, definition."""


def reduce_demagnetise(run: RunData) -> Reduction:
    """Residual fields and the table of the points."""
    data = signals(run.moment_points, run.run_id)
    inputs = field_inputs(run)
    segments = {p.index: p.segment for p in run.moment_points}
    at = np.array([segments[int(index)] for index in data.index])
    quantities: dict[str, ResultQuantity] = {}
    flags: list[str] = []
    for name, (segment, definition) in DEFINITIONS.items():
        chosen = np.flatnonzero(at == segment)
        if chosen.size:
            quantities[name] = ResultQuantity(_mean(run, data.of(chosen), inputs, name), definition)
        else:
            flags.append(f"no {name}: no usable point")
    return Reduction(quantities=quantities, table=_table(data, inputs, at), flags=(*data.flags, *flags))


def _mean(run: RunData, data: Signals, inputs: Mapping[str, Quantity | Estimate], name: str) -> Estimate:
    """Mean field of some points: noise of their readings, offset and gain of the gaussmeter."""
    common = propagate(lambda x: float(np.mean(true_field(data.reading_a_per_m, x))), inputs, unit="A/m")
    u = float(np.sqrt(np.sum(np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m) ** 2))) / data.index.size
    noise = Component(f"noise:{run.run_id}.{name}", u, noise=True)
    return Estimate(common.value, "A/m", (*common.components, noise))


def _table(
    data: Signals, inputs: Mapping[str, Quantity | Estimate], segment: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> dict[str, list[float | int | str]]:
    nominal = {name: q.value for name, q in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    return {
        "index": [int(i) for i in data.index],
        "segment": [int(i) for i in segment],
        "field_applied_a_per_m": [float(h) for h in field],
        "u_noise_field_a_per_m": [float(u) for u in data.u_reading_a_per_m],
    }
