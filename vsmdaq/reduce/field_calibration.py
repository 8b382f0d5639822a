"""Field calibration: offset and gain of the gaussmeter, field at the sample over field at the probe, what the yoke keeps, its branches.

reading = offset + gain H_probe, and H = factor H_probe at the sample. What a part was not measured for is taken from the bench file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vsmdaq.formats.inputs.kinds.field_calibration import FieldCalibration, FieldReference
from vsmdaq.reduce.branches import branch_quantities, branch_table
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.probe_places import Segment
from vsmdaq.reduce.signals import FACTOR, Signals, field_inputs, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate

__all__ = ["NOISE", "TABLE_FILE", "reduce_field_calibration"]

TABLE_FILE = "field-table.csv"
"""The branches, as the driver `field_table` reads them."""

NOISE = "noise:{run}.field-{name}"
"""Names of what only this run's readings bring: two runs with the same one were reduced with the same field calibration."""

LINEARITY = "gaussmeter.linearity"
"""Input: gain at other fields over gain at that of the reference."""

FARTHEST_GAIN = 0.2
"""A gain farther from 1 than this is a probe that was not where it was said to be."""

FARTHEST_FACTOR = 0.1
"""A field at the sample that differs by more from that at the probe is none of a gap in which samples are measured."""

Inputs = dict[str, Quantity | Estimate]

DEFINITIONS = {
    "offset": ("A/m", "reading of the gaussmeter without field"),
    "gain": ("1", "change of the reading per field at the probe"),
    "factor": ("1", "field at the sample over field at the probe"),
}


@dataclass(frozen=True, slots=True)
class _Readings:
    """Means of the readings by segment, with what is needed to say how well each is known."""

    run: RunData
    data: Signals
    segment: np.ndarray[tuple[int, ...], np.dtype[np.int64]]

    def chosen(self, *segments: Segment) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        return np.flatnonzero(np.isin(self.segment, [int(one) for one in segments]))

    def mean(self, name: str, *segments: Segment) -> Estimate | None:
        """Mean reading (A/m); its noise is an input of this run's name. None where there is no usable point."""
        members = self.chosen(*segments)
        if members.size == 0:
            return None
        readings, u_points = self.data.reading_a_per_m[members], self.data.u_reading_a_per_m[members]
        u = float(np.sqrt(np.sum(u_points**2))) / members.size
        dof = float("inf")
        freedom = members.size - 1
        if freedom > 1:
            # readings that scatter beyond their noise (a probe that was not at rest) are known as well as they scatter
            seen = float(np.std(readings, ddof=1)) / members.size**0.5
            if freedom * seen**2 > (freedom + 3.0 * (2.0 * freedom) ** 0.5) * u**2:
                u, dof = seen, float(freedom)
        noise = Component(NOISE.format(run=self.run.run_id, name=name), u, noise=True, dof=dof)
        return Estimate(float(np.mean(readings)), "A/m", (noise,))


def reduce_field_calibration(run: RunData) -> Reduction:
    """Values of the field artefact, fields that stay after each history, the table of both branches.

    Raises
    ------
    InputError
        The probe reads what it cannot read where it was said to be, or there is too little to start from.
    """
    details = run.procedure.details
    if not isinstance(details, FieldCalibration):
        raise TypeError(f"a field calibration has a FieldCalibration, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    segments = {p.index: p.segment for p in run.moment_points}
    readings = _Readings(run, data, np.array([segments[int(index)] for index in data.index]))
    values, flags = _values(readings, details)
    inputs: Inputs = dict(field_inputs(run))
    for name, key in (("offset", "gaussmeter.offset"), ("gain", "gaussmeter.gain"), ("factor", FACTOR)):
        if name in values:
            inputs[key] = values[name]
    quantities = {_named(name): ResultQuantity(value, DEFINITIONS[name][1]) for name, value in values.items()}
    remaining, doubts = branch_quantities(run, data, readings.segment, inputs)
    files: dict[str, str] = {}
    described = [] if details.reference is None else [_status(details.reference)]
    if details.cycle is not None:
        text, more = branch_table(run, data, readings.segment, inputs, details.cycle.u_current_a)
        doubts += more
        if text:
            files[TABLE_FILE] = text
            described.append(f"{TABLE_FILE} sha256 {hashlib.sha256(text.encode()).hexdigest()}")
    return Reduction(
        quantities=quantities | remaining,
        table=_table(readings, inputs),
        artefact_kind="field" if values else "",
        artefact_values=values,
        conditions=_conditions(details, data),
        reference="; ".join(described),
        flags=(*data.flags, *flags, *doubts),
        files=files,
    )


def _conditions(details: FieldCalibration, data: Signals) -> dict[str, float]:
    """At which fields it was made, A/m."""
    found = {"largest_field_a_per_m": float(np.max(np.abs(data.reading_a_per_m)))}
    if details.reference is not None:
        found["reference_field_a_per_m"] = details.reference.field.value
    if details.sample_place is not None:
        found["factor_field_a_per_m"] = details.sample_place.field_a_per_m
    return found


def _named(value: str) -> str:
    return "sample_field_factor" if value == "factor" else f"gaussmeter_{value}"


def _values(readings: _Readings, details: FieldCalibration) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    values: dict[str, Estimate] = {}
    flags: list[str] = []
    inputs: Inputs = dict(field_inputs(readings.run))
    if details.chamber is not None:
        found = _offset(readings, details, inputs)
        if found is None:
            flags.append("no gaussmeter_offset: no usable point in the chamber")
        else:
            values["offset"] = inputs["gaussmeter.offset"] = found
    if details.reference is not None:
        found = _gain(readings, details, inputs)
        if found is None:
            flags.append("no gaussmeter_gain: no usable point in the reference magnet")
        else:
            values["gain"] = inputs["gaussmeter.gain"] = found
    if details.factor is not None:
        values["factor"] = propagate(lambda x: x[FACTOR], readings.run.drawn({FACTOR: details.factor}))
    elif details.sample_place is not None:
        found = _factor(readings, details.sample_place.u_place, inputs)
        if found is None:
            flags.append("no sample_field_factor: no usable point of the probe at one of its places")
        else:
            values["factor"] = found
    return values, tuple(flags)


def _offset(readings: _Readings, details: FieldCalibration, inputs: Inputs) -> Estimate | None:
    mean, chamber = readings.mean("offset", Segment.ZERO), details.chamber
    if mean is None or chamber is None:
        return None
    if abs(mean.value) > chamber.largest_offset_a_per_m:
        given = f"{mean.value:+.4g} A/m read there"
        allowed = f"at most ±{chamber.largest_offset_a_per_m:g} A/m (largest_offset)"
        raise missing(readings.run.run_id, "zero-gauss chamber", given, allowed, "Was the probe in it?")
    residual = f"{chamber.name}.field"
    model: Inputs = {"reading": mean, **readings.run.drawn({residual: chamber.residual})}
    if chamber.residual.value != 0.0:
        model["gaussmeter.gain"] = inputs["gaussmeter.gain"]
    gain = inputs["gaussmeter.gain"].value
    return propagate(lambda x: x["reading"] - x.get("gaussmeter.gain", gain) * x[residual], model, unit="A/m")


def _gain(readings: _Readings, details: FieldCalibration, inputs: Inputs) -> Estimate | None:
    mean, reference = readings.mean("gain", Segment.REFERENCE), details.reference
    if mean is None or reference is None:
        return None
    field = f"{reference.name}.field"
    model: Inputs = {"reading": mean, "gaussmeter.offset": inputs["gaussmeter.offset"]}
    model |= readings.run.drawn({field: reference.field, LINEARITY: Quantity(1.0, details.u_linearity)})
    gain = propagate(lambda x: (x["reading"] - x["gaussmeter.offset"]) / x[field] * x[LINEARITY], model, unit="1")
    if abs(gain.value - 1.0) > FARTHEST_GAIN:
        given = f"{mean.value:+.6g} A/m read at {reference.field.value:+.6g} A/m, a gain of {gain.value:.4g}"
        allowed = f"{1.0 - FARTHEST_GAIN:g} to {1.0 + FARTHEST_GAIN:g}"
        raise missing(
            readings.run.run_id, "reference magnet", given, allowed, "Was the probe in it, the right way round?"
        )
    return gain


def _factor(readings: _Readings, u_place: float, inputs: Inputs) -> Estimate | None:
    """Reading at the sample's place over that at the probe's own, before and after: a drift in time cancels."""
    before = readings.mean("factor-before", Segment.PROBE_FIRST)
    at_sample = readings.mean("factor", Segment.SAMPLE)
    after = readings.mean("factor-after", Segment.PROBE_AGAIN)
    if before is None or at_sample is None or after is None:
        return None
    placing = f"{readings.run.run_id}.probe-placing"
    model: Inputs = {"before": before, "sample": at_sample, "after": after}
    model |= readings.run.drawn({placing: Quantity(1.0, u_place)})
    model["gaussmeter.offset"] = inputs["gaussmeter.offset"]

    def factor(x: Mapping[str, float]) -> float:
        offset = x["gaussmeter.offset"]
        return (x["sample"] - offset) / (0.5 * (x["before"] + x["after"]) - offset) * x[placing]

    found = propagate(factor, model, noise=(placing,))
    if abs(found.value - 1.0) > FARTHEST_FACTOR:
        given = f"{found.value:.4g} times the field at the probe's own place"
        allowed = f"{1.0 - FARTHEST_FACTOR:g} to {1.0 + FARTHEST_FACTOR:g} times"
        raise missing(
            readings.run.run_id, "place of the sample", given, allowed, "Was the probe there, facing the field?"
        )
    return found


def _status(reference: FieldReference) -> str:
    """Traceable only with number, value and uncertainty."""
    value = f"{reference.name}: {reference.field.value:.7g} A/m ± {reference.field.u:.2g} A/m"
    if reference.status != "certificate":
        return f"{value}, {reference.status}, {reference.source}"
    traceable = ", traceable" if reference.field.u > 0.0 else " (not called traceable: no u of its field is stated)"
    return f"{value}, certificate {reference.certificate}{traceable}, {reference.source}"


def _table(readings: _Readings, inputs: Inputs) -> dict[str, list[float | int | str]]:
    data, nominal = readings.data, {name: item.value for name, item in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    current = {p.index: p.current_a for p in readings.run.moment_points}
    at_probe = np.isin(readings.segment, [int(Segment.ZERO), int(Segment.REFERENCE), int(Segment.SAMPLE)])
    return {
        "index": [int(i) for i in data.index],
        "part": [Segment(int(s)).name.lower() for s in readings.segment],
        "current_a": [float(current[int(i)]) for i in data.index],
        "reading_a_per_m": [float(r) for r in data.reading_a_per_m],
        # where the probe is not at its own place, the field is not that of a sample
        "field_applied_a_per_m": ["" if away else float(h) for away, h in zip(at_probe, field, strict=True)],
        "u_noise_reading_a_per_m": [float(u) for u in data.u_reading_a_per_m],
    }
