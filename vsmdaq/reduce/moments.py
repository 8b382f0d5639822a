"""From signals to moments: the holder taken off, turned by the signal's phase, scaled, corrected for what the calibrant did not have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.corrections import correction_inputs, sensitivity
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.signals import FloatArray, Signals, field_inputs
from vsmdaq.terms import Estimate, Quantity

__all__ = ["calibration_inputs", "moment_per_volt", "true_moment"]


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
    inputs: dict[str, Quantity | Estimate] = dict(field_inputs(run.bench))
    inputs["moment_per_volt"] = moment.values["moment_per_volt"]
    inputs["signal_angle"] = moment.values["signal_angle"]
    corrections, flags = correction_inputs(run)
    inputs |= corrections
    background = run.artefacts.get("background")
    if background is None:
        return inputs, ("holder not subtracted: no background run", *flags)
    for name in ("x0", "y0", "x1", "y1"):
        inputs[f"background.{name}"] = background.values[name]
    return inputs, flags


def true_moment(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Moment of the sample (A m2): m = (moment per volt) Re[(Z - Z_holder(H)) exp(-i angle)]/sensitivity."""
    signal = data.signal_v_rms
    if "background.x0" in inputs:
        centre = run.artefacts["background"].conditions["centre_a_per_m"]
        distance = data.reading_a_per_m - centre
        offset = complex(inputs["background.x0"], inputs["background.y0"])
        slope = complex(inputs["background.x1"], inputs["background.y1"])
        signal = signal - (offset + slope * distance) * np.exp(-1j * _turned(run, "background"))
    turn = np.exp(-1j * (inputs["signal_angle"] - _turned(run, "moment")))
    moment: FloatArray = moment_per_volt(run, data, inputs) * np.real(signal * turn)
    return moment


def moment_per_volt(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Moment per volt (A m2/V rms) at each point: the calibrant's, over how much more the coils see of this sample there."""
    return inputs["moment_per_volt"] / sensitivity(run, data, inputs)


def _turned(run: RunData, kind: str) -> float:
    """Angle (rad) by which the reference phase was turned on since the artefact was made."""
    return float(np.radians(run.phase_deg - run.artefacts[kind].conditions["phase_deg"]))
