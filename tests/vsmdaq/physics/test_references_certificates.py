"""A user's certificate: the value at its point, the law elsewhere, and who may be called traceable."""

from dataclasses import replace

import pytest

from vsmdaq.physics import reference_inputs, reference_law, reference_value
from vsmdaq.physics.references import (
    MATERIALS,
    Certificate,
    ReferenceRangeError,
    certified,
    is_traceable,
    material_status,
    reference_status,
)
from vsmdaq.terms import InputError, Quantity, Reference, Sample

MINE = Certificate("12-345", Quantity(3.455e-3, 0.008e-3, "A m2"), temperature_k=294.0, field_a_per_m=500e3)
SPHERE = MATERIALS["nickel-sphere"]


def shape(field, kelvin):
    """Form given with NIST SRM 772a, written out here."""
    from math import log

    return (1 + 0.0026 * log(field / 398e3)) * (1 - 0.00047 * (kelvin - 298.0))


def test_the_certified_value_holds_at_its_point_and_the_law_carries_it():
    mine = certified(SPHERE, MINE)
    assert mine.value(500e3, 294.0) == pytest.approx(3.455e-3, rel=1e-14)
    assert mine.value(-900e3, 303.0) == pytest.approx(-3.455e-3 * shape(900e3, 303.0) / shape(500e3, 294.0), rel=1e-13)
    # another scale of the law does not matter
    other = replace(SPHERE, constants={**SPHERE.constants, "moment": Quantity(1.0, 0.5, "A m2")})
    assert certified(other, MINE).value(900e3, 303.0) == pytest.approx(mine.value(900e3, 303.0), rel=1e-13)


def test_its_uncertainty_is_the_certificates_and_away_from_its_point_the_laws_too():
    mine = certified(SPHERE, MINE)
    here, away = mine.estimate(500e3, 294.0), mine.estimate(500e3, 304.0)
    assert here.u == pytest.approx(0.008e-3, rel=1e-6)
    parts = {component.name: component.contribution for component in away.components}
    assert set(parts) == {
        f"nickel-sphere.{name}" for name in ("certified_value", "field_coefficient", "temperature_coefficient")
    }
    # ten kelvin at u(b) = 0.3e-4 /K: 3e-4 of the value
    assert parts["nickel-sphere.temperature_coefficient"] / away.value == pytest.approx(3e-4, rel=0.01)
    assert abs(parts["nickel-sphere.field_coefficient"]) < 1e-12 * away.value


def test_status_and_words():
    mine = certified(SPHERE, MINE)
    assert mine.status == "certificate"
    assert mine.certificate == MINE
    assert material_status(mine).startswith("traceable, certificate 12-345; law: ")
    assert material_status(SPHERE).startswith("typical, As remembered of NIST SRM 772a")
    assert material_status(MATERIALS["dysprosia"]).startswith("literature, D.-X. Chen")
    assert MATERIALS["nickel-sphere"].status == "typical", "the table is as it was"


def test_a_solution_may_be_certified_at_its_concentration():
    value = Quantity(1.2e-7, 1e-9, "m3/kg")
    solution = certified(MATERIALS["nickel-chloride"], Certificate("A1", value, 293.15, 0.0), mass_fraction=0.3)
    assert solution.value(0.0, 293.15, mass_fraction=0.3) == pytest.approx(1.2e-7, rel=1e-14)
    # the salt follows Curie: its share grows by 1 % where T falls by 1 %
    salt, water = 10_030 * 0.3 / 293.15, -0.720 * 0.7
    expected = 1.2e-7 * (salt / 0.99 + water) / (salt + water)
    assert solution.value(0.0, 0.99 * 293.15, mass_fraction=0.3) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": " "}, "certificate.number: given nothing; allowed: the number of the certificate"),
        ({"value": Quantity(3.4e-3, 0.0, "A m2")}, "certificate.value: given u = 0; allowed: a standard uncertainty"),
        ({"value": Quantity(55.0, 0.1, "A m2/kg")}, "given a value in A m2/kg; allowed: a value in A m2"),
    ],
)
def test_what_is_no_certificate_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        certified(SPHERE, replace(MINE, **change))


@pytest.mark.parametrize(
    ("change", "quantity"), [({"temperature_k": 273.15}, "temperature_k"), ({"field_a_per_m": 1e5}, "field_a_per_m")]
)
def test_a_certificate_outside_the_law_is_refused(change, quantity):
    with pytest.raises(ReferenceRangeError, match=f"nickel-sphere refuses {quantity}"):
        certified(SPHERE, replace(MINE, **change))


# --- the sample file's reference -------------------------------------------------------------------------------------

REFERENCE = Reference(
    "nickel",
    MINE.value,
    None,
    "certificate",
    "National Institute",
    "12-345",
    temperature_k=294.0,
    field_a_per_m=500e3,
)


def sample(reference):
    return Sample("sphere", None, Quantity(63.16e-6, 1e-8, "kg"), None, reference)


def test_the_value_of_the_file_holds_where_the_file_says():
    assert reference_value(sample(REFERENCE), 500e3, 294.0) == pytest.approx(3.455e-3, rel=1e-14)
    expected = 3.455e-3 * shape(900e3, 303.0) / shape(500e3, 294.0)
    assert reference_value(sample(REFERENCE), 900e3, 303.0) == pytest.approx(expected, rel=1e-13)
    warmer = replace(REFERENCE, field_a_per_m=None)
    expected = 3.455e-3 * shape(900e3, 303.0) / shape(398e3, 294.0)
    assert reference_value(sample(warmer), 900e3, 303.0) == pytest.approx(expected, rel=1e-13)


def test_the_value_can_be_moved_about_the_stated_point():
    inputs = {name: quantity.value for name, quantity in reference_inputs(sample(REFERENCE)).items()}
    moved = inputs | {"reference.value": 2 * 3.455e-3, "reference.temperature_coefficient": -1e-3}
    found = reference_value(sample(REFERENCE), 500e3, 304.0, moved)
    assert found == pytest.approx(2 * 3.455e-3 * (1 - 6e-3) / (1 + 4e-3), rel=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature_k": 273.15}, r"reference.temperature: given 273.15; allowed: 290 to 305"),
        ({"field_a_per_m": 1e5}, r"reference.field: given 100000; allowed: 236000 to 3.98e\+06"),
    ],
)
def test_a_point_where_the_law_does_not_hold_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        reference_law(sample(replace(REFERENCE, **change)))


def test_traceable_is_said_of_a_complete_certificate():
    assert is_traceable(REFERENCE)
    assert reference_status(REFERENCE) == "certificate 12-345, traceable, National Institute"


@pytest.mark.parametrize(
    "change",
    [
        {"temperature_k": None},
        {"field_a_per_m": None},
        {"value": Quantity(3.455e-3, 0.0, "A m2")},
        {"certificate": ""},
        {"status": "literature", "certificate": ""},
        {"status": "typical"},
    ],
)
def test_and_of_nothing_else(change):
    lacking = replace(REFERENCE, **change)
    assert not is_traceable(lacking)
    assert "traceable," not in reference_status(lacking)


def test_a_susceptibility_needs_no_field():
    value = Quantity(6.6e-8, 1e-10, "m3/kg")
    reference = replace(REFERENCE, law="palladium", value=value, field_a_per_m=None)
    assert is_traceable(reference)
    assert not is_traceable(replace(reference, temperature_k=None))


def test_other_status_is_said_as_it_is():
    assert reference_status(replace(REFERENCE, status="typical", source="a table")) == "typical, a table"
    incomplete = reference_status(replace(REFERENCE, temperature_k=None))
    assert incomplete.startswith("certificate 12-345, National Institute (not called traceable: ")
