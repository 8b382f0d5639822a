"""What a calibrant's own shape and mounting do to the calibration: its signal is brought to that of a point in the centre."""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq.reduce.corrections.mounting import factor_of_mounting, inputs_of_mounting
from vsmdaq.reduce.corrections.shape import factor_of_shape, inputs_of_shape
from vsmdaq.reduce.data import RunData
from vsmdaq.terms import Estimate, Quantity

__all__ = ["calibrant_inputs", "calibrant_sensitivity"]


def calibrant_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs of a calibration run, and flags for what is not corrected. A sphere in the centre has none."""
    inputs, flags = inputs_of_mounting(run)
    if "shape" in run.without:
        return inputs, (*flags, "correction shape left out: as asked")
    found, notes = inputs_of_shape(run)
    return inputs | found, (*flags, *notes)


def calibrant_sensitivity(run: RunData, x: Mapping[str, float]) -> float:
    """Signal per moment of the calibrant over that of a point in the centre."""
    shaped = "shape" not in run.without and bool(inputs_of_shape(run)[0])
    return factor_of_mounting(run, x) * (factor_of_shape(run, x) if shaped else 1.0)
