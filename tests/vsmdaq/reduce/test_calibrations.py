"""Phase, nickel and empty holder from points that were made by formula."""

import cmath
import math

import numpy as np
import pytest

from vsmdaq.reduce import reduce_run
from vsmdaq.terms import InputError

PER_VOLT = 0.64
NICKEL_M = 3.47e-3
FIELDS = np.concatenate([np.linspace(8e5, 3e5, 6), np.linspace(-3e5, -8e5, 6)])


def nickel(field, temperature_k=295.15, moment=NICKEL_M, field_coefficient=0.0026, warming=-0.00047):
    """Certificate formula of the sphere, written out here."""
    law = 1.0 + field_coefficient * np.log(np.abs(field) / 398e3)
    return np.sign(field) * moment * law * (1.0 + warming * (temperature_k - 298.0))


@pytest.fixture
def nickel_run(made):
    return made.run("nickel", sample=made.sample("nickel-sphere"), moment_points=made.points(FIELDS, nickel(FIELDS)))


# --- phase -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("set_deg", [0.0, 37.0, -150.0, 179.0])
def test_phase_is_found_from_any_setting_and_stays_within_a_turn(made, set_deg):
    h = np.array([7e5, 8e5, -7e5, -8e5])
    points = made.points(h, nickel(h), phase_deg=set_deg)
    found = reduce_run(made.run("phase", moment_points=points, phase_deg=set_deg))
    assert found.artefact_kind == "phase"
    assert found.quantities["signal_phase"].estimate.value == pytest.approx(37.0, abs=1e-9)
    assert found.artefact_values["signal_phase"] == found.quantities["signal_phase"].estimate


def test_phase_does_not_see_what_does_not_reverse(made):
    """Cross-talk a hundred times the signal: half the difference of the polarities has none of it."""
    h = np.array([7e5, 8e5, -7e5, -8e5])
    z = made.signal(h, nickel(h), 0.0) + 0.5 * cmath.exp(1j)
    points = tuple(made.point(i, a, complex(b)) for i, (a, b) in enumerate(zip(h, z, strict=True)))
    found = reduce_run(made.run("phase", moment_points=points, phase_deg=0.0))
    assert found.quantities["signal_phase"].estimate.value == pytest.approx(37.0, abs=1e-9)


def test_noise_of_the_phase_by_hand(made):
    """Half difference of two means: (u/2) sqrt(1/2 + 1/1) across a signal S turns it by that over S."""
    h = np.array([7e5, 8e5, -8e5])
    u_v = 3e-6
    found = reduce_run(made.run("phase", moment_points=made.points(h, nickel(h), u_signal=u_v)))
    signal = 0.5 * abs(made.signal(h[:2], nickel(h[:2]), 0.0).mean() - made.signal(h[2:], nickel(h[2:]), 0.0).mean())
    estimate = found.quantities["signal_phase"].estimate
    assert estimate.u == pytest.approx(math.degrees(0.5 * u_v * math.sqrt(1.5) / signal), rel=1e-9)
    assert estimate.u_common == 0.0


def test_phase_of_one_polarity_is_refused(made):
    h = np.array([6e5, 7e5, 8e5])
    with pytest.raises(InputError) as error:
        reduce_run(made.run("phase", moment_points=made.points(h, nickel(h))))
    expected = "phase: 1 problem\n  segments: given fields of one sign only; allowed: fields of both signs."
    assert str(error.value) == expected


# --- nickel ----------------------------------------------------------------------------------------------------------


def test_nickel_gives_back_gain_angle_and_coupling(nickel_run):
    found = reduce_run(nickel_run)
    values = {name: estimate.value for name, estimate in found.artefact_values.items()}
    assert values["moment_per_volt"] == pytest.approx(PER_VOLT, rel=1e-10)
    assert values["signal_angle"] == pytest.approx(0.0, abs=1e-10)
    # V_rms = sqrt(2) pi f C m a
    per_coupling = math.sqrt(2.0) * math.pi * 83.0 * 1e-3
    assert values["coupling_constant"] == pytest.approx(1.0 / PER_VOLT / per_coupling, rel=1e-10)
    assert dict(found.conditions) == {"frequency_hz": 83.0, "amplitude_m": 1e-3, "phase_deg": 37.0}
    assert found.reference.startswith("nickel-sphere: typical, ")


def test_budget_of_the_moment_calibration_by_hand(nickel_run, lines):
    """0.29 %: the sphere's value 0.01/3.47, 0.5 K of 0.047 %/K, 2.85 K of 0.003 %/K; the amplitude only moves C."""
    found = reduce_run(nickel_run).artefact_values
    relative = {name: c / PER_VOLT for name, c in lines(found["moment_per_volt"]).items()}
    warm = 1.0 - 0.00047 * (295.15 - 298.0)
    assert relative["nickel-sphere.reference.value"] == pytest.approx(0.01 / 3.47, rel=1e-6)
    assert relative["environment.temperature"] == pytest.approx(-0.00047 * 0.5 / warm, rel=1e-6)
    assert relative["nickel-sphere.reference.temperature_coefficient"] == pytest.approx(-2.85 * 3e-5 / warm, rel=1e-6)
    assert relative["vibration.amplitude"] == pytest.approx(0.0, abs=1e-12)
    # a gain of 1.002 moves ln(H), the same everywhere: 0.0026 ln(1.002)
    assert relative["gaussmeter.gain"] == pytest.approx(-0.0026 * 0.002, rel=0.01)
    # +40 A/m at one polarity is -40 A/m at the other
    assert abs(relative["gaussmeter.offset"]) < 1e-8
    assert found["moment_per_volt"].u / PER_VOLT == pytest.approx(0.0029, rel=0.01)
    coupling = found["coupling_constant"]
    assert lines(coupling)["vibration.amplitude"] / coupling.value == pytest.approx(-0.005, rel=1e-4)
    assert lines(coupling)["nickel-sphere.reference.value"] / coupling.value == pytest.approx(-0.01 / 3.47, rel=1e-4)


def test_uncertainty_of_the_nickel_fit_by_monte_carlo(made):
    """Inputs and noise drawn 1500 times, the straight fit written here; the scatter is known to 1.8 %."""
    rng = np.random.default_rng(2)
    n, u_v = 1500, 5e-5
    points = made.points(FIELDS, nickel(FIELDS), u_signal=u_v)
    found = reduce_run(made.run("nickel", sample=made.sample("nickel-sphere"), moment_points=points)).artefact_values
    clean = made.signal(FIELDS, nickel(FIELDS), 37.0)
    per_volt, angle = np.empty(n), np.empty(n)
    for k in range(n):
        field = (FIELDS - 40.0 * rng.standard_normal()) / (1.0 + 0.002 * rng.standard_normal())
        law = nickel(
            field,
            295.15 + 0.5 * rng.standard_normal(),
            NICKEL_M + 1e-5 * rng.standard_normal(),
            0.0026 + 1e-4 * rng.standard_normal(),
            -4.7e-4 + 3e-5 * rng.standard_normal(),
        )
        noise = u_v * (rng.standard_normal(FIELDS.size) + 1j * rng.standard_normal(FIELDS.size))
        design = np.column_stack([np.ones_like(field), law, field * 1e-9])
        gain = np.linalg.lstsq(design, clean + noise, rcond=None)[0][1]
        per_volt[k], angle[k] = 1.0 / abs(gain), np.angle(gain)
    assert found["moment_per_volt"].u == pytest.approx(per_volt.std(), rel=0.06)
    assert found["signal_angle"].u == pytest.approx(angle.std(), rel=0.06)


def test_noise_of_gain_and_coupling_is_one_thing(nickel_run, lines):
    """C goes with one over the moment per volt: their noise is fully correlated, with the other sign."""
    found = reduce_run(nickel_run).artefact_values
    one, other = (
        lines(found[name])["noise:nickel.amplitude"] / found[name].value
        for name in ("moment_per_volt", "coupling_constant")
    )
    assert one == pytest.approx(-other, rel=1e-9)
    assert one != 0.0
    assert found["coupling_constant"].u_noise == pytest.approx(abs(other) * found["coupling_constant"].value, rel=1e-9)


def test_nickel_wants_a_nickel_reference(made):
    points = made.points(FIELDS, nickel(FIELDS))
    with pytest.raises(InputError) as error:
        reduce_run(made.run("nickel", sample=made.sample("palladium-cylinder"), moment_points=points))
    allowed = "one whose [reference] has law = 'nickel' or 'yig'"
    assert str(error.value) == f"nickel: 1 problem\n  sample: given another sample; allowed: {allowed}."


CERTIFIED = """name = "mine"

[reference]
law = "{law}"
moment = "3.40 mA m2 ± 0.01 mA m2"
status = "certificate"
certificate = "12-345"
temperature = "20 °C"
field = "10 kOe"
source = "an institute"
"""


def test_a_certified_moment_holds_where_its_certificate_says(made):
    """The coils see 3.47 mA m2 at 398 kA/m and 298 K; the certificate states 2 % less at 10 kOe and 20 °C than that law has."""
    ten_kilo_oersted = 1e7 / (4.0 * math.pi)
    told = 3.40e-3 / nickel(ten_kilo_oersted, 293.15)
    sample = made.sample_text(CERTIFIED.format(law="nickel"))
    found = reduce_run(made.run("nickel", sample=sample, moment_points=made.points(FIELDS, nickel(FIELDS))))
    assert found.artefact_values["moment_per_volt"].value == pytest.approx(PER_VOLT * told, rel=1e-10)
    assert found.reference == "mine: certificate 12-345, traceable, an institute"


def test_a_garnet_sphere_calibrates_as_well(made):
    told = 3.40e-3 / (1.0 - 0.0022 * (293.15 - 298.0)) * (1.0 - 0.0022 * (295.15 - 298.0))
    sample = made.sample_text(CERTIFIED.format(law="yig"))
    points = made.points(FIELDS, told * np.sign(FIELDS))
    found = reduce_run(made.run("nickel", sample=sample, moment_points=points))
    assert found.artefact_values["moment_per_volt"].value == pytest.approx(PER_VOLT, rel=1e-10)


# --- empty holder ----------------------------------------------------------------------------------------------------


def test_background_gives_back_cross_talk_and_holder(made):
    h = np.linspace(-8e5, 8e5, 21)
    run = made.run("background", moment_points=made.points(h, 0.0 * h), artefacts=made.calibrations())
    found = reduce_run(run)
    values = {name: estimate.value for name, estimate in found.artefact_values.items()}
    stray = 2e-6 * cmath.exp(1j * math.radians(120.0 - 37.0))
    assert complex(values["x0"], values["y0"]) == pytest.approx(stray, rel=1e-9)
    assert values["x1"] == pytest.approx(-2e-13 / PER_VOLT, rel=1e-9)
    assert values["y1"] == pytest.approx(0.0, abs=1e-22)
    assert found.quantities["holder_moment_per_field"].estimate.value == pytest.approx(-2e-13, rel=1e-9)
    assert found.conditions["largest_field_a_per_m"] == 8e5
    assert found.conditions["centre_a_per_m"] == pytest.approx(0.0, abs=1e-9)
    assert found.flags == ()


def test_background_without_calibration_is_a_background_still(made):
    h = np.linspace(-8e5, 8e5, 21)
    found = reduce_run(made.run("background", moment_points=made.points(h, 0.0 * h)))
    assert found.artefact_kind == "background"
    assert dict(found.quantities) == {}


def test_noise_of_the_background_line_keeps_its_covariance(made):
    """Closed form of the straight line about its mean: u0 = u/sqrt(n), u1 = u/sqrt(sum (H - mean)^2), uncorrelated."""
    h = np.linspace(-6e5, 8e5, 15)
    found = reduce_run(made.run("background", moment_points=made.points(h, 0.0 * h, u_signal=3e-9))).artefact_values
    for axis in "xy":
        rows = [{c.name: c.contribution for c in found[f"{axis}{k}"].components} for k in (0, 1)]
        covariance = sum(rows[0].get(name, 0.0) * rows[1].get(name, 0.0) for name in {*rows[0], *rows[1]})
        assert found[f"{axis}0"].u == pytest.approx(3e-9 / math.sqrt(15), rel=1e-9)
        assert found[f"{axis}1"].u == pytest.approx(3e-9 / math.sqrt(np.sum((h - h.mean()) ** 2)), rel=1e-9)
        assert abs(covariance) < 1e-9 * found[f"{axis}0"].u * found[f"{axis}1"].u
        assert all(c.noise for c in found[f"{axis}0"].components)


def test_a_bent_background_is_flagged(made):
    h = np.linspace(-8e5, 8e5, 21)
    points = made.points(h, 1e-7 * (h / 8e5) ** 3, u_signal=4e-9)
    (flag,) = reduce_run(made.run("background", moment_points=points)).flags
    assert flag.startswith("background is not a straight line: chi2 = ")
    assert flag.endswith("for 38 degrees of freedom; taken as a table of 21 fields")
