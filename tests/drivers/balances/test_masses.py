"""Oracles: definitions of the units as published (NIST Handbook 44 appendix C gives them in grams)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.masses import UNITS, Mass, mass_of


@pytest.mark.parametrize(
    ("unit", "grams"),
    [
        ("kg", 1000),
        ("g", 1),
        ("mg", 0.001),
        ("µg", 1e-6),
        ("ct", 0.2),
        ("lb", 453.59237),
        ("oz", 28.349523125),
        ("ozt", 31.1034768),
        ("dwt", 1.55517384),
        ("GN", 0.06479891),
    ],
)
def test_one_of_each(unit, grams):
    mass = mass_of("1", unit)
    assert mass.mass_kg == pytest.approx(grams / 1000, rel=1e-15)
    assert mass.step_kg == mass.mass_kg


def test_the_nearest_float():
    assert mass_of("12.3450", "g") == Mass(0.012345, 1e-7)
    assert mass_of("-0.00012", "ct") == Mass(-2.4e-8, 2e-9)


@pytest.mark.parametrize("unit", ["", "PCS", "%", "N", "t", "tl", "mom", "G", "KG", "lb:oz", "tlh"])
def test_what_is_no_unit_of_mass_gives_no_number(unit):
    assert mass_of("1.00", unit) is None


@pytest.mark.parametrize("digits", ["", "nan", "inf", "1e3", "1_0", "٣", "--1", "1.2.3", " 1"])
def test_what_is_no_number_gives_none(digits):
    assert mass_of(digits, "g") is None


@given(st.decimals(-99999, 99999, places=5), st.sampled_from(sorted(UNITS)))
def test_sign_and_step(value, unit):
    mass = mass_of(f"{value:f}", unit)
    assert mass.mass_kg == pytest.approx(float(value) * float(UNITS[unit]), rel=1e-14)
    assert mass.step_kg == pytest.approx(1e-5 * float(UNITS[unit]), rel=1e-14)
