"""From the shape that a sample file states to its demagnetising factor along the field."""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq.physics.demagnetisation.cylinders import cylinder_axial, cylinder_transverse
from vsmdaq.physics.demagnetisation.ellipsoids import SPHERE, ellipsoid
from vsmdaq.physics.demagnetisation.prisms import prism
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, Prism, Quantity, Shape, Sphere, Spheroid

__all__ = ["demagnetising_factor", "dimensions", "is_ellipsoid"]


def dimensions(shape: Shape) -> dict[str, Quantity]:
    """The lengths (m) that make up a shape, by their names in the sample file."""
    match shape:
        case Sphere(diameter):
            return {"diameter": diameter}
        case Cylinder(diameter, length) | Cup(diameter, length) | Spheroid(diameter, length):
            return {"diameter": diameter, "length": length}
        case Prism(length, width, height) | Ellipsoid(length, width, height):
            return {"length": length, "width": width, "height": height}
        case Film(length, width, thickness):
            return {"length": length, "width": width, "thickness": thickness}


def is_ellipsoid(shape: Shape) -> bool:
    """Whether a uniform field magnetises the shape uniformly, whatever its susceptibility."""
    return isinstance(shape, Sphere | Spheroid | Ellipsoid)


def demagnetising_factor(shape: Shape, lengths_m: Mapping[str, float] | None = None) -> float:
    """Magnetometric demagnetising factor along the field; for chi = 0 unless the shape is an ellipsoid.

    Parameters
    ----------
    shape : Shape
        What it is, and how the field lies to it.
    lengths_m : mapping of str to float or None
        Lengths in place of the stated ones, by the names of `dimensions`, so that a propagation can move them.

    Raises
    ------
    ValueError
        A length is not positive and finite.
    """
    at = {name: q.value for name, q in dimensions(shape).items()} if lengths_m is None else dict(lengths_m)
    match shape:
        case Sphere():
            return SPHERE
        case Cylinder(field=field) | Cup(field=field):
            aspect = at["length"] / at["diameter"]
            return cylinder_axial(aspect) if field == "axial" else cylinder_transverse(aspect)
        case Spheroid(field="axial"):
            return ellipsoid(at["length"], at["diameter"], at["diameter"])
        case Spheroid():
            return ellipsoid(at["diameter"], at["diameter"], at["length"])
        case Ellipsoid(field=field):
            return ellipsoid(at.pop(field), *at.values())
        case Prism(field=field) | Film(field=field):
            return prism(at.pop(field), *at.values())
