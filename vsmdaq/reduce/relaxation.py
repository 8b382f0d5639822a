"""Relaxation: the viscosity coefficient S of m = m(1 s) - S ln(t / 1 s), for each field that was jumped to.

A window has a length: what is compared with its mean moment is the mean of ln t over it. What a filter of n poles of time
constant tau gives at t is the moment of about n tau before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.weighted import WeightedFit, fit_weighted
from vsmdaq.formats.inputs.kinds.relaxation import FEWEST_TO_FIT, Relaxation
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.series import column_of, misfit, numbered
from vsmdaq.reduce.signals import Signals, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["mean_log", "reduce_relaxation"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

NAMES = ("viscosity_coefficient", "moment_at_1_s", "moment_at_end")


def reduce_relaxation(run: RunData) -> Reduction:
    """Quantities of each series and the table of the points, with the time since the field was reached."""
    details = run.procedure.details
    if not isinstance(details, Relaxation):
        raise TypeError(f"a relaxation has a Relaxation, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    inputs["relaxation.time_zero"] = details.time_zero_s
    begin, end = _times(run, data)
    series = column_of(run, data, lambda p: float(p.segment)).astype(int)
    times = (float("nan"), *details.times_s)  # the first point of each series is at saturation
    planned = np.array([times[int(index) % len(times)] for index in data.index])
    quantities: dict[str, ResultQuantity] = {}
    notes: list[str] = []
    count = len(details.fields_a_per_m)
    for number in range(count):
        chosen = np.flatnonzero(
            (series == 2 * number + 1) & (planned >= details.fit_from_s) & (planned <= details.fit_to_s)
        )
        if chosen.size < FEWEST_TO_FIT:
            notes.append(
                f"no {numbered(NAMES[0], number, count)}: {chosen.size} points to fit, at least {FEWEST_TO_FIT} are needed"
            )
            continue
        found, doubts = _fit_series(run, data, inputs, (begin, end), chosen, number)
        for name, (estimate, definition) in found.items():
            quantities[numbered(name, number, count)] = ResultQuantity(estimate, definition)
        notes += doubts
    table = point_table(run, data)
    table["series"] = [int(s) // 2 + 1 for s in series]
    table["saturating"] = [1 - int(s) % 2 for s in series]
    table["time_s"] = [float(t) for t in 0.5 * (begin + end)]
    return Reduction(quantities=quantities, table=table, flags=(*data.flags, *flags, *notes))


def _times(run: RunData, data: Signals) -> tuple[FloatArray, FloatArray]:
    """Begin and end of each window, s after the end of the ramp, as the moment was then."""
    late = column_of(run, data, lambda p: p.filter_poles * p.time_constant_s + p.t_arrived_s)
    begin = column_of(run, data, lambda p: p.t_start_s) - late
    end = column_of(run, data, lambda p: p.t_end_s) - late
    return begin, end


def mean_log(begin_s: FloatArray, end_s: FloatArray) -> FloatArray:
    """Mean of ln(t / 1 s) over windows from `begin_s` to `end_s` (> 0, s)."""
    length = end_s - begin_s
    middle = 0.5 * (begin_s + end_s)
    short = length < 1e-4 * middle
    safe = np.where(short, 1.0, length)
    exact = (end_s * np.log(end_s) - begin_s * np.log(begin_s)) / safe - 1.0
    mean: FloatArray = np.where(short, np.log(middle), exact)
    return mean


def _fit_series(
    run: RunData,
    data: Signals,
    inputs: Mapping[str, Quantity | Estimate],
    times: tuple[FloatArray, FloatArray],
    chosen: IntArray,
    number: int,
) -> tuple[dict[str, tuple[Estimate, str]], tuple[str, ...]]:
    begin, end = times[0][chosen], times[1][chosen]
    last = float(np.max(0.5 * (begin + end)))
    nominal = {name: item.value for name, item in inputs.items()}

    def fit(x: Mapping[str, float]) -> WeightedFit:
        # a window cannot begin before the logarithm's time does
        first, past = (np.maximum(t - x["relaxation.time_zero"], 1e-3) for t in (begin, end))
        design = np.column_stack([np.ones(chosen.size), -mean_log(first, past)])
        found = fit_weighted(design, true_moment(run, data, x)[chosen], u)
        if found is None:
            raise ValueError("points at different times always have a slope")
        return found

    u = (moment_per_volt(run, data, nominal) * data.u_signal_v_rms)[chosen]
    best = fit(nominal)

    def model(x: Mapping[str, float]) -> dict[str, float]:
        at_1_s, viscosity = fit(x).beta
        until_end = math.log(last - x["relaxation.time_zero"])
        return dict(zip(NAMES, (viscosity, at_1_s, at_1_s - viscosity * until_end), strict=True))

    common = propagate_many(model, inputs, units=dict.fromkeys(NAMES, "A m2"))
    rows = dict(
        zip(NAMES, (best.factor[1], best.factor[0], best.factor[0] - best.factor[1] * math.log(last)), strict=True)
    )
    field = float(np.mean(true_field(data.reading_a_per_m, nominal)[chosen]))
    where = (
        f"at H_applied = {field / 1e3:+.3f} kA/m, fitted from {float(begin.min()):.3g} s to {float(end.max()):.3g} s"
    )
    words = (
        f"S of m = m(1 s) - S ln(t/1 s) {where}",
        f"moment 1 s after the field was reached, by the fit {where}",
        f"moment {last:.3g} s after the field was reached, by the fit {where}",
    )
    found = {
        name: (_with_noise(common[name], run.run_id, number, best.spread * rows[name]), text)
        for name, text in zip(NAMES, words, strict=True)
    }
    return found, misfit(best, f"series {number + 1} is not logarithmic in time {where}")


def _with_noise(value: Estimate, run_id: str, number: int, row: FloatArray) -> Estimate:
    noise = tuple(Component(f"noise:{run_id}.s{number}.{k}", float(part), noise=True) for k, part in enumerate(row))
    return Estimate(value.value, value.unit, (*value.components, *noise))
