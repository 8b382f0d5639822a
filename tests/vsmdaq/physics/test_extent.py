"""Means over the volume of a sample, against points and weights of the simulator's and against moments of inertia."""

import math

import numpy as np
import pytest

from vsmdaq.physics.extent import extent
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, Prism, Quantity, Sphere, Spheroid
from vsmdaq_sim.world.extents import CylinderExtent, PrismExtent, SphereExtent, cloud

D, L, W, H = (Quantity(n * 1e-3, 0.0, "m") for n in (3.0, 5.0, 2.0, 1.5))


def cylinder(axis):
    return CylinderExtent(shape="cylinder", diameter_m=3e-3, length_m=5e-3, axis=axis)


def prism(*edges_mm):
    return PrismExtent(shape="prism", edges_m=[edge * 1e-3 for edge in edges_mm])


SEEN = [
    (Sphere(D), SphereExtent(shape="sphere", diameter_m=3e-3)),
    (Cylinder(D, L, "axial", "transverse"), cylinder("x")),
    (Cylinder(D, L, "transverse", "transverse"), cylinder("y")),
    (Cylinder(D, L, "transverse", "axial"), cylinder("z")),
    (Cup(D, L, "transverse", "axial"), cylinder("z")),
    (Prism(L, W, H, "length", "height"), prism(5.0, 2.0, 1.5)),
    (Prism(L, W, H, "height", "length"), prism(1.5, 2.0, 5.0)),
    (Prism(L, W, H, "width", "height"), prism(2.0, 5.0, 1.5)),
    (Film(L, W, H, "thickness", "width"), prism(1.5, 5.0, 2.0)),
]


def means(points, weights):
    x, y, z = points.T
    squares = [weights @ s**2 for s in (x, y, z)]
    fourths = [weights @ s**4 for s in (x, y, z)]
    products = [weights @ (a * b) ** 2 for a, b in ((y, z), (z, x), (x, y))]
    return squares, fourths, products


def agrees(found, expected):
    for got, wanted in zip((found.squares_m2, found.fourths_m4, found.products_m4), expected, strict=True):
        assert got == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("shape", "seen"), SEEN)
def test_means_are_those_of_the_points_of_the_simulator(shape, seen):
    agrees(extent(shape), means(*cloud(seen)))


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        (Ellipsoid(L, W, H, "length", "height"), (5.0, 2.0, 1.5)),
        (Ellipsoid(L, W, H, "height", "width"), (1.5, 5.0, 2.0)),
        (Spheroid(D, L, "axial", "transverse"), (5.0, 3.0, 3.0)),
        (Spheroid(D, L, "transverse", "transverse"), (3.0, 5.0, 3.0)),
        (Spheroid(D, L, "transverse", "axial"), (3.0, 3.0, 5.0)),
    ],
)
def test_an_ellipsoid_is_a_stretched_sphere(shape, axes):
    points, weights = cloud(SphereExtent(shape="sphere", diameter_m=1e-3))
    agrees(extent(shape), means(points * np.array(axes), weights))


def test_squares_add_up_to_moments_of_inertia():
    """Of a mass of 1, the textbook's: m r^2/2 and m (3 r^2 + h^2)/12 of a cylinder, 2 m r^2/5 of a ball."""
    x, y, z = extent(Cylinder(D, L, "transverse", "axial")).squares_m2
    assert x + y == pytest.approx(1.5e-3**2 / 2.0, rel=1e-14)
    assert y + z == pytest.approx((3.0 * 1.5e-3**2 + 5e-3**2) / 12.0, rel=1e-14)
    x, y, z = extent(Sphere(D)).squares_m2
    assert y + z == pytest.approx(0.4 * 1.5e-3**2, rel=1e-14)


def test_other_lengths_take_the_place_of_the_stated_ones():
    grown = extent(Prism(L, W, H, "length", "height"), {"length": 10e-3, "width": 2e-3, "height": 1.5e-3})
    assert grown.squares_m2 == pytest.approx((1e-4 / 12.0, 4e-6 / 12.0, 2.25e-6 / 12.0), rel=1e-14)


@pytest.mark.parametrize(
    "shape",
    [Cylinder(D, L, "transverse"), Prism(L, W, H, "length"), Film(L, W, H, "width"), Spheroid(D, L, "transverse")],
)
def test_how_it_lies_is_not_guessed(shape):
    assert extent(shape) is None


def test_a_quadrupole_free_cylinder():
    """L/D = sqrt(3)/2: all three squares are equal."""
    x, y, z = extent(Cylinder(D, Quantity(3e-3 * math.sqrt(3.0) / 2.0), "transverse", "axial")).squares_m2
    assert (x, y) == pytest.approx((z, z), rel=1e-14)
