"""From signals to moments: the holder taken off, turned by the signal's phase, scaled, corrected for what the calibrant did not have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.corrections import correction_inputs, sensitivity
from vsmdaq.reduce.corrections.image import check_same_image
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.holder import holder_inputs, holder_signal, turned_rad
from vsmdaq.reduce.signals import FloatArray, Signals, field_inputs
from vsmdaq.terms import Estimate, Quantity

__all__ = ["calibration_inputs", "moment_per_volt", "signal_in_phase", "true_moment"]


def calibration_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs that every moment depends on, from the artefacts, and flags for what is not there.

    Raises
    ------
    InputError
        No moment calibration, or one made at another phase setting.
    """
    moment = run.artefacts.get("moment")
    if moment is None:
        raise missing(run.run_id, "calibration", "no moment calibration", "one of this bench", "Run nickel.toml first.")
    inputs: dict[str, Quantity | Estimate] = dict(field_inputs(run))
    inputs["moment_per_volt"] = moment.values["moment_per_volt"]
    inputs["signal_angle"] = moment.values["signal_angle"]
    check_same_image(run.run_id, run.artefacts, run.without)
    corrections, flags = correction_inputs(run)
    inputs |= corrections
    holder, doubts = holder_inputs(run)
    return inputs | holder, (*doubts, *flags)


def true_moment(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Moment of the sample (A m2): m = (moment per volt) Re[(Z - Z_holder(H)) exp(-i angle)]/sensitivity."""
    moment: FloatArray = moment_per_volt(run, data, inputs) * signal_in_phase(run, data, inputs)
    return moment


def signal_in_phase(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """In-phase signal of the sample (V rms) at each point: Re[(Z - Z_holder(H)) exp(-i angle)]."""
    signal = data.signal_v_rms
    if any(name.startswith("background.") for name in inputs):
        signal = signal - holder_signal(run, data, inputs)
    turn = np.exp(-1j * (inputs["signal_angle"] - turned_rad(run, "moment")))
    return np.real(signal * turn)


def moment_per_volt(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Moment per volt (A m2/V rms) at each point: the calibrant's, over how much more the coils see of this sample there."""
    return inputs["moment_per_volt"] / sensitivity(run, data, inputs)
