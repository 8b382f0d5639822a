"""Every published figure of the materials, with its source; ranges; status; what the tables say."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import air_susceptibility, from_cgs
from vsmdaq.physics.references import LAWS, MATERIALS, ReferenceRangeError, saturation_pressure_pa
from vsmdaq.physics.references.material import UNITS
from vsmdaq.physics.references.tables import laws_table, materials_table, notes_table, numbers_table

OERSTED = 1e3 / (4 * np.pi)
CGS = 4e-3 * np.pi  # m3/kg of 1 cm3/g
EXTRA = {"nickel-chloride": {"mass_fraction": 0.30}}

# R. D. Shull et al., J. Appl. Phys. 87, 5992 (2000), 298 K: applied field (Oe), A m2/kg
SHULL = np.array([(2966, 54.846), (4946, 54.959), (10013, 55.011), (19988, 55.115), (49959, 55.249)])


def value(name, field, kelvin, **more):
    return MATERIALS[name].value(field, kelvin, **more)


# --- nickel and garnet -----------------------------------------------------------------------------------------------


def test_nickel_at_five_kilo_oersted_is_54_94():
    assert value("nickel", 398e3, 298.0) == pytest.approx(54.94, abs=0.05)


def test_nickel_goes_through_the_points_of_shull():
    assert value("nickel", SHULL[:, 0] * OERSTED, 298.0) == pytest.approx(SHULL[:, 1], rel=6e-4)


def test_nickel_of_kjs_associates_is_within_two_u():
    # 4 pi M = 6115 G at 10 kOe and 20 °C: 6115/(4 pi 8.902) = 54.66 A m2/kg
    found = MATERIALS["nickel"].estimate(1e4 * OERSTED, 293.15)
    kjs = 6115 / (4 * np.pi * 8.902)
    assert kjs == pytest.approx(54.66, abs=0.005)
    assert abs(found.value - kjs) < 2.1 * found.u
    assert found.value / kjs - 1 == pytest.approx(0.009, abs=5e-4)


def test_sphere_of_the_srm_type_weighs_what_its_moment_says():
    # 3.47 mA m2 / 54.94 A m2/kg = 63.16 mg: 2.384 mm at 8.902 g/cm3
    mass = value("nickel-sphere", 398e3, 298.0) / 54.94
    assert mass == pytest.approx(63.16e-6, abs=0.005e-6)
    assert (6 * mass / (np.pi * 8902)) ** (1 / 3) == pytest.approx(2.384e-3, abs=0.5e-6)


def test_sphere_of_smith():
    # D. O. Smith 1956: a nickel sphere of 1.5 mm saturates at 8.56e-4 A m2; that is 1 % less than 54.9 A m2/kg say
    mass = np.pi / 6 * 1.5e-3**3 * 8902
    assert mass * value("nickel", 398e3, 298.0) / 8.56e-4 - 1 == pytest.approx(0.01, abs=0.002)


def sum_of_spin_waves(oersted, kelvin):
    """Pauthenet's sums term by term, in his units."""
    n = np.arange(1, 400_001, dtype=float)
    total = 58.858 + (1.60986e-6 - 1.83031e-9 * kelvin) * oersted
    for a, s in ((-154e-6, 1.5), (-70.3e-8, 2.5), (-3.8e-10, 3.5)):
        total += a * kelvin**s * np.sum(n**-s * np.exp(-n * 1.478e-4 * oersted / kelvin))
    return total


@pytest.mark.parametrize(("oersted", "kelvin"), [(1500, 298.0), (2950, 298.0), (3000, 260.0), (47900, 298.0)])
def test_spin_waves_of_pauthenet_are_his_sums(oersted, kelvin):
    assert value("nickel-spin-waves", oersted * OERSTED, kelvin) == pytest.approx(
        sum_of_spin_waves(oersted, kelvin), rel=1e-8
    )


def test_spin_waves_change_with_temperature_as_published():
    # d ln sigma/dT = -4.43e-4 /K at 5 kOe applied, which is 2.95 kOe inside a sphere
    warm, cold = (value("nickel-spin-waves", 2950 * OERSTED, kelvin) for kelvin in (298.5, 297.5))
    assert np.log(warm / cold) == pytest.approx(-4.43e-4, abs=0.02e-4)
    assert MATERIALS["nickel"].constants["temperature_coefficient"].value == -4.43e-4


def test_spin_waves_agree_with_the_spheres_within_two_u():
    inside = (SHULL[1:, 0] - 4 * np.pi * 8.902 * SHULL[1:, 1] / 3) * OERSTED
    u = MATERIALS["nickel-spin-waves"].constants["spontaneous_magnetization"].u
    assert np.all(np.abs(value("nickel-spin-waves", inside, 298.0) - SHULL[1:, 1]) < 2 * u)


def test_garnet_sphere():
    # 7.99e-5 A m2 (list of orders of magnitude, SRM 2852); 27.6 A m2/kg at 5.17 g/cm3 and 1.00 mm: 7.47e-5
    found = MATERIALS["yig-sphere"].estimate(400e3, 298.0)
    assert found.value == pytest.approx(7.99e-5, rel=1e-12)
    assert abs(found.value - np.pi / 6 * 1e-9 * 5170 * 27.6) < 2 * found.u


@pytest.mark.parametrize("name", ["nickel", "nickel-sphere", "nickel-spin-waves", "yig-sphere"])
def test_moments_turn_with_the_field(name):
    assert value(name, -398e3, 298.0) == -value(name, 398e3, 298.0)


# --- susceptibilities ------------------------------------------------------------------------------------------------

# cm3/g (CGS) where they hold, K; sources as in the tables of the materials
PUBLISHED = [
    ("palladium", 298.0, 5.25e-6, 1e-12),  # Quantum Design
    ("platinum", 293.15, 193e-6 / 195.084, 1e-12),  # CRC: 193e-6 cm3/mol
    ("platinum", 293.15, 0.989e-6, 5e-4),
    ("aluminium", 293.15, 0.6115e-6, 5e-5),  # CRC: 16.5e-6 cm3/mol
    ("dysprosia", 298.15, 1 / (13.28 * 315.15), 1e-12),  # Chen et al. 2011
    ("dysprosia", 298.15, 2.389e-4, 2e-4),
    ("dysprosia", 100.0, 1 / (13.28 * 117.0), 1e-12),
    ("gadolinia", 293.15, 53_200e-6 / 362.50, 1e-12),  # CRC
    ("mercury-cobalt", 293.15, 16.43e-6, 3e-4),  # Figgis, Nyholm 1958: 4981e-6/(T + 10 K)
    ("mercury-cobalt", 298.15, 16.16e-6, 3e-4),
    ("mercury-cobalt", 288.0, 4981e-6 / 298.0, 1e-12),
    ("nickel-ethylenediamine", 293.15, 11.04e-6, 1e-12),
    ("water", 293.15, -0.72183e-6, 1e-12),  # Auer 1933
    ("nickel-chloride", 293.15, (10_030 * 0.3 / 293.15 - 0.720 * 0.7) * 1e-6, 1e-12),  # Nettleton, Sugden 1939
]


@pytest.mark.parametrize(("name", "kelvin", "cgs", "rel"), PUBLISHED)
def test_published_susceptibilities_with_their_4_pi(name, kelvin, cgs, rel):
    si = value(name, 1e5, kelvin, **EXTRA.get(name, {}))
    assert si == pytest.approx(cgs * CGS, rel=rel)
    assert from_cgs(cgs, "cm3/g")[0] == pytest.approx(cgs * CGS, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "kelvin", "si"),
    [("palladium", 298.0, 6.597e-8), ("dysprosia", 298.15, 3.003e-6), ("gadolinia", 293.15, 1.8442e-6)],
)
def test_published_values_in_si(name, kelvin, si):
    assert value(name, 0.0, kelvin) == pytest.approx(si, rel=2e-4)  # in the digits given


def test_palladium_moment_of_quantum_design():
    # 0.26867 g at 10 kOe: 1.4105e-2 emu
    assert value("palladium", 0.0, 298.0) * 0.26867e-3 * 1e4 * OERSTED == pytest.approx(1.4105e-5, abs=0.5e-9)


@pytest.mark.parametrize(
    ("name", "kelvin", "per_mole", "molar_mass"),
    [
        ("palladium", 298.0, 540e-6, 106.42),
        ("dysprosia", 298.0, 89_600e-6, 373.0),
        ("water", 293.15, -12.96e-6, 18.015),
    ],
)
def test_other_tables_are_within_two_u(name, kelvin, per_mole, molar_mass):
    # CRC Handbook
    found = MATERIALS[name].estimate(0.0, kelvin)
    assert abs(found.value - per_mole / molar_mass * CGS) < 2 * found.u


def test_susceptibility_per_volume_of_other_lists():
    # McRobbie: water -9.05e-6; aluminium 20.7e-6; platinum 260e-6 and 279e-6; palladium (QD) 793e-6
    assert value("water", 0.0, 293.15) * 998.2 == pytest.approx(-9.05e-6, abs=0.01e-6)
    assert value("aluminium", 0.0, 293.15) * 2699 == pytest.approx(20.7e-6, abs=0.05e-6)
    assert 260e-6 < value("platinum", 0.0, 293.15) * 21450 < 279e-6
    assert value("palladium", 0.0, 298.0) * 12023 == pytest.approx(793e-6, abs=0.5e-6)


def test_free_ions_are_near():
    # N_A mu0 g2 J(J+1) muB2/(3 k (T - theta)): Dy (4/3, 15/2) -17 K: 89 937e-6 cm3/mol; Gd (2, 7/2) -13 K: 50 640e-6
    assert 89_937e-6 / 373.0 * CGS / value("dysprosia", 0.0, 298.15) - 1 == pytest.approx(0.009, abs=1e-3)
    found = MATERIALS["gadolinia"].estimate(0.0, 298.15)
    assert abs(50_640e-6 / 362.50 * CGS - found.value) < 2 * found.u


def test_nickel_chloride_has_the_moment_of_the_ion():
    # C = 10 030e-6 cm3 K/g times 129.6 g/mol: mu_eff = 2.828 sqrt(1.300) = 3.22, the usual one of Ni(II) in water
    curie = MATERIALS["nickel-chloride"].constants["curie_constant"].value / CGS * 129.6
    assert 2.8279 * np.sqrt(curie) == pytest.approx(3.22, abs=0.01)


def test_water_alone_does_not_pass_for_nickel_chloride():
    with pytest.raises(ReferenceRangeError, match=r"nickel-chloride refuses mass_fraction = 0; it is known from 0\.05"):
        value("nickel-chloride", 0.0, 293.0, mass_fraction=0.0)


# --- gases -----------------------------------------------------------------------------------------------------------


def test_air_and_oxygen_at_20_degrees_and_one_atmosphere():
    assert value("air", 0.0, 293.15) == pytest.approx(0.372e-6, abs=0.0006e-6)
    assert value("oxygen", 0.0, 293.15) == pytest.approx(1.80e-6, abs=0.005e-6)
    # per cm3 in CGS the textbook's 0.029e-6
    assert value("air", 0.0, 293.15) / (4 * np.pi) == pytest.approx(0.0296e-6, abs=0.0001e-6)


def test_air_follows_p_and_the_inverse_square_of_t():
    base = value("air", 0.0, 293.15)
    assert value("air", 0.0, 293.15, pressure_pa=0.8 * 101325.0) == pytest.approx(0.8 * base, rel=1e-12)
    # the diamagnetic 1.3 % goes with 1/T alone
    assert value("air", 0.0, 303.15) == pytest.approx(base * (293.15 / 303.15) ** 2, rel=6e-4)


def test_the_short_formula_of_the_gouy_balance_agrees_with_the_mixture():
    for pascal, kelvin in ((101325.0, 293.15), (80e3, 285.0), (105e3, 303.0)):
        mixture = value("air", 0.0, kelvin, pressure_pa=pascal)
        assert air_susceptibility(pascal, kelvin) == pytest.approx(mixture, rel=3e-3)


def test_moist_air_is_less_magnetic_by_what_the_vapour_displaces():
    # saturated vapour at 20 °C: 2339 Pa (steam tables), 2.31 % of the air with the enhancement of 1.004
    assert saturation_pressure_pa(293.15) == pytest.approx(2339 * 1.004, rel=1e-3)
    dry, wet = value("air", 0.0, 293.15), value("air", 0.0, 293.15, relative_humidity=1.0)
    share = 2339 * 1.004 / 101325
    assert wet / dry == pytest.approx(1 - share * (1 + 13.0 / 713.0), rel=1e-4)


# --- ranges, status, tables ------------------------------------------------------------------------------------------

TYPICAL = {
    "nickel-sphere",
    "yig-sphere",
    "palladium",
    "platinum",
    "aluminium",
    "gadolinia",
    "mercury-cobalt",
    "nickel-ethylenediamine",
    "nickel-chloride",
    "air",
    "oxygen",
}


def test_what_is_only_remembered_is_typical():
    found = {name for name, material in MATERIALS.items() if material.status == "typical"}
    assert found == TYPICAL
    assert {MATERIALS[name].status for name in set(MATERIALS) - TYPICAL} == {"literature"}
    for material in MATERIALS.values():
        if re.search("remembered", material.source + material.note):
            assert material.status == "typical", material.name


def test_nothing_in_the_tables_is_called_traceable():
    rows = [*materials_table(MATERIALS), *numbers_table(MATERIALS), *notes_table(MATERIALS), *laws_table(LAWS)]
    assert not re.search("traceab", " ".join(cell for row in rows for cell in row), re.IGNORECASE)


@pytest.mark.parametrize("name", MATERIALS)
def test_every_material_says_what_it_is(name):
    material = MATERIALS[name]
    assert material.quantity in UNITS
    assert material.source
    assert material.formula
    assert material.certificate is None
    assert any(constant.u > 0.0 for constant in material.constants.values())
    assert not material.scale or material.scale in material.constants


def inside(material):
    return {name: 0.5 * (low + high) for name, (low, high) in material.validity.items()}


@pytest.mark.parametrize("name", MATERIALS)
def test_outside_each_of_its_ranges_a_material_refuses(name):
    material = MATERIALS[name]
    good = inside(material)
    material.value(**good)
    for condition, (low, high) in material.validity.items():
        for edge in (low, high):
            material.value(**good | {condition: edge})
        beyond = [high * 1.001, float("nan"), np.array([good[condition], high * 1.001])]
        if low > 0.0:
            beyond.append(low * 0.999)
        for bad in beyond:
            with pytest.raises(ReferenceRangeError, match=f"{name} refuses {condition}") as caught:
                material.value(**good | {condition: bad})
            assert caught.value.allowed == (low, high)


def test_a_missing_or_unknown_condition_is_named():
    with pytest.raises(TypeError, match="nickel-chloride was given field_a_per_m, temperature_k; it takes"):
        value("nickel-chloride", 0.0, 293.0)
    with pytest.raises(TypeError, match=r"palladium was given .*relative_humidity"):
        value("palladium", 0.0, 293.0, relative_humidity=0.5)


@pytest.mark.parametrize("name", MATERIALS)
def test_arrays_give_what_floats_give(name):
    material = MATERIALS[name]
    more = EXTRA.get(name, {})
    fields, kelvin = np.array([-400e3, 300e3, 400e3])[:, None], np.array([294.0, 297.0])[None, :]
    found = material.value(fields, kelvin, **more)
    assert found.shape == (3, 2)
    each = [[material.value(float(h), float(t), **more) for t in kelvin[0]] for h in fields[:, 0]]
    assert found == pytest.approx(np.array(each), rel=1e-13)
    assert isinstance(each[0][0], float)
    parts = material.components(fields, kelvin, **more)
    assert {part.shape for part in parts.values()} == {(3, 2)}


@given(
    name=st.sampled_from(sorted(MATERIALS)),
    field=st.floats(240e3, 790e3),
    kelvin=st.floats(293.0, 299.9),
)
def test_laws_are_continuous(name, field, kelvin):
    more = EXTRA.get(name, {})
    here, there = (value(name, field + dh, kelvin + dt, **more) for dh, dt in ((0.0, 0.0), (1.0, 1e-3)))
    assert there == pytest.approx(here, rel=3e-5)
    assert np.sign(here) == (-1 if name == "water" else 1)


def test_the_tables_have_every_material_and_law():
    assert [row[0] for row in materials_table(MATERIALS)[1:]] == [f"`{name}`" for name in MATERIALS]
    assert [row[0] for row in laws_table(LAWS)[1:]] == [f"`{name}`" for name in LAWS]
    assert {row[0] for row in numbers_table(MATERIALS)[1:]} == {f"`{name}`" for name in MATERIALS}
    palladium = next(row for row in materials_table(MATERIALS) if row[0] == "`palladium`")
    assert palladium[2:5] == ("0 to 4000 kA/m", "285 to 310 K", "typical")
