"""u of a law by the GUM, against uncertainties and GTC; the current loop."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics.references import MATERIALS, ReferenceRangeError, current_loop, current_loop_moment
from vsmdaq.terms import InputError, Quantity


def lines(estimate):
    return {component.name.partition(".")[2]: component.contribution for component in estimate.components}


def test_nickel_against_uncertainties():
    ufloat = pytest.importorskip("uncertainties").ufloat
    c = {name: ufloat(q.value, q.u) for name, q in MATERIALS["nickel"].constants.items()}
    warm = 1 + c["temperature_coefficient"] * (292.0 - 298.0)
    sigma = c["saturation_magnetization"] * (1 + c["field_coefficient"] * math.log(900 / 398)) * warm
    found = MATERIALS["nickel"].estimate(900e3, 292.0)
    assert (found.value, found.u) == (pytest.approx(sigma.n, rel=1e-13), pytest.approx(sigma.s, rel=1e-7))


@pytest.mark.parametrize(("name", "reference_k"), [("mercury-cobalt", 293.15), ("gadolinia", 293.15)])
def test_curie_weiss_against_gtc(name, reference_k):
    ureal = pytest.importorskip("GTC").ureal
    material = MATERIALS[name]
    chi, theta = (
        ureal(material.constants[key].value, material.constants[key].u)
        for key in ("mass_susceptibility", "weiss_temperature")
    )
    expected = chi * (reference_k - theta) / (299.0 - theta)
    found = material.estimate(0.0, 299.0)
    assert found.value == pytest.approx(expected.x, rel=1e-13)
    assert found.u == pytest.approx(expected.u, rel=1e-4)  # theta enters bent: u by differences of one u


def test_air_against_uncertainties():
    ufloat = pytest.importorskip("uncertainties").ufloat
    c = {name: ufloat(q.value, q.u) for name, q in MATERIALS["air"].constants.items()}
    molar = c["oxygen_fraction"] * c["oxygen"] + 0.78084 * c["nitrogen"] + 0.00934 * c["argon"]
    chi = 101325.0 / (8.314462618 * 293.15) * molar
    found = MATERIALS["air"].estimate(0.0, 293.15)
    assert (found.value, found.u) == (pytest.approx(chi.n, rel=1e-12), pytest.approx(chi.s, rel=1e-6))
    assert found.u / found.value == pytest.approx(0.0083, abs=1e-4), "the 0.8 % of oxygen decides"


def test_components_carry_their_sign():
    warm = lines(MATERIALS["palladium"].estimate(0.0, 303.0))
    chi = 6.5973446e-8
    assert warm["mass_susceptibility"] == pytest.approx(0.17 / 5.25 * chi * (1 - 0.0018 * 5), rel=1e-6)
    assert warm["temperature_coefficient"] == pytest.approx(0.36e-3 * 5 * chi, rel=1e-6)
    cold = lines(MATERIALS["palladium"].estimate(0.0, 293.0))
    assert cold["temperature_coefficient"] == pytest.approx(-warm["temperature_coefficient"], rel=1e-9)


def test_estimates_are_named_after_their_material():
    names = [component.name for component in MATERIALS["dysprosia"].estimate(0.0, 298.15).components]
    assert names == ["dysprosia.mass_susceptibility"]


# --- current loop ----------------------------------------------------------------------------------------------------

TEN_MA = Quantity(10e-3, 1e-6, "A")
TWO_MM = Quantity(2.0e-3, 4e-6, "m")


def test_one_layer_is_n_i_a():
    # 100 turns of 2 mm at 10 mA: 100 · 0.01 A · pi mm2 = pi · 1e-6 A m2
    loop = current_loop(turns=100, current=TEN_MA, inner_diameter=TWO_MM, outer_diameter=TWO_MM)
    found = loop.estimate(800e3, 295.0)
    assert found.value == pytest.approx(math.pi * 1e-6, rel=1e-14)
    assert found.unit == "A m2"
    # u(I)/I = 1e-4; u(d)/d = 2e-3 in two independent diameters, each with exponent 1
    assert lines(found)["current"] / found.value == pytest.approx(1e-4, rel=1e-9)
    assert found.u / found.value == pytest.approx(math.hypot(1e-4, 2e-3 * math.sqrt(2.0)), rel=1e-4)


def test_a_thick_winding_is_the_sum_of_its_turns():
    diameters = np.linspace(1.5e-3, 2.5e-3, 20001)
    expected = 50 * 0.02 * np.mean(np.pi / 4 * diameters**2)
    assert current_loop_moment(50, 0.02, 1.5e-3, 2.5e-3) == pytest.approx(expected, rel=1e-4)


def test_it_does_not_know_the_field_and_turns_with_the_current():
    loop = current_loop(turns=10, current=TEN_MA, inner_diameter=TWO_MM, outer_diameter=TWO_MM)
    fields = np.array([-2e6, 0.0, 5e5])
    assert loop.value(fields, 295.0) == pytest.approx(np.full(3, math.pi * 1e-7), rel=1e-14)
    back = current_loop(turns=10, current=Quantity(-10e-3, 1e-6, "A"), inner_diameter=TWO_MM, outer_diameter=TWO_MM)
    assert back.value(0.0, 295.0) == -loop.value(0.0, 295.0)
    with pytest.raises(ReferenceRangeError, match="current-loop refuses temperature_k = 77"):
        loop.value(0.0, 77.0)


def test_part_of_a_turn_counts():
    loop = current_loop(turns=10, u_turns=0.1, current=TEN_MA, inner_diameter=TWO_MM, outer_diameter=TWO_MM)
    assert lines(loop.estimate(0.0, 295.0))["turns"] == pytest.approx(math.pi * 1e-9, rel=1e-9)


@given(
    turns=st.integers(1, 1000),
    current=st.floats(1e-4, 1.0),
    inner=st.floats(1e-4, 1e-2),
    ratio=st.floats(1.0, 3.0),
)
def test_moment_lies_between_those_of_inner_and_outer_turns(turns, current, inner, ratio):
    found = current_loop_moment(turns, current, inner, ratio * inner)
    low = turns * current * math.pi / 4 * inner**2
    assert low * (1 - 1e-12) <= found <= low * ratio**2 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turns": 0}, "turns: given 0; allowed: 1 or more"),
        ({"current": Quantity(0.0, 1e-6, "A")}, "current: given 0 A"),
        ({"current": Quantity(0.01, 1e-6, "mA")}, "current: given a value in mA; allowed: a value in A"),
        ({"inner_diameter": Quantity(3e-3, 1e-6, "m")}, "inner_diameter: given 0.003 m inside, 0.002 m outside"),
    ],
)
def test_what_is_no_winding_is_refused(change, message):
    given = {"turns": 10, "current": TEN_MA, "inner_diameter": TWO_MM, "outer_diameter": TWO_MM} | change
    with pytest.raises(InputError, match=message):
        current_loop(**given)
