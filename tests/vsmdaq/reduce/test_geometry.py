"""Volumes by the formulas of school; demagnetising factors by their sum rule, limits and published values."""

import math

import pytest

from vsmdaq.reduce.geometry import demagnetising_factor, departure_input, shape_inputs, volume_m3
from vsmdaq.terms import Cylinder, Prism, Quantity, Sample, Sphere, Spheroid
from vsmdaq.uncertainty import propagate_many

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


def mm(value, u=0.0):
    return Quantity(value * 1e-3, u * 1e-3, "m")


def block(u_height):
    shape = Prism(mm(2.0, 0.01), mm(1.0), mm(1.0, u_height), "length")
    return Sample("block", shape, None, None)


def test_prism_by_hand():
    sample = block(0.02)
    inputs = inputs_of(sample)
    assert sorted(inputs) == ["block.height", "block.length", "block.width"]
    assert volume_m3(sample, inputs) == pytest.approx(2e-9, rel=1e-12)
    assert demagnetising_factor(sample, inputs) == pytest.approx(0.19832, abs=6e-6)  # Aharoni 1998


def test_volume_and_factor_share_their_dimensions():
    both = propagate_many(
        lambda x: {"volume": volume_m3(block(0.02), x), "factor": demagnetising_factor(block(0.02), x)},
        shape_inputs(block(0.02)),
        units={"volume": "m3", "factor": "1"},
    )
    parts = {
        name: {c.name: c.contribution for c in estimate.components if c.contribution} for name, estimate in both.items()
    }
    assert parts["volume"] == pytest.approx({"block.length": 2e-9 * 0.005, "block.height": 2e-9 * 0.02})
    # a longer block demagnetises less, a thicker one more: central differences of eq. 1 of Aharoni (1998) by mpmath
    assert parts["factor"]["block.length"] == pytest.approx(-0.00081387, rel=1e-4)
    assert parts["factor"]["block.height"] == pytest.approx(0.00162790, rel=1e-4)


def test_departure_by_hand():
    # N = 0.19832, chi_ext = 0.1: chi = 0.1/0.980168; limits N and N/(1 + chi (1 - N))
    chi = 0.1 / (1.0 - 0.0198316)
    u = 0.198316 * (1.0 - 1.0 / (1.0 + chi * 0.801684)) / math.sqrt(3.0)
    sample = block(0.0)
    (name, departure), *more = departure_input(sample, 0.1).items()
    assert (name, more) == ("block.non_uniform_magnetisation", [])
    assert (departure.value, departure.u) == (0.0, pytest.approx(u, rel=1e-4))
    inputs = inputs_of(sample)
    shifted = demagnetising_factor(sample, {**inputs, name: 0.01}) - demagnetising_factor(sample, inputs)
    assert shifted == pytest.approx(0.01, rel=1e-9)


def test_departure_where_nothing_of_the_field_is_left_is_the_whole_range():
    departure = departure_input(block(0.0), 1.0 / 0.19)["block.non_uniform_magnetisation"]
    assert departure.u == pytest.approx(0.198316 / math.sqrt(3.0), rel=1e-5)


def test_no_departure_for_ellipsoids_and_unknown_shapes():
    egg = Sample("egg", Spheroid(mm(1.0), mm(2.0), "axial"), None, None)
    assert departure_input(egg, 0.1) == departure_input(BALL, 0.1) == departure_input(BARE, 0.1) == {}
