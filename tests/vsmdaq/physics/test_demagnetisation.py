"""Oracles: Osborn 1945 and Aharoni 1998 (values as tabulated), the Bessel integral by scipy, sums over three axes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from vsmdaq.physics import (
    SPHERE,
    cylinder_axial,
    cylinder_transverse,
    demagnetising_factor,
    ellipsoid,
    prism,
    spheroid,
)
from vsmdaq.terms import Cylinder, Quantity, Sphere

CYLINDERS = {
    0.01: 0.96504,
    0.1: 0.79668,
    0.2: 0.68017,
    0.5: 0.47449,
    0.9065: 0.33333,
    1.0: 0.31158,
    2.0: 0.18186,
    4.0: 0.09835,
    10.0: 0.04119,
}


@pytest.mark.parametrize("aspect", CYLINDERS)
def test_cylinder_axial(aspect):
    assert cylinder_axial(aspect) == pytest.approx(CYLINDERS[aspect], abs=0.6e-5)


@pytest.mark.parametrize("aspect", [0.03, 0.3, 1.0, 3.0])
def test_cylinder_is_the_bessel_integral(aspect):
    def integrand(x):
        return (special.j1(x) / x) ** 2 * -np.expm1(-2 * aspect * x)

    end = 2000.0
    head = sum(
        integrate.quad(integrand, a, a + 100.0, epsabs=1e-13, limit=500)[0] for a in np.arange(1e-12, end, 100.0)
    )
    tail = 1 / (2 * math.pi * end**2)  # J1^2 averages to 1/(pi x)
    assert cylinder_axial(aspect) == pytest.approx((head + tail) / aspect, abs=2e-8)


@pytest.mark.parametrize("aspect", [10.0, 1e3, 1e6])
def test_long_cylinder_tends_to_its_two_discs(aspect):
    # N -> (4/(3 pi))(D/L) - (D/L)^2/8 for L >> D, up to (D/L)^4
    expected = 4 / (3 * math.pi * aspect) - 1 / (8 * aspect**2)
    assert cylinder_axial(aspect) == pytest.approx(expected, rel=max(0.05 / aspect**3, 1e-9))


def test_thin_disc_tends_to_one():
    # a short solenoid of radius a is a loop with a band for a wire: L = mu0 a (ln(8 a/l) - 1/2) (Maxwell; Grover 1946)
    g = 1e-4
    assert 1 - cylinder_axial(g) == pytest.approx(2 * g / math.pi * (math.log(4 / g) - 0.5), rel=1e-7)


def test_nagaoka_coefficient_of_a_square_coil():
    assert 1 - cylinder_axial(1.0) == pytest.approx(0.688423, abs=1e-6)  # Rosa & Grover 1912, table for D/l = 1


@pytest.mark.parametrize(
    ("aspect", "expected"), [(2, 0.17356), (5, 0.05582), (10, 0.02029), (0.5, 0.5272), (0.1, 0.8608), (1, 1 / 3)]
)
def test_spheroids_of_osborn(aspect, expected):
    assert spheroid(aspect) == pytest.approx(expected, abs=0.6e-5 if aspect > 1 else 0.6e-4)


@given(aspect=st.floats(1.05, 1e4))
def test_spheroid_closed_forms(aspect):
    root = math.sqrt(aspect**2 - 1)
    prolate = (aspect / root * math.acosh(aspect) - 1) / root**2
    assert spheroid(aspect) == pytest.approx(prolate, rel=1e-11, abs=1e-13)
    oblate = aspect**2 / root**2 * (1 - math.asin(root / aspect) / root)
    assert spheroid(1 / aspect) == pytest.approx(oblate, rel=1e-11)


def test_ellipsoid_is_carlsons_integral():
    assert ellipsoid(3.0, 1.0, 2.0) == pytest.approx(2.0 * special.elliprd(1.0, 4.0, 9.0), rel=1e-14)


_edge = st.floats(0.01, 100.0)


@given(a=_edge, b=_edge, c=_edge)
def test_three_axes_of_an_ellipsoid_add_up_to_one(a, b, c):
    assert ellipsoid(a, b, c) + ellipsoid(b, c, a) + ellipsoid(c, a, b) == pytest.approx(1.0, abs=1e-13)


@given(a=_edge, b=_edge, c=_edge)
def test_three_axes_of_a_prism_add_up_to_one(a, b, c):
    rounding = 1e-13 + 1e-15 * max(a, b, c) ** 3 / (a * b * c)
    assert prism(a, b, c) + prism(b, c, a) + prism(c, a, b) == pytest.approx(1.0, abs=rounding)
    assert -rounding < prism(a, b, c) < 1 + rounding


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((1, 1, 1), 0.33333),
        ((2, 1, 1), 0.19832),
        ((10, 1, 1), 0.04573),
        ((1, 5, 5), 0.69419),
        ((1, 10, 10), 0.80508),
    ],
)
def test_prisms_of_aharoni(edges, expected):
    assert prism(*edges) == pytest.approx(expected, abs=0.6e-5)


def test_shapes():
    d, length = Quantity(2e-3, 1e-5, "m"), Quantity(4e-3, 1e-5, "m")
    assert demagnetising_factor(Sphere(d)) == SPHERE == pytest.approx(1 / 3)
    assert demagnetising_factor(Cylinder(d, length, "axial")) == pytest.approx(0.18186, abs=1e-5)
    assert demagnetising_factor(Cylinder(d, length, "transverse")) == pytest.approx((1 - 0.18186) / 2, abs=1e-5)
    assert cylinder_transverse(2.0) == pytest.approx((1 - 0.18186) / 2, abs=1e-5)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_no_length_no_factor(bad):
    with pytest.raises(ValueError, match="allowed: positive, finite"):
        cylinder_axial(bad)
    with pytest.raises(ValueError, match="across = "):
        prism(1.0, bad, 1.0)
    with pytest.raises(ValueError, match="along = "):
        ellipsoid(bad, 1.0, 1.0)
