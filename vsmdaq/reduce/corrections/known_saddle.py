"""Where the curvatures of the coils are known from: a centring run, or the dimensions of the coils in the bench file.

The centring run goes before: it has seen how strong the images in the poles are. Of dimensions alone nobody knows that: with a gap
stated every strength from 0 to 1 is taken as equally likely, under the names that the calibration by dimensions has for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from vsmdaq.physics.coil_saddle import saddle_of_coils
from vsmdaq.physics.coils import FourCoils
from vsmdaq.physics.saddle import Saddle
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.saddle_fit import HARMONIC, saddle_of
from vsmdaq.terms import Estimate, Quantity

__all__ = ["saddle_at", "saddle_inputs"]

_COILS = ("radius", "half_spacing_x", "half_spacing_z")


def saddle_inputs(run: RunData) -> dict[str, Quantity | Estimate]:
    """What the saddle depends on, by name; empty where nothing is known of it."""
    centring = run.artefacts.get("centring")
    if centring is not None:
        return {f"centring.{name}": centring.values[name] for name in HARMONIC}
    geometry = run.bench.coils.geometry
    if geometry is None:
        return {}
    inputs: dict[str, Quantity | Estimate] = {f"coils.{name}": getattr(geometry, name) for name in _COILS}
    inputs["vibration.amplitude"] = run.bench.amplitude_m
    if run.bench.poles.gap is not None:
        inputs["poles.gap"] = run.bench.poles.gap
        inputs["poles.image_strength"] = Quantity(0.5, 0.5 / math.sqrt(3.0), distribution="rectangular")
    return inputs


def saddle_at(run: RunData, x: Mapping[str, float]) -> Saddle:
    """The saddle with values of the inputs; call it where there are some.

    Raises
    ------
    InputError
        The coils of the bench file do not fit between its poles, or the amplitude takes the sample to a turn.
    """
    if "centring" in run.artefacts:
        return saddle_of(x, "centring.harmonic_")
    radius_m, half_x_m, half_z_m = (x[f"coils.{name}"] for name in _COILS)
    coils = FourCoils(radius_m, 1.0, half_x_m, half_z_m)
    gap_m, strength = x.get("poles.gap"), x.get("poles.image_strength", 0.0)
    try:
        return saddle_of_coils(coils, x["vibration.amplitude"], gap_m=gap_m, image_strength=strength)
    except ValueError as error:
        raise missing(str(run.bench.source), "coils", str(error), "coils between the poles") from error
