"""Moment per volt from the slope of a soft sphere below saturation: m = 3 V H/(1 + 3/chi), whatever its saturation is.

A sphere of susceptibility chi has M = chi H/(1 + chi/3): for large chi the demagnetising field alone decides, and m/H is three times
the volume (R. S. Case, R. D. Harrington, J. Res. Natl. Bur. Stand. 70C, 255 (1966)).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.formats.inputs.kinds.nickel_slope import NickelSlope
from vsmdaq.physics.calibrants import reference_law
from vsmdaq.physics.references import reference_status
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.gain import gain_of
from vsmdaq.reduce.geometry import shape_inputs, volume_m3
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import FloatArray, Signals, signals
from vsmdaq.terms import Estimate, Quantity, ResultQuantity, Sample, Sphere

__all__ = ["nickel_slope_gain", "reduce_nickel_slope"]

MOST_OF_SATURATION = 0.8
"""Up to here the moment of a soft sphere is in proportion to the field."""


def reduce_nickel_slope(run: RunData) -> Reduction:
    """Moment per volt and C by the slope method; it leaves no artefact of its own, the joint calibration takes it up.

    Raises
    ------
    InputError
        The sample is no sphere, or the field comes near its saturation.
    """
    values, flags = nickel_slope_gain(run)
    return Reduction(
        quantities={
            "coupling_constant": ResultQuantity(
                values["coupling_constant"],
                "C in V_rms = sqrt(2) pi f C m a, effective at this amplitude and centre; by the slope of a soft sphere",
            ),
            "moment_per_volt": ResultQuantity(values["moment_per_volt"], "moment per volt (rms) of in-phase signal"),
        },
        table=signal_table(run, signals(run.moment_points, run.run_id)),
        artefact_values=values,
        reference=_described(run),
        flags=flags,
    )


def nickel_slope_gain(run: RunData) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    """Moment per volt, angle of the signal and C; and flags. Raises InputError as `reduce_nickel_slope`."""
    details, sample = run.procedure.details, run.sample
    if not isinstance(details, NickelSlope):
        raise TypeError(f"a slope method has a NickelSlope, not {details!r}")
    if sample is None or not isinstance(sample.shape, Sphere):
        raise missing(run.run_id, "sample", "no sphere", 'one with shape = "sphere"', "3 V is the sphere's alone.")
    data = signals(run.moment_points, run.run_id)
    inputs: dict[str, Quantity | Estimate] = {**shape_inputs(sample)}
    _check_field(run.run_id, data, sample)
    susceptibility = f"{sample.name}.initial_susceptibility"
    inputs |= run.drawn({susceptibility: details.initial_susceptibility})

    def moment(field: FloatArray, x: Mapping[str, float]) -> FloatArray:
        return 3.0 * (volume_m3(sample, x) or 0.0) / (1.0 + 3.0 / x[susceptibility]) * field

    values, flags = gain_of(run, data, moment, inputs)
    return values, (*data.flags, *flags)


def _check_field(run_id: str, data: Signals, sample: Sample) -> None:
    """Refuse fields near saturation, where the sample's file tells what its moment is."""
    reference = sample.reference
    if reference is None or reference_law(sample).kind != "moment":
        return
    volume = volume_m3(sample, {name: item.value for name, item in shape_inputs(sample).items()})
    onset = reference.value.value / (3.0 * (volume or 1.0))
    largest = float(np.max(np.abs(data.reading_a_per_m)))
    if largest > MOST_OF_SATURATION * onset:
        allowed = f"up to {MOST_OF_SATURATION * onset / 1e3:.4g} kA/m, {MOST_OF_SATURATION:g} of where it saturates"
        raise missing(run_id, "field", f"{largest / 1e3:.4g} kA/m", allowed, "Take a smaller field in [nickel-slope].")


def _described(run: RunData) -> str:
    sample = run.sample
    if sample is None:
        return ""
    stated = "volume from the stated diameter, initial susceptibility from the procedure file"
    reference = "" if sample.reference is None else f" ({reference_status(sample.reference)}: not used)"
    return f"{sample.name}: {stated}{reference}"
