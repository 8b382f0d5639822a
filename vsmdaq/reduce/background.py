"""Empty holder: its signal and the cross-talk, to be taken off every sample; at one temperature or at several."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.holder import LINE
from vsmdaq.reduce.holder_fit import HolderFit, fit_holder
from vsmdaq.reduce.holder_quantities import holder_quantities
from vsmdaq.reduce.series import column_of
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import Signals, signals
from vsmdaq.terms import Estimate

__all__ = ["reduce_background"]


def reduce_background(run: RunData) -> Reduction:
    """Signal of holder and cross-talk against the field reading, complex: a straight line where that is all there is, else a table.

    Line and means at the fields both go into the artefact; which of them holds is a condition of it.
    """
    data = signals(run.moment_points, run.run_id)
    centre = float(np.mean(data.reading_a_per_m))
    members, kelvin = _temperatures(run, data)
    several = len(members) > 1
    fits = [
        fit_holder(run, data.of(here), centre, f"T{number}." if several else "", with_time=not several)
        for number, here in enumerate(members)
    ]
    table = any(not fit.straight for fit in fits) and all(fit.fields.size >= 3 for fit in fits)
    table = table and all(np.array_equal(fit.set_fields, fits[0].set_fields) for fit in fits)
    values: dict[str, Estimate] = {}
    for number, fit in enumerate(fits):
        values |= {f"T{number}.{name}" if several else name: value for name, value in fit.values.items()}
    # whoever looks at one line sees that of the temperature of the bench
    nearest = int(np.argmin(np.abs(kelvin - run.bench.temperature.value)))
    values |= {name: fits[nearest].values[name] for name in LINE}
    quantities, notes = holder_quantities(run, fits, kelvin, nearest)
    flags = tuple(flag for fit in fits for flag in _flags(fit, table=table))
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
            "table": float(table),
            **_places(run, data, fits),
            "temperatures": float(len(fits)),
            **{f"temperature.{number}_k": float(t) for number, t in enumerate(kelvin)},
            "over_inverse_temperature": float(_curie(run)),
            "drifts": float(fits[0].drifts),
        },
        flags=(*data.flags, *flags, *notes),
    )


def _temperatures(run: RunData, data: Signals) -> tuple[list[np.ndarray], np.ndarray]:
    """Places of the points of each temperature, and the temperatures (K)."""
    details = run.procedure.details
    if not isinstance(details, Temperature):
        return [np.arange(data.index.size)], np.array([float(np.mean(data.temperature_k))])
    per_set, count = len(run.procedure.segments) * run.procedure.repeats, len(details.temperatures_k)
    number = column_of(run, data, lambda p: float(p.segment // per_set)).astype(int)
    # without a thermometer only the point that set the temperature knows it
    measured = "thermometer" in run.bench.beside
    members = [np.flatnonzero(number == k) for k in range(count)]
    members = [here for here in members if here.size >= 3]
    kelvin = [
        float(np.mean(data.temperature_k[here])) if measured else float(data.temperature_k[here[0]]) for here in members
    ]
    return members, np.array(kelvin)


def _places(run: RunData, data: Signals, fits: list[HolderFit]) -> Mapping[str, float]:
    """Fields of the table, and when the middle of the run was."""
    fields = np.mean([fit.fields for fit in fits], axis=0) if _alike(fits) else fits[0].fields
    places = {"fields": float(fields.size), **{f"field.{k}_a_per_m": float(h) for k, h in enumerate(fields)}}
    if run.utc_at_zero_s is not None:  # the usable points' middle: the rate is about it
        places["middle_utc_s"] = run.utc_at_zero_s + float(np.mean(data.time_s))
    return places


def _alike(fits: list[HolderFit]) -> bool:
    return all(fit.fields.size == fits[0].fields.size for fit in fits)


def _curie(run: RunData) -> bool:
    details = run.procedure.details
    return isinstance(details, Temperature) and details.curie_weiss


def _flags(fit: HolderFit, *, table: bool) -> tuple[str, ...]:
    flags: list[str] = []
    where = fit.label and f" ({fit.label.rstrip('.')})"
    if not fit.straight:
        what = f"; taken as a table of {fit.fields.size} fields" if table else ""
        flags.append(
            f"background is not a straight line{where}: chi2 = {fit.chi2:.0f} for {fit.dof} degrees of freedom{what}"
        )
    if fit.split > 1.0:
        flags.append(
            f"background is not the same on both ways through its fields{where}: the readings at one field scatter"
            f" {fit.split:.1f} times more than their noise; their mean is taken, its u so much larger"
        )
    if fit.drifts:
        rate = math.hypot(fit.values["xt"].value, fit.values["yt"].value) * 3600.0
        flags.append(f"background drifts by {rate:.2g} V/h; taken off runs by their time")
    return tuple(flags)
