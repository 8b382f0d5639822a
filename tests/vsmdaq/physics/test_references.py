"""Oracles: published values of nickel (Shull 2000, Pauthenet 1982), palladium (QD), Dy2O3 (Chen 2011), Hg[Co(NCS)4]."""

from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.physics import (
    LAWS,
    ReferenceRangeError,
    dysprosia_susceptibility,
    mercury_cobalt_susceptibility,
    nickel_moment,
    reference_inputs,
    reference_law,
    reference_moment,
    reference_value,
    to_cgs,
    volume,
)
from vsmdaq.terms import InputError, Quantity, Reference, Sample, Sphere

OERSTED = 1e3 / (4 * np.pi)

# R. D. Shull, R. D. McMichael, L. J. Swartzendruber, S. D. Leigh, J. Appl. Phys. 87, 5992 (2000): nickel spheres at 298 K,
# applied field (Oe) and specific magnetisation (A m2/kg)
SHULL = np.array(
    [
        (2966, 54.846),
        (3480, 54.906),
        (3933, 54.922),
        (4946, 54.959),
        (6004, 54.951),
        (6995, 55.011),
        (7973, 55.004),
        (8983, 55.027),
        (10013, 55.011),
        (19988, 55.115),
        (29963, 55.218),
        (39974, 55.234),
        (49959, 55.249),
    ]
)

NICKEL = Sample(
    "nickel sphere",
    Sphere(Quantity(2.383e-3, 2e-6, "m")),
    Quantity(63.16e-6, 1e-8, "kg"),
    None,
    Reference("nickel", Quantity(3.47e-3, 0.01e-3, "A m2"), None, "literature", "NIST SRM 772a, nominal"),
)
PALLADIUM = Sample(
    "palladium",
    None,
    Quantity(0.26867e-3, 1e-8, "kg"),
    None,
    Reference(
        "palladium",
        Quantity(5.25e-6 * 4e-3 * np.pi, 6e-10, "m3/kg"),
        Quantity(-1.8e-3, 0.36e-3, "1/K"),
        "literature",
        "Quantum Design",
    ),
)


def test_nickel_at_five_kilo_oersted():
    # sigma(398 kA/m, 298 K) from the published points by a fit in ln H, and by the law through 3.47 mA m2 of 63.16 mg
    slope, sigma = np.polyfit(np.log(SHULL[:, 0] / 5001.4), SHULL[:, 1], 1)
    assert sigma == pytest.approx(54.94, abs=0.05)
    assert slope / sigma == pytest.approx(0.0026, abs=2e-4)
    assert nickel_moment(398e3, 298.0, 3.47e-3) / 63.16e-6 == pytest.approx(sigma, abs=0.05)


def test_nickel_law_goes_through_the_published_points_over_its_range():
    fields = SHULL[:, 0] * OERSTED
    law = [nickel_moment(h, 298.0, 54.94) for h in fields]
    assert law == pytest.approx(list(SHULL[:, 1]), rel=6e-4)
    low, high = LAWS["nickel"].field_range_a_per_m
    assert (low, high) == (pytest.approx(fields[0], rel=2e-3), pytest.approx(fields[-1], rel=2e-3))


def test_nickel_law_at_other_temperatures():
    # Pauthenet 1982 (spin waves): d ln sigma/dT = -4.43e-4 /K at 5 kOe, within two standard uncertainties of the law's
    coefficient = LAWS["nickel"].coefficients["reference.temperature_coefficient"]
    assert coefficient.value == pytest.approx(-4.43e-4, abs=2 * coefficient.u)
    assert nickel_moment(398e3, 303.0, 1.0) - nickel_moment(398e3, 298.0, 1.0) == pytest.approx(-5 * 4.7e-4, rel=1e-9)


def test_nickel_turns_with_the_field():
    assert reference_moment(NICKEL, -398e3, 298.0) == pytest.approx(-3.47e-3)
    assert reference_value(NICKEL, 398e3, 298.0) == pytest.approx(3.47e-3)


def test_palladium_example_of_quantum_design():
    # 5.25e-6 emu/(g Oe), 0.26867 g, 10 kOe: 1.4105e-2 emu
    gram = replace(PALLADIUM, mass=Quantity(0.26867e-3, 0.0, "kg"))
    emu, unit = to_cgs(reference_moment(gram, 1e4 * OERSTED, 298.0), "A m2")
    assert (emu, unit) == (pytest.approx(1.4105e-2, abs=0.00005e-2), "emu")


def test_palladium_cools_and_gains():
    ratio = reference_value(PALLADIUM, 0.0, 293.0) / reference_value(PALLADIUM, 0.0, 298.0)
    assert ratio == pytest.approx(1.009, abs=1e-6)


def test_dysprosia_of_chen():
    # 1/(13.28 (T + 17)) cm3/g: 2.389e-4 cm3/g = 3.003e-6 m3/kg at 298.15 K
    for kelvin in (60.0, 150.0, 298.15):
        expected = 4e-3 * np.pi / (13.28 * (kelvin + 17.0))
        assert dysprosia_susceptibility(kelvin, 3.003e-6) == pytest.approx(expected, rel=2e-4)
    assert dysprosia_susceptibility(298.15, 3.003e-6) == pytest.approx(3.003e-6, rel=1e-15)


def test_mercury_cobalt_of_figgis_and_nyholm():
    # 16.43 and 16.16e-6 cm3/g at 20 and 25 °C
    si = 4981e-6 / 303.15 * 4e-3 * np.pi
    assert [to_cgs(mercury_cobalt_susceptibility(t, si), "m3/kg")[0] * 1e6 for t in (293.15, 298.15)] == pytest.approx(
        [16.43, 16.16], abs=0.005
    )


def test_susceptibility_standard_of_known_shape_is_corrected_for_its_own_field():
    # a dense Dy2O3 sphere, 7.81 g/cm3: chi = 0.02345, moment smaller by 1 + chi/3 = 1.0078
    shape = Sphere(Quantity(2e-3, 0.0, "m"))
    reference = Reference("dysprosia", Quantity(3.003e-6, 1e-8, "m3/kg"), None, "literature", "Chen 2011")
    bare = Sample("oxide", None, Quantity(7810.0 * volume(shape), 0.0, "kg"), None, reference)
    ratio = reference_moment(bare, 1e5, 298.15) / reference_moment(replace(bare, shape=shape), 1e5, 298.15)
    assert ratio == pytest.approx(1 + 3.003e-6 * 7810 / 3, rel=1e-12)


def test_inputs_can_be_moved():
    inputs = reference_inputs(PALLADIUM)
    assert set(inputs) == {"reference.value", "reference.temperature_coefficient", "sample.mass"}
    moved = {name: q.value for name, q in inputs.items()} | {"sample.mass": 2 * 0.26867e-3}
    assert reference_moment(PALLADIUM, 1e5, 298.0, moved) == pytest.approx(2 * reference_moment(PALLADIUM, 1e5, 298.0))
    assert set(reference_inputs(NICKEL)) == {
        "reference.value",
        "reference.field_coefficient",
        "reference.temperature_coefficient",
    }


def test_the_file_overrides_the_laws_temperature_coefficient():
    given = Quantity(-4.4e-4, 1e-5, "1/K")
    sample = replace(NICKEL, reference=replace(NICKEL.reference, temperature_coefficient=given))
    assert reference_inputs(sample)["reference.temperature_coefficient"] == given
    assert reference_value(sample, 398e3, 300.0) == pytest.approx(3.47e-3 * (1 - 8.8e-4))


@pytest.mark.parametrize(
    ("field", "kelvin", "message"),
    [
        (163e3, 298.0, r"nickel refuses field_a_per_m = 163000; it is known from 236000 to 3.98e\+06"),
        (0.0, 298.0, "field_a_per_m = 0"),
        (float("nan"), 298.0, "field_a_per_m = nan"),
        (-5e6, 298.0, "field_a_per_m = -5e"),
        (398e3, 280.0, "nickel refuses temperature_k = 280; it is known from 290 to 305"),
    ],
)
def test_outside_its_range_a_law_refuses(field, kelvin, message):
    with pytest.raises(ReferenceRangeError, match=message) as caught:
        reference_moment(NICKEL, field, kelvin)
    assert caught.value.law == "nickel"
    assert not caught.value.allowed[0] <= abs(caught.value.asked) <= caught.value.allowed[1]


def broken(**changes):
    return replace(PALLADIUM, reference=replace(PALLADIUM.reference, **changes))


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (replace(PALLADIUM, reference=None), "reference: given nothing; allowed: a law out of nickel, palladium"),
        (broken(law="iron"), "reference.law: given iron; allowed: nickel"),
        (broken(status="certificate", certificate=" "), "reference.certificate: given nothing; allowed: the number"),
        (broken(temperature_coefficient=None), "reference.temperature_coefficient: given nothing"),
        (broken(law="dysprosia"), "reference.temperature_coefficient: given -0.0018; allowed: nothing"),
        (replace(PALLADIUM, mass=None), "mass: given nothing; allowed: the mass with u"),
    ],
)
def test_a_reference_that_lacks_something_is_refused(sample, message):
    with pytest.raises(InputError, match=message):
        reference_law(sample)


def test_a_certificate_with_a_number_is_taken():
    certified = broken(status="certificate", certificate="SRM 765-12")
    assert reference_law(certified).name == "palladium"
