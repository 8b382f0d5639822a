"""Digits at extreme ratios. Oracle: mpmath with 60 digits, of Aharoni's eq. 1 as printed, of K(k) and E(k), and of R_D."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import cylinder_axial, cylinder_transverse, ellipsoid, prism, spheroid

PRISMS = {  # edges along, across, across
    (5e-3, 5e-3, 1e-7): 7.350266810558408e-5,
    (1e-7, 5e-3, 5e-3): 0.99985299466378883,
    (1e-9, 5e-3, 5e-3): 0.99999794359899912,
    (5e-3, 5e-3, 1e-9): 1.0282005004387442e-6,
    (5e-3, 1e-9, 2e-3): 9.8703771488840552e-7,
    (1e-2, 1e-5, 1e-5): 0.00047304184949277247,
    (1e-2, 1e-6, 2e-6): 6.5016995176463551e-5,
    (1e-6, 1e-2, 2e-6): 0.64774871825658677,
    (2e-6, 1e-6, 1e-2): 0.35218626474823677,
    (1, 1, 1): 0.33333333333333333,
    (2, 1, 1): 0.19831615278883806,
    (3, 5, 7): 0.4893616535201376,
    (1, 1000, 1e-3): 0.0026759535282078352,
    (1e-3, 1, 1000): 0.99732146792751718,
    (1000, 1, 1e-3): 2.5785442749854845e-6,
}
CYLINDERS = {  # axial, transverse
    1e-7: (0.99999891746691013, 5.4126654493694091e-7),
    2e-5: (0.99985095365393375, 7.452317303312279e-5),
    1e-3: (0.99503815321238283, 0.0024809233938085867),
    0.01: (0.96503975422588385, 0.017480122887058076),
    0.1: (0.79667648247808674, 0.10166175876095663),
    0.2999: (0.59480593363903148, 0.20259703318048426),
    0.3001: (0.59465647796758569, 0.20267176101620716),
    0.5: (0.47448997574807252, 0.26275501212596374),
    1: (0.31157739267962331, 0.34421130366018834),
    2: (0.18186424806529684, 0.40906787596735158),
    10: (0.041192875796277065, 0.47940356210186147),
    1e3: (0.00042428818159401256, 0.49978785590920299),
}
ELLIPSOIDS = {
    (1, 1.0000001, 0.9999999): 0.33333333333333086,
    (1e6, 1, 2): 2.6206385260930884e-11,
    (1e-6, 1, 2): 0.99999878894522243,
    (1, 1e-6, 1e3): 9.9999560297231142e-7,
    (3, 2, 1): 0.15630069882927098,
}


@pytest.mark.parametrize("edges", PRISMS, ids=str)
def test_prisms_keep_their_digits_however_thin_or_long(edges):
    along, across, other = edges
    assert prism(along, across, other) == pytest.approx(PRISMS[edges], rel=2e-15, abs=0.0)
    assert prism(along, other, across) == pytest.approx(PRISMS[edges], rel=2e-15, abs=0.0)


@pytest.mark.parametrize("aspect", CYLINDERS)
def test_cylinders_keep_their_digits(aspect):
    axial, transverse = CYLINDERS[aspect]
    assert cylinder_axial(aspect) == pytest.approx(axial, abs=1e-15)
    assert cylinder_transverse(aspect) == pytest.approx(transverse, rel=2e-15)


@pytest.mark.parametrize("axes", ELLIPSOIDS, ids=str)
def test_ellipsoids_keep_their_digits(axes):
    assert ellipsoid(*axes) == pytest.approx(ELLIPSOIDS[axes], rel=4e-15, abs=0.0)


@given(epsilon=st.floats(-1e-3, 1e-3))
def test_spheroids_near_the_sphere_follow_the_series(epsilon):
    # of aspect 1 + e: 1/3 - (4/15) e + (6/35) e^2 - (32/315) e^3 + (40/693) e^4 - ... (coefficients by mpmath's taylor)
    series = 1 / 3 - 4 / 15 * epsilon + 6 / 35 * epsilon**2 - 32 / 315 * epsilon**3 + 40 / 693 * epsilon**4
    assert spheroid(1 + epsilon) == pytest.approx(series, abs=1e-15)


_length = st.floats(-9, 0).map(lambda power: 10.0**power)


@pytest.mark.parametrize("factor", [prism, ellipsoid])
@given(a=_length, b=_length, c=_length, scale=st.floats(1e-6, 1e6))
def test_trace_order_and_scale(factor, a, b, c, scale):
    whole = [factor(along, *across) for along, *across in ((a, b, c), (b, c, a), (c, a, b))]
    assert math.fsum(whole) == pytest.approx(1.0, abs=1e-14)
    assert all(0.0 < n < 1.0 or n == pytest.approx(1.0, abs=1e-15) for n in whole)
    assert factor(a, c, b) == pytest.approx(whole[0], rel=4e-15)
    assert factor(scale * a, scale * b, scale * c) == pytest.approx(whole[0], rel=1e-13)


@given(a=_length, b=_length, c=_length)
def test_the_longer_edge_has_the_smaller_factor(a, b, c):
    order = sorted((a, b, c))
    factors = [prism(*(order[i:] + order[:i])) for i in range(3)]
    assert all(low >= high * (1 - 1e-14) for low, high in itertools.pairwise(factors))


@given(aspect=_length)
def test_cylinder_and_square_prism_of_a_film_both_tend_to_one_as_their_thickness_does(aspect):
    # 1 - N goes as (t/L) ln(L/t) for both; a disc inscribed in a square has the larger one
    assert (
        1 - prism(aspect, 1.0, 1.0) < 1 - cylinder_axial(aspect) < 1.2 * (1 - prism(aspect, 1.0, 1.0)) or aspect > 0.1
    )
