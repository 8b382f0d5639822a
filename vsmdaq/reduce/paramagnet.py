"""Moment per volt from a paramagnet of known susceptibility (palladium, dysprosia, gadolinia), in place of a moment from the calibration.

m(H) = chi_g(T) m_mass H/(1 + N chi_g m_mass/V). Signals are taken as they were read: no moment calibration has a say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.physics.calibrants import reference_law
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.gain import gain_of
from vsmdaq.reduce.geometry import demagnetising_factor, departure_input, shape_inputs, volume_m3
from vsmdaq.reduce.reference import expected_value, named_inputs
from vsmdaq.reduce.signals import FloatArray, signals
from vsmdaq.terms import Estimate, Quantity, Sample

__all__ = ["paramagnet_gain"]


def paramagnet_gain(run: RunData) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    """Moment per volt, angle of the signal and C from a run on a susceptibility standard; and flags.

    Raises
    ------
    InputError
        The sample is no susceptibility standard, or no background run tells what the holder adds to its slope.
    ReferenceRangeError
        Field or temperature outside the range of its law.
    """
    sample = _standard(run)
    if "background" not in run.artefacts or "background" in run.without:
        advice = "A paramagnet cannot be told from its holder: run background.toml first."
        raise missing(run.run_id, "calibration", "no background", "one of this bench", advice)
    data = signals(run.moment_points, run.run_id)
    largest = float(np.max(np.abs(data.reading_a_per_m)))
    inputs: dict[str, Quantity | Estimate] = {
        **run.drawn(named_inputs(sample)),
        **shape_inputs(sample),
        "environment.temperature": run.bench.temperature,
    }
    stated = {name: item.value for name, item in inputs.items()}
    volume = volume_m3(sample, stated)
    if volume is not None:
        inputs |= run.drawn(departure_input(sample, _slope_m3(sample, largest, stated) / volume))

    def moment(field: FloatArray, x: Mapping[str, float]) -> FloatArray:
        return _slope_m3(sample, largest, x) * field

    values, flags = gain_of(run, data, moment, inputs)
    return values, (*data.flags, *flags)


def _standard(run: RunData) -> Sample:
    sample = run.sample
    if sample is None or sample.reference is None or reference_law(sample).kind != "mass_susceptibility":
        raise missing(run.run_id, "sample", "another sample", "one whose [reference] has a mass_susceptibility")
    return sample


def _slope_m3(sample: Sample, largest_field_a_per_m: float, x: Mapping[str, float]) -> float:
    """Moment per applied field (m3); the law is asked at the largest field, where its range ends first."""
    by_mass = expected_value(sample, largest_field_a_per_m, x["environment.temperature"], x)
    slope = by_mass * x[f"{sample.name}.mass"]
    volume, factor = volume_m3(sample, x), demagnetising_factor(sample, x)
    if volume is None or factor is None:
        return slope
    return slope / (1.0 + factor * slope / volume)
