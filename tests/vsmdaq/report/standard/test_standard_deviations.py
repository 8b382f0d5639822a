"""Each deviation, from a run made to deviate in this one thing; and the wording about traceability."""

import numpy as np
import pytest

from vsmdaq.report.standard import STANDARDS, standard_html, standard_report

SHAPELESS = '\nname = "rod"\nmass = "100.0 mg ± 0.1 %"\n'


def found(report, code):
    (one,) = [one for one in report.deviations if one.code == code]
    return one


def test_a_run_as_it_should_be_has_none(make, codes):
    assert codes(make.report("a342")) == []


def test_iec60404_15_has_none_but_its_method(make, codes):
    field = np.linspace(95e3, 6e3, 12)
    assert codes(make.report("iec60404-15", field=field)) == ["method_not_listed"]


def test_iec60404_18_has_none_but_its_magnet(make, codes):
    assert codes(make.report("iec60404-18", "loop")) == ["no_superconducting_magnet"]


@pytest.mark.parametrize(
    ("chi", "told"),
    [(-0.001, "0.999 to 0.999; of 19 values 19 below and 0 above"), (4.0, "5 to 5; of 19 values 0 below and 19 above")],
)
def test_permeability_beyond_the_method(make, chi, told):
    report = make.report("a342", chi=chi)
    one = found(report, "permeability_outside_method")
    assert one.found == told
    assert one.asked == "relative permeability of 1 to 4"
    assert one.source == "ASTM A342/A342M-21, scope, test method 5"


@pytest.mark.parametrize(
    ("units", "asked", "told"),
    [
        ("si", "applied field of 5000 A/m to 1 × 10⁵ A/m", "0 A/m to 2 × 10⁵ A/m; of 21 points 1 below and 10 above"),
        ("cgs", "applied field of 62.83 Oe to 1257 Oe", "0 Oe to 2513 Oe; of 21 points 1 below and 10 above"),
    ],
)
def test_field_outside_the_range_of_iec60404_15(make, units, asked, told):
    report = make.report("iec60404-15", field=np.linspace(0.0, 200e3, 21), units=units)
    one = found(report, "field_outside_range")
    assert (one.asked, one.found) == (asked, told)


@pytest.mark.parametrize(
    ("kelvin", "code", "told"),
    [
        (291.0, "specimen_temperature", "291 K to 291 K"),
        (301.0, "specimen_temperature", "301 K to 301 K"),
        (np.linspace(294.0, 297.0, 185), "specimen_temperature_moved", "it moved by 3 K"),
    ],
)
def test_temperature_of_the_specimen(make, codes, kelvin, code, told):
    report = make.report("iec60404-18", "loop", temperature_k=kelvin)
    assert codes(report) == ["no_superconducting_magnet", code]
    assert found(report, code).found == told


def test_temperature_of_the_surroundings(make, codes):
    cold = make.bench.replace("295.15 K ± 0.5 K", "290.15 K ± 0.5 K")
    report = make.report("iec60404-18", "loop", bench=cold)
    assert codes(report) == ["no_superconducting_magnet", "ambient_temperature"]
    one = found(report, "ambient_temperature")
    assert (one.asked, one.found) == ("surroundings at 291.1 K to 301.1 K", "290.1 K")


def test_no_shape_no_self_demagnetisation_correction(make, codes):
    report = make.report("a342", sample=SHAPELESS)
    assert codes(report)[:1] == ["no_self_demagnetisation_correction"]
    assert "result_absent" in codes(report)
    assert report.absent[0].reason == "the sample file has no shape"
    assert report.points == ()
    assert not report.demagnetisation.corrected
    assert "None: without a shape there is no volume" in standard_html(report)


def test_hard_magnet_without_shape_lacks_its_results_with_their_reasons(make):
    report = make.report("iec60404-18", "loop", sample=SHAPELESS)
    reasons = {one.name: one.reason for one in report.absent}
    assert set(reasons) == {"remanent_polarization", "coercive_field_b", "maximum_energy_product"}
    assert set(reasons.values()) == {"the sample file has no shape"}


def test_mass_and_uncertainties_not_stated(make, codes):
    report = make.report("a342", sample='\nname = "rod"\nshape = "sphere"\ndiameter = "3.000 mm"\n')
    assert codes(report)[:2] == ["mass_not_stated", "no_uncertainty_stated"]
    assert found(report, "no_uncertainty_stated").found == "none for diameter"


def test_no_thermometer(make, codes):
    report = make.report("a342", bench=make.bench.partition("[thermometer]")[0])
    assert codes(report) == ["temperature_not_measured"]
    assert report.temperature.source == "bench file or gaussmeter's probe"


def test_simulated_bench(make, codes):
    report = make.report("a342", bench=make.bench.replace('"@py"', '"world.toml@vsmsim"'))
    assert codes(report) == ["simulated_bench"]
    assert found(report, "simulated_bench").found == "the bench is simulated: bench one (simulated: world.toml)"
    assert report.measurement.simulated


def test_holder_not_subtracted(make, codes):
    report = make.report("a342", drop=("background",))
    assert codes(report) == ["holder_not_subtracted", "flags"]
    assert (
        found(report, "holder_not_subtracted").found == "no background run: the holder's moment is part of the results"
    )


def test_corrections_left_out(make, codes):
    report = make.report("a342", without=("image", "background"))
    assert codes(report)[:2] == ["holder_not_subtracted", "corrections_left_out"]
    assert found(report, "corrections_left_out").found == "left out: background, image"
    assert report.measurement.corrections_left_out == ("background", "image")


def test_flags_are_counted_and_repeated(make, codes):
    report = make.report("a342", flags=("point 3: settle_timeout",), point_flags={4: ("overload_input",)})
    assert codes(report) == ["flags"]
    assert found(report, "flags").found == "2; they stand below"
    assert report.flags == ("point 4 left out: overload_input", "point 3: settle_timeout")
    assert report.field.points == 18


REFERENCES = [
    ("nickel-sphere: typical, as remembered", "typical", ""),
    ("nickel-sphere: literature, Shull et al.", "literature", ""),
    ("nickel-sphere: typical, traceable, to the very best laboratory", "typical", ""),
    (
        "nickel-sphere: certificate 12, NIST (not called traceable: the sample file lacks u, temperature or field of its value)",
        "certificate",
        "12",
    ),
    ("", "not stated", ""),
    ("something else", "not stated", ""),
]


@pytest.mark.parametrize(("reference", "status", "number"), REFERENCES)
def test_nothing_but_a_full_certificate_is_called_traceable(make, codes, reference, status, number):
    report = make.report("a342", reference=reference)
    (calibrant,) = report.calibrants
    assert (calibrant.status, calibrant.certificate, calibrant.traceable) == (status, number, False)
    assert codes(report) == ["calibrant_not_traceable"]
    page = standard_html(report)
    assert "<th>traceable</th><td>no</td>" in page
    assert "yes, by this certificate" not in page


def test_a_full_certificate_is_called_traceable_with_its_number(make):
    report = make.report("a342", reference="nickel-sphere: certificate 772a-31, traceable, NIST, 1990")
    (calibrant,) = report.calibrants
    assert calibrant.traceable
    assert (calibrant.name, calibrant.certificate, calibrant.source) == ("nickel-sphere", "772a-31", "NIST, 1990")
    assert "<th>traceable</th><td>yes, by this certificate</td>" in standard_html(report)


def test_the_words_of_reference_status_are_understood(make):
    from vsmdaq.physics.references import reference_status
    from vsmdaq.terms import Quantity, Reference

    value = Quantity(3.47e-3, 0.01e-3, "A m2")
    whole = Reference("nickel", value, None, "certificate", "NIST", "772a-31", 298.0, 398e3)
    bare = Reference("nickel", value, None, "certificate", "NIST", "772a-31")
    assert make.report(reference=f"ni: {reference_status(whole)}").calibrants[0].traceable
    told = make.report(reference=f"ni: {reference_status(bare)}").calibrants[0]
    assert (told.traceable, told.status, told.certificate, told.source) == (False, "certificate", "772a-31", "NIST")


def test_no_report_claims_conformity(make):
    for name, kind in (("a342", "palladium"), ("iec60404-15", "palladium"), ("iec60404-18", "loop")):
        report = standard_report(make.source(kind), STANDARDS[name])
        assert "does not claim conformity" in report.standard.claim
        page = standard_html(report)
        assert f"<h1>Report in the shape of {report.standard.designation}</h1>" in page
        assert "complies" not in page
        assert "in accordance with" not in page


def test_each_calibrant_of_a_joint_calibration_has_its_own_status(make, codes):
    texts = (
        "ni: certificate 7, traceable, NIST; of 1990",
        "pd: typical, 5.25e-6; purity decides",
        "pd: typical, 5.25e-6; purity decides",
        "ni: volume from the stated diameter, initial susceptibility from the procedure file (typical: not used)",
        "coil geometry: dimensions as stated in the bench file",
    )
    report = make.report(reference=f"joint: {'; '.join(texts)}")
    assert [(one.name, one.status, one.traceable) for one in report.calibrants] == [
        ("ni", "certificate", True),
        ("pd", "typical", False),
        ("ni", "stated dimensions", False),
        ("coil geometry", "stated dimensions", False),
    ]
    assert [one.source for one in report.calibrants] == [
        "NIST; of 1990",
        "5.25e-6; purity decides",
        "volume from the stated diameter, initial susceptibility from the procedure file (typical: not used)",
        "dimensions as stated in the bench file",
    ]
    assert codes(report) == ["calibrant_not_traceable"]
    assert (
        found(report, "calibrant_not_traceable").found
        == "pd: typical; ni: stated dimensions; coil geometry: stated dimensions"
    )
