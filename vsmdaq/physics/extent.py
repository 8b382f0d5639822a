"""Mean squares and fourth powers of the coordinates over the volume of a sample: how far it reaches along each axis.

x is along the field, z along the vibration, y across both; the origin is the middle of the sample. With them the mean of a
smooth function over the volume follows from its derivatives in the middle. All are closed forms: of a straight edge e
<s^2> = e^2/12 and <s^4> = e^4/80, of a disc of radius r <t^2> = r^2/4, <t^4> = r^4/8 and <t^2 u^2> = r^4/24, of an ellipsoid
of half axes a, b <s^2> = a^2/5, <s^4> = 3 a^4/35 and <s^2 t^2> = a^2 b^2/35. Odd powers average to zero: every shape here
has its planes of symmetry at right angles to the axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq.physics.demagnetisation import dimensions
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, Prism, Shape, Sphere, Spheroid

__all__ = ["Extent", "extent"]

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Extent:
    """Means over a volume.

    Attributes
    ----------
    squares_m2 : tuple of float
        <x^2>, <y^2>, <z^2>.
    fourths_m4 : tuple of float
        <x^4>, <y^4>, <z^4>.
    products_m4 : tuple of float
        <y^2 z^2>, <z^2 x^2>, <x^2 y^2>: each named by the axis that it lacks.
    """

    squares_m2: Triple
    fourths_m4: Triple
    products_m4: Triple


def extent(shape: Shape, lengths_m: Mapping[str, float] | None = None) -> Extent | None:
    """Means over the volume of a shape; None where it is not stated how it lies to the vibration.

    Parameters
    ----------
    shape : Shape
        What it is, and how it lies to field and vibration.
    lengths_m : mapping of str to float or None
        Lengths in place of the stated ones, by the names of `demagnetisation.dimensions`, so that a propagation can move them.
    """
    at = {name: q.value for name, q in dimensions(shape).items()} if lengths_m is None else lengths_m
    match shape:
        case Sphere():
            return _ellipsoid(at["diameter"], at["diameter"], at["diameter"])
        case _ if shape.vibration is None:
            return None
        case Cylinder() | Cup():
            return _cylinder(at["diameter"], at["length"], _axis(shape.field, shape.vibration))
        case Spheroid():
            axes = [at["diameter"]] * 3
            axes[_axis(shape.field, shape.vibration)] = at["length"]
            return _ellipsoid(*axes)
        case Ellipsoid():
            return _ellipsoid(*_along(shape.field, shape.vibration, at))
        case Prism() | Film():
            return _box(*_along(shape.field, shape.vibration, at))


def _axis(field: str, vibration: str | None) -> int:
    """Which of x, y and z the axis of a body of revolution lies along."""
    if field == "axial":
        return 0
    return 2 if vibration == "axial" else 1


def _along(field: str, vibration: str | None, at: Mapping[str, float]) -> Triple:
    """Edges along x, y and z."""
    (across,) = (value for name, value in at.items() if name not in (field, vibration))
    return at[field], across, at[vibration or ""]


def _box(x: float, y: float, z: float) -> Extent:
    squares = (x * x / 12.0, y * y / 12.0, z * z / 12.0)
    return Extent(squares, (x**4 / 80.0, y**4 / 80.0, z**4 / 80.0), _products(squares))


def _ellipsoid(x: float, y: float, z: float) -> Extent:
    squares = (x * x / 20.0, y * y / 20.0, z * z / 20.0)  # whole axes
    fourths = (3.0 * x**4 / 560.0, 3.0 * y**4 / 560.0, 3.0 * z**4 / 560.0)
    p, q, r = _products(squares)
    return Extent(squares, fourths, (5.0 * p / 7.0, 5.0 * q / 7.0, 5.0 * r / 7.0))


def _cylinder(diameter: float, length: float, axis: int) -> Extent:
    along, across = length**2 / 12.0, diameter**2 / 16.0
    squares, fourths, products = [across] * 3, [diameter**4 / 128.0] * 3, [along * across] * 3
    squares[axis], fourths[axis], products[axis] = along, length**4 / 80.0, diameter**4 / 384.0
    return Extent(_triple(squares), _triple(fourths), _triple(products))


def _products(squares: Triple) -> Triple:
    x, y, z = squares
    return y * z, z * x, x * y


def _triple(values: list[float]) -> Triple:
    x, y, z = values
    return x, y, z
