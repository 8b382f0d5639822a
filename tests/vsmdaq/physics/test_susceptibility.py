"""Oracles: limits of a sphere (superconductor, soft iron), CODATA prefactors, values of the CRC Handbook converted by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import (
    MU_EFF_CGS_PREFACTOR,
    MU_EFF_PREFACTOR,
    effective_moment_bohr,
    external_susceptibility,
    internal_field,
    internal_susceptibility,
    magnetization,
    mass_magnetization,
    mass_susceptibility,
    mass_susceptibility_from_moment,
    molar_susceptibility,
    volume,
    volume_susceptibility,
)
from vsmdaq.terms import Cylinder, Quantity, Sphere


def test_superconducting_sphere():
    assert internal_susceptibility(-1.5, 1 / 3) == pytest.approx(-1.0)
    assert external_susceptibility(-1.0, 1 / 3) == pytest.approx(-1.5)


def test_soft_sphere_shows_three_whatever_it_is_made_of():
    assert external_susceptibility(1e9, 1 / 3) == pytest.approx(3.0, rel=1e-8)
    assert external_susceptibility(200.0, 1 / 3) == pytest.approx(3.0 * (1 - 3 / 200), rel=3e-4)


@given(chi=st.floats(-0.99, 1e3), n=st.floats(0.0, 1.0))
def test_internal_and_external_are_inverse(chi, n):
    there = external_susceptibility(chi, n)
    assert internal_susceptibility(there, n) == pytest.approx(chi, rel=1e-9, abs=1e-12)


@given(chi=st.floats(-0.99, 1e3), n=st.floats(0.0, 1.0), applied=st.floats(-1e6, 1e6))
def test_both_say_the_same_of_the_field_inside(chi, n, applied):
    m = external_susceptibility(chi, n) * applied
    assert chi * internal_field(applied, m, n) == pytest.approx(m, rel=1e-8, abs=1e-6)


def test_palladium_by_volume_and_by_mass():
    # 5.25e-6 cm3/g (CGS), 12 023 kg/m3: 6.597e-8 m3/kg, 7.93e-4
    assert volume_susceptibility(6.597e-8, 12023.0) == pytest.approx(7.93e-4, abs=0.005e-4)
    assert mass_susceptibility(7.9316e-4, 12023.0) == pytest.approx(6.597e-8, rel=1e-4)


def test_dysprosia_per_mole():
    # 3.003e-6 m3/kg, 373.00 g/mol: 89 124e-6 cm3/mol (CGS) at 298.15 K (Chen et al. 2011)
    assert molar_susceptibility(3.003e-6, 0.37300) / (4e-6 * math.pi) == pytest.approx(89124e-6, rel=4e-4)


def test_slope_of_the_moment():
    assert mass_susceptibility_from_moment(2e-11, 1e-4) == pytest.approx(2e-7)


def test_effective_moment_prefactors():
    assert pytest.approx(797.73, abs=0.005) == MU_EFF_PREFACTOR
    assert pytest.approx(2.8279, abs=0.00005) == MU_EFF_CGS_PREFACTOR


def test_effective_moment_of_spin_seven_halves():
    # Gd(III): g sqrt(S(S+1)) = 7.937; Curie constant 7.875 cm3 K/mol (CGS)
    assert effective_moment_bohr(7.875 * 4e-6 * math.pi / 300.0, 300.0) == pytest.approx(math.sqrt(63), rel=4e-4)


def test_diamagnet_has_no_effective_moment():
    with pytest.raises(ValueError, match="allowed: 0 or more"):
        effective_moment_bohr(-1e-10, 300.0)


def test_volumes():
    d, length = Quantity(2.383e-3, unit="m"), Quantity(1e-3, unit="m")
    # 63.16 mg of nickel (8.902 g/cm3) is a sphere of 2.384 mm
    assert volume(Sphere(d)) * 8902.0 == pytest.approx(63.16e-6, rel=3e-3)
    assert volume(Cylinder(d, length, "axial")) == pytest.approx(1.5 * volume(Sphere(d)) * 1.0 / 2.383, rel=1e-12)


def test_magnetisation_of_a_saturated_nickel_sphere():
    # 4 pi M = 6115 G (KJS) = 486.6 kA/m
    m = 486.6e3 * math.pi / 6 * 2e-3**3
    assert magnetization(m, math.pi / 6 * 2e-3**3) == pytest.approx(6115e3 / (4 * math.pi), rel=1e-4)
    assert mass_magnetization(np.array([3.47e-3]), 63.16e-6) == pytest.approx([54.94], abs=0.01)
