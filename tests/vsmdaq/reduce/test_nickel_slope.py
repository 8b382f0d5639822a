"""Slope method and paramagnets as calibrations: what was put in by formulas comes out, with the uncertainty by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.physics.references import ReferenceRangeError
from vsmdaq.reduce import reduce_run
from vsmdaq.reduce.paramagnet import paramagnet_gain
from vsmdaq.terms import InputError, Quantity

PER_VOLT = 0.64  # as in conftest
DIAMETER, U_DIAMETER = 2.383e-3, 0.005e-3  # the starter's nickel sphere
VOLUME = math.pi / 6.0 * DIAMETER**3
FIELD = np.linspace(-100e3, 100e3, 17)

DYSPROSIA = """name = "dysprosia"
shape = "sphere"
diameter = "2.500 mm ± 0.3 %"
mass = "60.00 mg ± 0.02 mg"

[reference]
law = "dysprosia"
mass_susceptibility = "3.003e-6 m3/kg ± 0.5 %"
status = "literature"
source = "D.-X. Chen et al. (2011)"
"""


def relative(estimate):
    return {c.name: c.contribution / estimate.value for c in estimate.components}


def nickel_slope(made, chi=200.0, field=FIELD, **data):
    moment = 3.0 * VOLUME * field / (1.0 + 3.0 / chi)
    data = {"sample": made.sample("nickel-sphere"), "artefacts": made.calibrations()} | data
    return made.run("nickel-slope", moment_points=made.points(field, moment), **data)


def test_a_soft_sphere_gives_the_moment_per_volt(made):
    found = reduce_run(nickel_slope(made))
    value = found.quantities["moment_per_volt"].estimate
    assert value.value == pytest.approx(PER_VOLT, rel=1e-6)
    constant = found.quantities["coupling_constant"].estimate
    assert constant.value == pytest.approx(1.0 / (PER_VOLT * math.sqrt(2.0) * math.pi * 83.0 * 1e-3), rel=1e-6)
    assert found.artefact_kind == "", "the joint calibration decides what is in force"
    assert found.flags == ()


def test_its_budget_by_hand(made):
    """m goes with d^3; 3/chi with chi = 200 ± 57.7 (rectangular, half-width 100); the field's gain as it is; offset drops out."""
    parts = relative(reduce_run(nickel_slope(made)).quantities["moment_per_volt"].estimate)
    assert parts["nickel-sphere.diameter"] == pytest.approx(3.0 * U_DIAMETER / DIAMETER, rel=1e-3)
    u_chi = 100.0 / math.sqrt(3.0)
    ends = [1.0 / (1.0 + 3.0 / (200.0 + sign * u_chi)) * (1.0 + 3.0 / 200.0) for sign in (1.0, -1.0)]
    assert parts["nickel-sphere.initial_susceptibility"] == pytest.approx((ends[0] - ends[1]) / 2.0, rel=1e-6)
    assert parts["gaussmeter.gain"] == pytest.approx(-0.002, rel=1e-2)
    assert abs(parts["gaussmeter.offset"]) < 1e-12
    # X = X0 + G H: u(G)/G = u_V/(G sum of (H - mean)^2 ^ 1/2), by the textbook of straight lines
    slope = 3.0 * VOLUME / (1.0 + 3.0 / 200.0) / PER_VOLT
    noise = 4e-9 / (slope * math.sqrt(float(np.sum((FIELD - FIELD.mean()) ** 2))))
    assert parts["noise:nickel-slope.amplitude"] == pytest.approx(noise, rel=1e-6)


def test_a_wrong_susceptibility_is_found_within_what_is_stated(made):
    """chi = 100 in truth, 200 ± 100 stated: 3/100 - 3/200 is 1.5 % in the result."""
    value = reduce_run(nickel_slope(made, chi=100.0)).quantities["moment_per_volt"].estimate
    assert value.value / PER_VOLT == pytest.approx(1.03 / 1.015, rel=1e-6)


def test_the_holder_counts_only_where_it_is_not_known(made):
    found = reduce_run(nickel_slope(made, artefacts={}))
    value = found.quantities["moment_per_volt"].estimate
    slope = 3.0 * VOLUME / (1.0 + 3.0 / 200.0)
    assert value.value / PER_VOLT == pytest.approx(1.0 / (1.0 - 2.0e-13 / slope), rel=1e-9)
    assert any("holder not subtracted" in flag for flag in found.flags)


def test_a_bend_is_told(made):
    moment = 3.0 * VOLUME * FIELD / (1.0 + 3.0 / 200.0) * (1.0 - 1e-3 * (FIELD / 100e3) ** 2)
    run = replace(nickel_slope(made), moment_points=made.points(FIELD, moment))
    assert any("not in proportion" in flag for flag in reduce_run(run).flags)


def test_near_saturation_it_refuses(made):
    """3.47 mA m2 over 3 V is 163 kA/m (metrology.md 1.1); 0.8 of it are 130.6 kA/m."""
    with pytest.raises(InputError, match=r"140 kA/m.*up to 130\.6 kA/m"):
        reduce_run(nickel_slope(made, field=FIELD * 1.4))


def test_it_takes_a_sphere_alone(made):
    with pytest.raises(InputError, match='shape = "sphere"'):
        reduce_run(nickel_slope(made, sample=made.sample("palladium-cylinder")))


# --- paramagnets ---------------------------------------------------------------------------------------------------


def paramagnet(made, sample, chi_mass, factor, volume, **data):
    field = np.linspace(-700e3, 700e3, 15)
    inner = chi_mass * 60e-6 / volume
    moment = inner / (1.0 + factor * inner) * volume * field
    data = {"artefacts": made.calibrations()} | data
    return made.run("palladium", sample=sample, moment_points=made.points(field, moment), **data)


def palladium(made, **data):
    chi = 6.597e-8 * (1.0 - 0.0018 * (295.15 - 298.0))
    return paramagnet(made, made.sample("palladium-cylinder"), chi, 0.2379, math.pi / 4 * 2.5e-3**2 * 1.0166e-3, **data)


def dysprosia(made, **data):
    chi = 4.0 * math.pi * 1e-3 / (13.28 * (295.15 + 17.0))  # Chen, Skumryev, Bozzo: 1/[13.28 (T + 17)] emu/(Oe g)
    return paramagnet(made, made.sample_text(DYSPROSIA), chi, 1.0 / 3.0, math.pi / 6 * 2.5e-3**3, **data)


def test_palladium_gives_the_moment_per_volt(made):
    values, flags = paramagnet_gain(palladium(made))
    assert values["moment_per_volt"].value == pytest.approx(PER_VOLT, rel=2e-6)
    parts = relative(values["moment_per_volt"])
    assert parts["palladium-cylinder.reference.value"] == pytest.approx(0.01, rel=1e-3)
    assert parts["palladium-cylinder.mass"] == pytest.approx(0.02 / 60.0, rel=1e-3)
    assert parts["gaussmeter.gain"] == pytest.approx(-0.002, rel=1e-2)
    slope = -0.0018 / (1.0 + 0.0018 * 2.85)  # of ln chi with T, at 295.15 K; u(T) = 0.5 K
    assert parts["environment.temperature"] == pytest.approx(slope * 0.5, rel=1e-3)
    assert not any(flag.startswith("holder") for flag in flags)


def test_dysprosia_is_corrected_for_its_own_demagnetising_field(made):
    """For a dense sphere 0.7 %; the published law at 295.15 K, without the value of the sample's file."""
    values, _ = paramagnet_gain(dysprosia(made))
    assert values["moment_per_volt"].value == pytest.approx(PER_VOLT, rel=3e-4)  # 3.003e-6 is rounded to that
    assert relative(values["moment_per_volt"])["dysprosia.reference.value"] == pytest.approx(0.005, rel=0.01)


def test_the_moment_calibration_in_force_has_no_say(made):
    """A calibration that is 5 % wrong leaves the result as it was: palladium checks nickel, not itself."""
    right = made.calibrations()
    wrong = replace(
        right["moment"],
        values={
            **right["moment"].values,
            "moment_per_volt": replace(right["moment"].values["moment_per_volt"], value=1.05 * PER_VOLT),
        },
    )
    one, other = (
        paramagnet_gain(palladium(made, artefacts={**right, "moment": m}))[0] for m in (right["moment"], wrong)
    )
    assert one["moment_per_volt"] == other["moment_per_volt"]
    assert "nickel.moment" not in relative(one["moment_per_volt"])


def test_without_a_background_it_refuses(made):
    artefacts = {"moment": made.calibrations()["moment"]}
    with pytest.raises(InputError, match=r"no background.*cannot be told from its holder"):
        paramagnet_gain(palladium(made, artefacts=artefacts))
    with pytest.raises(InputError, match="no background"):
        paramagnet_gain(palladium(made, without=frozenset({"background"})))


def test_a_sample_that_is_no_standard_is_refused(made):
    with pytest.raises(InputError, match="mass_susceptibility"):
        paramagnet_gain(replace(palladium(made), sample=made.sample("reference-sphere")))
    with pytest.raises(InputError, match="mass_susceptibility"):
        paramagnet_gain(replace(palladium(made), sample=made.sample("nickel-sphere")))


def test_beyond_the_range_of_the_law_it_refuses(made):
    run = dysprosia(made)
    warm = replace(run, bench=replace(run.bench, temperature=Quantity(315.0, 0.5, "K")))
    with pytest.raises(ReferenceRangeError, match="dysprosia refuses temperature_k = 315"):
        paramagnet_gain(warm)
