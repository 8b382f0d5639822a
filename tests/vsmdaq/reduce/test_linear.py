"""A linear sample: m = chi V H/(1 + N chi), written here."""

import math

import numpy as np
import pytest

from vsmdaq.reduce import reduce_run

FIELDS = np.linspace(-8e5, 8e5, 17)
CHI, DIAMETER_M, MASS, MOLAR = 8.0e-4, 2.0e-3, 40e-6, 0.10642
VOLUME = math.pi / 6.0 * DIAMETER_M**3
SPHERE = """name = "ball"
shape = "sphere"
diameter = "2.000 mm ± 0.2 %"
mass = "40.00 mg ± 0.05 %"
molar_mass = "106.42 g/mol"
"""
REFERENCE = """
[reference]
law = "palladium"
mass_susceptibility = "8.4e-8 m3/kg ± 1 %"
temperature_coefficient = "-0.0018 1/K ± 20 %"
status = "typical"
source = "a test"
"""


def moment(h, chi=CHI, volume=VOLUME, factor=1.0 / 3.0):
    return chi * volume * h / (1.0 + factor * chi)


@pytest.fixture
def reduced(made):
    def run(text=SPHERE, offset=0.0, **points):
        data = made.run(
            "palladium",
            sample=made.sample_text(text),
            moment_points=made.points(FIELDS, moment(FIELDS) + offset, **points),
            artefacts=made.calibrations(u_relative=0.0029),
        )
        return reduce_run(data)

    return run


def test_susceptibilities_come_back(reduced):
    values = {name: item.estimate.value for name, item in reduced().quantities.items()}
    assert values == pytest.approx(
        {
            "volume_susceptibility_external": CHI / (1.0 + CHI / 3.0),
            "volume_susceptibility": CHI,
            "mass_susceptibility": CHI * VOLUME / MASS,
            "molar_susceptibility": CHI * VOLUME / MASS * MOLAR,
        },
        rel=1e-9,
    )


def test_a_constant_moment_is_not_in_the_slope(reduced):
    assert reduced(offset=1e-6).quantities["volume_susceptibility"].estimate.value == pytest.approx(CHI, rel=1e-9)


def test_budget_by_hand(reduced, lines):
    quantities = reduced(u_signal=5e-9, u_field=100.0).quantities
    mass = {name: c / (CHI * VOLUME / MASS) for name, c in lines(quantities["mass_susceptibility"].estimate).items()}
    volume = {name: c / CHI for name, c in lines(quantities["volume_susceptibility"].estimate).items()}
    assert mass["ball.mass"] == pytest.approx(-0.0005, rel=1e-3)
    assert volume["ball.diameter"] == pytest.approx(-0.006, rel=1e-3)
    # mass chi only has the diameter through N chi/3: 3 x 0.002 x 2.7e-4
    assert mass["ball.diameter"] == pytest.approx(-0.006 * CHI / 3.0, rel=0.01)
    for line in (mass, volume):
        assert line["nickel.moment"] == pytest.approx(0.0029, rel=1e-3)
        assert abs(line["gaussmeter.offset"]) < 1e-9
        assert line["gaussmeter.gain"] == pytest.approx(0.002, rel=1e-3)
    # of equal weights: u(slope) = u(m)/sqrt(sum (H - mean)^2), with u(H) seen through the slope
    slope = moment(1.0)
    u_m = math.hypot(0.64 * 5e-9, slope * 100.0)
    noise = u_m / math.sqrt(np.sum(FIELDS**2)) / slope
    assert quantities["volume_susceptibility"].estimate.u_noise / CHI == pytest.approx(noise, rel=1e-3)


def test_reference_check_by_hand(reduced):
    """E_n = |measured - reference|/U(difference), U at k = 2; nothing is shared by the two but the room's temperature."""
    found = reduced(SPHERE + REFERENCE)
    measured = found.quantities["mass_susceptibility"].estimate
    expected = found.quantities["reference_mass_susceptibility"].estimate
    change = 1.0 - 0.0018 * (295.15 - 298.0)
    assert expected.value == pytest.approx(8.4e-8 * change, rel=1e-12)
    u_ref = 8.4e-8 * math.sqrt((0.01 * change) ** 2 + (0.2 * 0.0018 * 2.85) ** 2 + (0.0018 * 0.5) ** 2)
    assert expected.u == pytest.approx(u_ref, rel=1e-6)
    e_n = abs(measured.value - expected.value) / (2.0 * math.hypot(measured.u, u_ref))
    assert found.quantities["normalised_error"].estimate.value == pytest.approx(e_n, rel=1e-6)
    assert found.reference == "typical, a test"


@pytest.mark.parametrize(
    ("drop", "flags"),
    [
        (
            "mass",
            (
                "no mass_susceptibility: the sample file lacks mass or molar_mass",
                "no molar_susceptibility: the sample file lacks mass or molar_mass",
            ),
        ),
        ("molar_mass", ("no molar_susceptibility: the sample file lacks mass or molar_mass",)),
        (
            "shape diameter",
            (
                "no volume_susceptibility: the sample file has no shape",
                "no volume_susceptibility_external: the sample file has no shape",
            ),
        ),
    ],
)
def test_absent_quantities_are_named(reduced, drop, flags):
    kept = [line for line in SPHERE.splitlines() if line.split(" = ")[0] not in drop.split()]
    found = reduced("\n".join(kept))
    assert found.flags == flags
    assert not {flag.split()[1][:-1] for flag in flags} & set(found.quantities)


def test_without_shape_the_mass_susceptibility_is_the_external_one(reduced):
    kept = [line for line in SPHERE.splitlines() if line.split(" = ")[0] not in ("shape", "diameter")]
    value = reduced("\n".join(kept)).quantities["mass_susceptibility"].estimate.value
    assert value == pytest.approx(moment(1.0) / MASS, rel=1e-9)


# --- other references than palladium ---------------------------------------------------------------------------------


def reference(law, value, extra=""):
    return f'\n[reference]\nlaw = "{law}"\n{value}\nstatus = "typical"\nsource = "a test"\n{extra}'


@pytest.mark.parametrize(
    ("law", "extra", "change"),
    [
        ("platinum", "", 1.0),
        ("aluminium", 'temperature_coefficient = "0.001 1/K ± 20 %"', 1.0 + 0.001 * 2.0),
        ("mercury-cobalt", "", 303.15 / 305.15),
        ("nickel-ethylenediamine", "", 336.15 / 338.15),
    ],
)
def test_any_linear_reference_is_a_check(reduced, law, extra, change):
    """At 295.15 K; the values hold at 293.15 K."""
    found = reduced(SPHERE + reference(law, 'mass_susceptibility = "8.4e-8 m3/kg ± 1 %"', extra))
    assert found.quantities["reference_mass_susceptibility"].estimate.value == pytest.approx(8.4e-8 * change, rel=1e-12)
    assert "normalised_error" in found.quantities
    assert found.flags == ()


def test_beyond_the_law_there_is_no_check_and_a_flag_says_why(reduced):
    # the oxides are known up to 10 kOe = 796 kA/m, the run goes to 800 kA/m
    found = reduced(SPHERE + reference("gadolinia", 'mass_susceptibility = "8.4e-8 m3/kg ± 1 %"'))
    assert "normalised_error" not in found.quantities
    assert found.flags == (
        "no normalised_error: the law of gadolinia refuses field_a_per_m = 800000; it is known from 0 to 796000",
    )
    assert found.quantities["mass_susceptibility"].estimate.value == pytest.approx(CHI * VOLUME / MASS, rel=1e-9)


def test_dysprosia_is_checked_below_ten_kilo_oersted(made):
    fields = 0.9 * FIELDS
    text = SPHERE + reference("dysprosia", 'mass_susceptibility = "8.4e-8 m3/kg ± 1 %"')
    found = reduce_run(
        made.run(
            "palladium",
            sample=made.sample_text(text),
            moment_points=made.points(fields, moment(fields)),
            artefacts=made.calibrations(u_relative=0.0029),
        )
    )
    expected = 8.4e-8 * 315.15 / 312.15
    assert found.quantities["reference_mass_susceptibility"].estimate.value == pytest.approx(expected, rel=1e-12)


def test_a_moment_is_no_reference_for_a_susceptibility(reduced):
    found = reduced(SPHERE + reference("nickel", 'moment = "3.47 mA m2 ± 0.01 mA m2"'))
    assert found.flags == ("no normalised_error: the law of nickel gives a moment, not a susceptibility",)
    assert "mass_susceptibility" in found.quantities


def test_a_complete_certificate_is_called_traceable(reduced):
    text = REFERENCE.replace('"typical"', '"certificate"') + 'certificate = "77"\n'
    assert reduced(SPHERE + text).reference.startswith("certificate 77, a test (not called traceable")
    found = reduced(SPHERE + text + 'temperature = "20 °C"\n')
    assert found.reference == "certificate 77, traceable, a test"
    # the value holds at 293.15 K now, 2 K below the run
    expected = 8.4e-8 * (1 - 0.0018 * (295.15 - 298.0)) / (1 - 0.0018 * (293.15 - 298.0))
    assert found.quantities["reference_mass_susceptibility"].estimate.value == pytest.approx(expected, rel=1e-12)
