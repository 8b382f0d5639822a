"""From a shape to its factor and volume: which length lies along the field, and what moves with the lengths."""

import math

import pytest

from vsmdaq.physics import demagnetising_factor, dimensions, is_ellipsoid, volume
from vsmdaq.terms import Cylinder, Ellipsoid, Film, Prism, Quantity, Sphere, Spheroid


def mm(value, u=0.0):
    return Quantity(value * 1e-3, u * 1e-3, "m")


ONE, TWO, FIVE, TEN = mm(1), mm(2), mm(5), mm(10)

# figures of the shapes in the second column: J. A. Osborn (1945), A. Aharoni (1998), Chen, Brug and Goldfarb (1991)
SHAPES = [
    (Sphere(TWO), 1 / 3),
    (Spheroid(ONE, TWO, "axial"), 0.17356),
    (Spheroid(ONE, TWO, "transverse"), (1 - 0.17356) / 2),
    (Spheroid(ONE, FIVE, "axial"), 0.05582),
    (Spheroid(TEN, ONE, "axial"), 0.8608),
    (Ellipsoid(TWO, ONE, ONE, "length"), 0.17356),
    (Ellipsoid(ONE, TWO, ONE, "width"), 0.17356),
    (Ellipsoid(ONE, ONE, TWO, "height"), 0.17356),
    (Ellipsoid(ONE, ONE, TWO, "length"), (1 - 0.17356) / 2),
    (Prism(TWO, ONE, ONE, "length"), 0.19832),
    (Prism(ONE, TWO, ONE, "width"), 0.19832),
    (Prism(FIVE, FIVE, ONE, "height"), 0.69419),
    (Prism(FIVE, FIVE, ONE, "length"), (1 - 0.69419) / 2),
    (Film(TEN, TEN, ONE, "thickness"), 0.80508),
    (Film(TEN, TEN, ONE, "width"), (1 - 0.80508) / 2),
    (Cylinder(ONE, TWO, "axial"), 0.18186),
    (Cylinder(ONE, TWO, "transverse"), (1 - 0.18186) / 2),
]


@pytest.mark.parametrize(("shape", "expected"), SHAPES, ids=str)
def test_factor_along_the_field(shape, expected):
    assert demagnetising_factor(shape) == pytest.approx(expected, abs=0.6e-5 if expected != 0.8608 else 0.6e-4)


@pytest.mark.parametrize(
    ("shape", "cubic_mm"),
    [
        (Sphere(TWO), math.pi * 8 / 6),
        (Cylinder(TWO, FIVE, "axial"), math.pi * 5),
        (Spheroid(TWO, FIVE, "axial"), math.pi / 6 * 20),
        (Ellipsoid(ONE, TWO, FIVE, "width"), math.pi / 6 * 10),
        (Prism(ONE, TWO, FIVE, "width"), 10),
        (Film(TEN, FIVE, mm(1e-4), "length"), 5e-3),
    ],
    ids=str,
)
def test_volume(shape, cubic_mm):
    assert volume(shape) == pytest.approx(cubic_mm * 1e-9, rel=1e-12)
    doubled = {name: 2 * q.value for name, q in dimensions(shape).items()}
    assert volume(shape, doubled) == pytest.approx(8 * cubic_mm * 1e-9, rel=1e-12)
    assert demagnetising_factor(shape, doubled) == pytest.approx(demagnetising_factor(shape), rel=1e-12)


def test_lengths_may_be_others_than_the_stated_ones():
    cube = Prism(ONE, ONE, ONE, "height")
    assert demagnetising_factor(cube, {"length": 10.0, "width": 10.0, "height": 1.0}) == pytest.approx(
        0.80508, abs=6e-6
    )


def test_only_ellipsoids_are_magnetised_uniformly():
    assert all(
        is_ellipsoid(shape) for shape in (Sphere(ONE), Spheroid(ONE, TWO, "axial"), Ellipsoid(ONE, ONE, ONE, "width"))
    )
    assert not is_ellipsoid(Cylinder(ONE, ONE, "axial"))
    assert not is_ellipsoid(Film(ONE, ONE, ONE, "width"))
    assert not is_ellipsoid(Prism(ONE, ONE, ONE, "width"))


def test_nickel_sphere_saturates_above_a_third_of_its_magnetisation():
    # metrology: N M_s = 489.1/3 = 163 kA/m
    assert demagnetising_factor(Sphere(ONE)) * 489.1 == pytest.approx(163.0, abs=0.05)
