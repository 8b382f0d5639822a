"""Volume and demagnetising factor of a sample as functions of its uncertain dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vsmdaq.physics.demagnetisation import cylinder_axial, cylinder_transverse
from vsmdaq.terms import Cylinder, Estimate, Quantity, Sample, Sphere

__all__ = ["demagnetising_factor", "shape_inputs", "volume_m3"]


def shape_inputs(sample: Sample) -> dict[str, Quantity | Estimate]:
    """Dimensions of the sample as inputs, named after it; empty where its shape is not known."""
    match sample.shape:
        case Sphere(diameter):
            return {f"{sample.name}.diameter": diameter}
        case Cylinder(diameter, length, _):
            return {f"{sample.name}.diameter": diameter, f"{sample.name}.length": length}
        case None:
            return {}


def volume_m3(sample: Sample, inputs: Mapping[str, float]) -> float | None:
    """Volume (m3); None where the shape is not known."""
    match sample.shape:
        case Sphere():
            return math.pi / 6.0 * inputs[f"{sample.name}.diameter"] ** 3
        case Cylinder():
            return math.pi / 4.0 * inputs[f"{sample.name}.diameter"] ** 2 * inputs[f"{sample.name}.length"]
        case None:
            return None


def demagnetising_factor(sample: Sample, inputs: Mapping[str, float]) -> float | None:
    """Magnetometric demagnetising factor along the field; None where the shape is not known."""
    match sample.shape:
        case Sphere():
            return 1.0 / 3.0
        case Cylinder():
            ratio = inputs[f"{sample.name}.length"] / inputs[f"{sample.name}.diameter"]
            return cylinder_axial(ratio) if sample.shape.field == "axial" else cylinder_transverse(ratio)
        case None:
            return None
