import math

import numpy as np
import pytest
from scipy.optimize import brentq

from vsmdaq_sim.world import WorldFileError
from vsmdaq_sim.world.effects.image import cap_permeability

GAP = 0.040


@pytest.mark.parametrize("field", [0.0, 1e3, 4e5, 8e5, 1.5e6, 2.5e6])
def test_permeability_of_the_caps_is_the_slope_of_their_curve(field):
    chi, saturation = 800.0, 1.71e6

    def induction(inside):
        return inside + chi * inside / (1.0 + chi * inside / saturation)

    inside = brentq(lambda h: induction(h) - field, 0.0, field + 1.0, xtol=1e-9, rtol=1e-14)
    step = 1e-5 * max(inside, 10.0)
    slope = (8 * (induction(inside + step) - induction(inside - step)) - induction(inside + 2 * step)
             + induction(inside - 2 * step)) / (12 * step)  # fmt: skip
    assert cap_permeability(field, chi, saturation) == pytest.approx(slope, rel=1e-6)
    assert cap_permeability(-field, chi, saturation) == cap_permeability(field, chi, saturation)


@pytest.mark.parametrize("x0", [0.0, 0.003])
def test_images_of_the_oracle_leave_no_tangential_field_on_the_poles(x0):
    # H of a dipole along x at x_k, tangential component on x = gap/2 at distance rho: 3 (x - x_k) rho / r**5
    for rho in (0.002, 0.015):
        parts = []
        for k in range(-4000, 4001):
            away = GAP / 2 - (k * GAP + (-1) ** k * x0)
            parts.append(3.0 * away * rho / (away**2 + rho**2) ** 2.5)
        assert abs(math.fsum(parts)) < 1e-6 * max(abs(part) for part in parts)


def expected(oracle, strength, position=(0.0, 0.0, 0.0)):
    x0, y0, z0 = position

    def flux(z):
        return sum(
            strength ** abs(k) * oracle.flux(k * GAP + (-1) ** k * x0, y0, z0 + z)
            for k in range(-25, 26)
            if strength or not k
        )

    return oracle.harmonic(flux, 1e-3, 83.0, lambda theta: 1e-3 * np.cos(theta), 1)


@pytest.mark.parametrize("current", [0.0, 30.0, -60.0])
def test_signal_is_that_of_the_moment_and_all_its_images(loop, settled, oracle, current):
    world = loop({"image": {"gap_m": GAP, "field_a_per_m": [0.0, 4e5, 1e6], "strength": [1.0, 0.9, 0.3]}})
    z = settled(world, current)
    strength = float(np.interp(abs(world.magnet.field_a_per_m()), [0.0, 4e5, 1e6], [1.0, 0.9, 0.3]))
    assert z == pytest.approx(expected(oracle, strength), rel=2e-6)


def test_strength_by_law_falls_with_the_permeability(loop, settled, oracle):
    world = loop({"image": {"gap_m": GAP, "pole_susceptibility": 30.0, "pole_saturation_a_per_m": 1.0e6}})
    z = settled(world, 60.0)
    field = world.magnet.field_a_per_m()
    inside = brentq(lambda h: h + 30.0 * h / (1.0 + 30.0 * h / 1e6) - field, 0.0, field)
    slope = 30.0 / (1.0 + 30.0 * inside / 1e6) ** 2
    assert z == pytest.approx(expected(oracle, slope / (slope + 2.0)), rel=2e-6)
    assert abs(z) < 0.97 * abs(settled(world, 0.0))


def test_images_of_a_sample_off_the_middle(loop, settled, oracle):
    place = (0.003, 0.001, 0.0005)
    world = loop(
        {
            "image": {"gap_m": GAP, "field_a_per_m": [0.0, 1e6], "strength": [0.8, 0.8]},
            "samples.loop": {"material": "current-loop", "moment_a_m2": 1e-3, "position_m": list(place)},
        }
    )
    assert settled(world) == pytest.approx(expected(oracle, 0.8, place), rel=2e-6)


def test_coupling_of_the_truth_follows_the_field(loop, oracle):
    world = loop({"image": {"gap_m": GAP, "field_a_per_m": [0.0, 1e6], "strength": [1.0, 0.0]}})
    per_coupling = math.sqrt(2.0) * math.pi * 83.0 * 1e-3 * 1e-3
    assert world.coupling_constant_h_per_m3 * per_coupling == pytest.approx(abs(expected(oracle, 1.0)), rel=2e-6)
    assert world.coupling_h_per_m3("loop", 1e6) * per_coupling == pytest.approx(abs(expected(oracle, 0.0)), rel=2e-6)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"gap_m": 0.03, "pole_susceptibility": 1.0, "pole_saturation_a_per_m": 1.0}, ["image.gap_m", "> 0.03"]),
        ({"gap_m": 0.04}, ["image", "either pole_susceptibility"]),
        ({"gap_m": 0.04, "pole_susceptibility": 1.0}, ["image", "either pole_susceptibility"]),
        ({"gap_m": 0.04, "field_a_per_m": [0.0, 1.0], "strength": [1.0, 2.0]}, ["image.strength.1", "2.0"]),
        (
            {"gap_m": 0.04, "field_a_per_m": [1.0, 2.0], "strength": [1.0, 0.5]},
            ["image.field_a_per_m", "rising from 0.0"],
        ),
        ({"gap_m": 0.04, "field_a_per_m": [0.0, 2.0, 2.0], "strength": [1.0, 0.5, 0.1]}, ["rising from 0.0"]),
    ],
)
def test_poles_that_cannot_be_are_refused(quiet, table, words):
    with pytest.raises(WorldFileError) as caught:
        quiet({"image": table})
    for word in words:
        assert word in str(caught.value)
