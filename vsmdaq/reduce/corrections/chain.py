"""All corrections of the signal per moment, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.corrections.correction import Correction
from vsmdaq.reduce.corrections.drift import DRIFT
from vsmdaq.reduce.corrections.image import IMAGE
from vsmdaq.reduce.corrections.mounting import MOUNTING
from vsmdaq.reduce.corrections.shape import SHAPE
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Estimate, Quantity

__all__ = ["CORRECTIONS", "correction_inputs", "sensitivity"]

CORRECTIONS: tuple[Correction, ...] = (SHAPE, IMAGE, MOUNTING, DRIFT)
"""In the order in which they are named to the user; factors commute."""


def correction_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs of all corrections that apply to a run, and flags for those that do not and why."""
    inputs: dict[str, Quantity | Estimate] = {}
    flags: list[str] = []
    for correction in CORRECTIONS:
        if correction.name in run.without:
            flags.append(f"correction {correction.name} left out: as asked")
            continue
        found, notes = correction.inputs(run)
        inputs |= run.drawn(found)
        flags += notes
    return inputs, tuple(flags)


def sensitivity(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Signal per moment over that of the calibrant, at each point (n,): the product of all corrections."""
    product: FloatArray = np.ones_like(data.reading_a_per_m)
    for correction in CORRECTIONS:
        if correction.name not in run.without and correction.inputs(run)[0]:
            product = product * correction.sensitivity(run, data, inputs)
    return product
