"""Mounting: where a sample came to sit, and what else differs from mount to mount. Nothing is corrected: both have mean 0.

They are inputs of the run, not of the sample: the same sphere that is mounted twice sits in two places.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.corrections.correction import Correction
from vsmdaq.reduce.corrections.known_saddle import saddle_at, saddle_inputs
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Estimate, Quantity

__all__ = ["MOUNTING", "factor_of_mounting", "inputs_of_mounting"]


def inputs_of_mounting(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Relative deviations of the signal, of mean 0: ``<run>.mount.position`` and ``<run>.mount.repeatability``."""
    spec = run.bench.mounting
    inputs: dict[str, Quantity | Estimate] = {}
    flags: tuple[str, ...] = ()
    if spec.u_position_m > 0.0:
        known = saddle_inputs(run)
        if known:
            saddle = saddle_at(run, {name: item.value for name, item in known.items()})
            inputs[_named(run, "position")] = Quantity(0.0, saddle.scatter(spec.u_position_m))
        else:
            flags = ("u_position of the mounting not counted: no centring run",)
    if spec.u_remount > 0.0:
        inputs[_named(run, "repeatability")] = Quantity(0.0, spec.u_remount)
    return inputs, flags


def factor_of_mounting(run: RunData, x: Mapping[str, float]) -> float:
    """Signal per moment over that of a sample in the centre."""
    position, repeatability = (x.get(_named(run, what), 0.0) for what in ("position", "repeatability"))
    return (1.0 + position) * (1.0 + repeatability)


def _named(run: RunData, what: str) -> str:
    return f"{run.run_id}.mount.{what}"


def _sensitivity(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    return np.full_like(data.reading_a_per_m, factor_of_mounting(run, x))


MOUNTING = Correction("mounting", inputs_of_mounting, _sensitivity)
"""Entry for ``CORRECTIONS``; it is no choice of the user's."""
