"""From a moment and a shape to a magnetisation and the field inside."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vsmdaq.physics._values import Values
from vsmdaq.physics.demagnetisation import dimensions
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, Prism, Shape, Sphere, Spheroid

__all__ = ["cylinder_volume", "internal_field", "magnetization", "mass_magnetization", "sphere_volume", "volume"]


def sphere_volume(diameter_m: float) -> float:
    """Volume (m3) of a sphere."""
    return math.pi / 6.0 * diameter_m**3


def cylinder_volume(diameter_m: float, length_m: float) -> float:
    """Volume (m3) of a right circular cylinder."""
    return math.pi / 4.0 * diameter_m**2 * length_m


def volume(shape: Shape, lengths_m: Mapping[str, float] | None = None) -> float:
    """Volume (m3) of a shape at its stated dimensions, or at others, by the names of `demagnetisation.dimensions`."""
    at = {name: q.value for name, q in dimensions(shape).items()} if lengths_m is None else lengths_m
    match shape:
        case Sphere():
            return sphere_volume(at["diameter"])
        case Cylinder() | Cup():
            return cylinder_volume(at["diameter"], at["length"])
        case Spheroid():
            return math.pi / 6.0 * at["diameter"] ** 2 * at["length"]
        case Ellipsoid():
            return math.pi / 6.0 * math.prod(at.values())
        case Prism() | Film():
            return math.prod(at.values())


def magnetization(moment_a_m2: Values, volume_m3: float) -> Values:
    """M = m/V, A/m."""
    return moment_a_m2 / volume_m3


def mass_magnetization(moment_a_m2: Values, mass_kg: float) -> Values:
    """Moment per mass, A m2/kg."""
    return moment_a_m2 / mass_kg


def internal_field(applied_a_per_m: Values, magnetization_a_per_m: Values, demagnetising_factor: float) -> Values:
    """H_int = H_applied - N M, A/m."""
    return applied_a_per_m - demagnetising_factor * magnetization_a_per_m
