"""Volumes by the formulas of school; demagnetising factors by their sum rule, limits and published values."""

import math

import pytest

from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.terms import Cylinder, Quantity, Sample, Sphere

BALL = Sample("ball", Sphere(Quantity(2e-3, 1e-5, "m")), None, None)
BARE = Sample("bare", None, None, None)


def rod(length_m, diameter_m=2e-3, field="axial"):
    return Sample("rod", Cylinder(Quantity(diameter_m, 0.0, "m"), Quantity(length_m, 0.0, "m"), field), None, None)


def inputs_of(sample):
    return {name: quantity.value for name, quantity in shape_inputs(sample).items()}


def test_inputs_carry_the_samples_name():
    assert shape_inputs(BALL) == {"ball.diameter": Quantity(2e-3, 1e-5, "m")}
    assert sorted(shape_inputs(rod(1e-3))) == ["rod.diameter", "rod.length"]
    assert shape_inputs(BARE) == {}


def test_volumes_follow_the_inputs_not_the_file():
    assert volume_m3(BALL, {"ball.diameter": 1e-3}) == pytest.approx(5.235987755982989e-10, rel=1e-12)
    assert volume_m3(rod(1e-3), inputs_of(rod(1e-3))) == pytest.approx(math.pi * 1e-9, rel=1e-12)
    assert volume_m3(BARE, {}) is None


def test_demagnetising_factors():
    assert demagnetising_factor(BALL, {}) == 1.0 / 3.0
    assert demagnetising_factor(BARE, {}) is None
    for length_m in (2e-4, 1e-3, 2e-3, 9e-3):
        along, across = rod(length_m), rod(length_m, field="transverse")
        total = demagnetising_factor(along, inputs_of(along)) + 2.0 * demagnetising_factor(across, inputs_of(across))
        assert total == pytest.approx(1.0, abs=1e-9)
    # Chen, Brug, Goldfarb, IEEE Trans. Magn. 27, 3601 (1991): magnetometric, chi = 0, length = diameter
    cube = rod(2e-3)
    assert demagnetising_factor(cube, inputs_of(cube)) == pytest.approx(0.3116, abs=5e-5)
    disc = rod(2e-8)
    assert demagnetising_factor(disc, inputs_of(disc)) == pytest.approx(1.0, abs=1e-3)
