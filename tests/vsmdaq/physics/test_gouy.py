"""Oracles: forces worked by hand for A = 0.5 cm2 and 1 T, air from its oxygen, the Sherwood manual's example."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import (
    MU0,
    air_susceptibility,
    apparent_mass_from_force,
    force,
    msb_calibration,
    msb_mass_susceptibility,
    susceptibility_from_slope,
)

ONE_TESLA = 1 / MU0


def test_water_loses_19_mg():
    # chi = -9.04e-6 (20 °C), air +0.372e-6: ½ · 0.5e-4 m2 · (-9.41e-6) · 1 T2/mu0 / g = -19.1 mg
    newton = force(-9.04e-6, 0.5e-4, ONE_TESLA, air=air_susceptibility())
    assert apparent_mass_from_force(newton) * 1e6 == pytest.approx(-19.1, abs=0.05)


def test_air_is_4_percent_of_it():
    wet, bare = force(-9.04e-6, 0.5e-4, ONE_TESLA, air=0.372e-6), force(-9.04e-6, 0.5e-4, ONE_TESLA)
    assert wet / bare - 1 == pytest.approx(0.041, abs=0.0005)


def test_copper_and_aluminium_rods():
    air = air_susceptibility()
    for chi, milligram in ((-9.63e-6, -20.3), (20.7e-6, 41.2)):
        newton = force(chi, 0.5e-4, ONE_TESLA, air=air)
        assert apparent_mass_from_force(newton) * 1e6 == pytest.approx(milligram, abs=0.35)


def test_top_field_of_ten_percent_takes_one_percent():
    full, with_top = (force(1e-5, 1e-4, 8e5, low_field_a_per_m=low) for low in (0.0, 8e4))
    assert with_top / full == pytest.approx(0.99, rel=1e-12)


def test_force_is_the_gradient_of_the_energy():
    # virtual work: raising the rod by dz exchanges a slice A dz between H_low and H_max
    chi, area, high, low = 2e-4, 1e-4, 8e5, 1e5
    energy_density = [0.5 * MU0 * chi * h**2 for h in (high, low)]
    assert force(chi, area, high, low_field_a_per_m=low) == pytest.approx(
        area * (energy_density[0] - energy_density[1]), rel=1e-14
    )


@given(chi=st.floats(-1e-3, 1e-2), area=st.floats(1e-6, 1e-2), air=st.floats(0.0, 1e-6))
def test_slope_gives_the_susceptibility_back(chi, area, air):
    fields = np.array([2e5, 4e5, 6e5, 8e5])
    slope = np.polyfit(fields**2 / 1e12, force(chi, area, fields, air=air), 1)[0] / 1e12
    assert susceptibility_from_slope(slope, area, air=air) == pytest.approx(chi, rel=1e-8, abs=1e-12)


def test_air_from_its_gases():
    # molar (CGS, 1e-6 cm3/mol, CRC Handbook): O2 3449, N2 -12.0, Ar -19.32; at 20 °C and 1 atm
    molar = 0.20946 * 3449e-6 + 0.78084 * -12.0e-6 + 0.00934 * -19.32e-6
    moles_per_cm3 = 101325.0 / (8.314462618 * 293.15) * 1e-6
    assert air_susceptibility() == pytest.approx(4 * math.pi * molar * moles_per_cm3, rel=5e-3)
    assert air_susceptibility() == pytest.approx(0.372e-6, abs=0.0005e-6)


def test_air_follows_pressure_and_temperature_squared():
    assert air_susceptibility(90e3, 303.15) == pytest.approx(0.372e-6 * 90 / 101.325 * (293.15 / 303.15) ** 2)
    with pytest.raises(ValueError, match="T above 0"):
        air_susceptibility(101325.0, 0.0)


def test_evans_balance():
    assert msb_calibration(1.005, 1019.0, 1025.0) == pytest.approx(0.999, abs=0.0005)  # Sherwood's worked example
    # 16.44e-6 cm3/g of Hg[Co(NCS)4] back out of the reading it must give
    reading = 16.44e-6 * 1e9 * 0.2 / (0.999 * 2.0)
    assert msb_mass_susceptibility(0.999, 2.0, reading - 30.0, -30.0, 0.2) == pytest.approx(16.44e-6, rel=1e-12)
