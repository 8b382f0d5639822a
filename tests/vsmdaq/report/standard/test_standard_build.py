"""Every field of a report, from a run whose numbers are known."""

import dataclasses
import hashlib
import math
import re

import numpy as np
import pytest
from scipy import stats

from vsmdaq.report.standard import STANDARDS, standard_named, standard_report
from vsmdaq.terms import InputError

MU0 = 1.25663706212e-6


def test_linear_sample_gives_its_permeability_with_k_from_its_degrees_of_freedom(make):
    report = make.report(chi=0.02, dof=9.0)
    first = report.results[0]
    assert (first.name, first.symbol) == ("relative_permeability", "μ_r")
    assert first.measured.value == pytest.approx(1.02, abs=1e-9)
    assert first.measured.unit == "1"
    value = first.measured
    assert 9.0 < value.dof < math.inf
    assert value.coverage_factor == pytest.approx(stats.t.ppf(0.975, value.dof), rel=1e-9)
    assert value.expanded == pytest.approx(value.coverage_factor * value.u)
    assert [v.name for v in report.results] == [
        "relative_permeability",
        "volume_susceptibility",
        "volume_susceptibility_external",
        "mass_susceptibility",
        "molar_susceptibility",
    ]


def test_uncertainty_of_the_permeability_is_that_of_calibration_field_and_diameter(make):
    value = make.report(chi=1e-6).results[0].measured
    parts = (0.0018 / 0.64, 0.002, 3 * 0.002)  # moment per volt, gaussmeter's gain, diameter cubed
    systematic = 1e-6 * math.hypot(*parts)
    field = np.linspace(90e3, -90e3, 19)
    volume = math.pi / 6 * 27e-9
    noise = 0.64 * 2e-9 / volume / math.sqrt(np.sum(field**2))
    assert value.u == pytest.approx(math.hypot(systematic, noise), rel=1e-3)


def test_specimen(make):
    specimen = make.report().specimen
    assert (specimen.name, specimen.shape, specimen.field_direction) == ("rod", "sphere", "any")
    assert specimen.dimensions["diameter"].value == pytest.approx(3e-3)
    assert specimen.dimensions["diameter"].u == pytest.approx(6e-6)
    assert specimen.mass.value == pytest.approx(1e-4)
    volume = math.pi / 6 * 27e-9
    assert specimen.volume.value == pytest.approx(volume)
    assert specimen.volume.u == pytest.approx(3 * 0.002 * volume, rel=1e-4)
    assert specimen.density.value == pytest.approx(1e-4 / volume)
    assert specimen.density.u == pytest.approx(1e-4 / volume * math.hypot(0.006, 0.001), rel=1e-3)
    assert specimen.molar_mass.value == pytest.approx(0.10642)


def test_demagnetising_factor_of_a_sphere_and_of_a_cube(make):
    sphere = make.report().demagnetisation
    assert sphere.factor.value == pytest.approx(1 / 3)
    assert sphere.factor.u == 0.0
    assert sphere.corrected
    assert "for any susceptibility" in sphere.basis
    cube = '\nname = "rod"\nshape = "prism"\nlength = "2 mm ± 0.1 %"\nwidth = "2 mm ± 0.1 %"\nheight = "2 mm ± 0.1 %"\nfield = "height"\n'
    of_cube = make.report(sample=cube).demagnetisation
    assert of_cube.factor.value == pytest.approx(1 / 3)  # by symmetry
    assert of_cube.factor.u > 0.0
    assert "magnetised uniformly" in of_cube.basis


def test_fields_and_temperatures(make):
    report = make.report(temperature_k=np.linspace(296.0, 296.4, 19))
    assert report.field.points == 19
    assert report.field.lowest_applied.value == pytest.approx(-90e3)
    assert report.field.highest_applied.value == pytest.approx(90e3)
    assert report.field.highest_applied.u == pytest.approx(math.hypot(0.002 * 90e3, 40.0, 5.0), rel=1e-4)
    assert report.field.smallest_applied.value == pytest.approx(0.0, abs=1e-6)
    assert abs(report.field.largest_internal.value) == pytest.approx(90e3 / (1 + 0.02 / 3))
    temperature = report.temperature
    assert (temperature.lowest_k, temperature.highest_k) == (296.0, 296.4)
    assert temperature.mean_k == pytest.approx(296.2)
    assert temperature.ambient.value == 295.15
    assert temperature.source == "thermometer (lakeshore_218)"


def test_run_instruments_and_calibrations(make):
    report = make.report()
    run = report.measurement
    assert (run.run_id, run.procedure, run.title, run.bench) == ("run-7", "palladium", "weekly check", "bench one")
    assert (run.started_utc, run.software, run.simulated) == ("2026-01-02T03:04:05+00:00", "vsmdaq 0.1.0", False)
    assert (run.frequency.value, run.frequency.unit) == (83.0, "Hz")
    assert (run.amplitude.value, run.amplitude.u) == pytest.approx((1e-3, 5e-6))
    assert (run.time_constants_s, run.filter_poles) == ((0.03,), (4,))
    assert run.plan_sha256 == "0c" * 32
    text = make.source().description["files"]["sample"]
    assert run.files_sha256["sample"] == hashlib.sha256(text.encode()).hexdigest()
    told = {one.role: (one.driver, one.identity) for one in report.instruments}
    assert told["lockin"] == ("sr830", "SRS,SR830,2,1.07")
    assert told["thermometer"] == ("lakeshore_218", "no identity recorded")
    assert {one.kind for one in report.calibrations} == {"moment", "background"}
    moment = next(one for one in report.calibrations if one.kind == "moment")
    assert moment.digest == "cd" * 32
    assert moment.runs == {"moment": "ab" * 32}
    assert moment.values["moment_per_volt"].value == 0.64
    assert (moment.conditions["amplitude_m"].value, moment.conditions["amplitude_m"].unit) == (1e-3, "m")


def test_points_carry_magnetisation_polarisation_and_permeability(make):
    report = make.report(chi=0.02)
    row = report.points[0]
    magnetization = 0.02 / (1 + 0.02 / 3) * 90e3
    assert row.magnetization.value == pytest.approx(magnetization)
    assert row.polarization.value == pytest.approx(MU0 * magnetization)
    assert row.polarization.unit == "T"
    assert row.field_internal.value == pytest.approx(90e3 - magnetization / 3)
    assert row.relative_permeability.value == pytest.approx(1.02)
    middle = report.points[9]
    assert middle.field_applied.value == pytest.approx(0.0, abs=1e-6)
    assert middle.relative_permeability is None


def test_budget_lines_make_up_the_variance(make):
    report = make.report()
    for value, budget in zip(report.results, report.budgets, strict=True):
        assert value.name == budget.name
        total = math.sqrt(sum(line.contribution**2 for line in budget.lines))
        assert total == pytest.approx(value.measured.u, rel=1e-9)
        assert sum(line.share for line in budget.lines) == pytest.approx(1.0)
    largest = report.budgets[0].lines[0]
    assert largest.input == "rod.diameter"
    assert largest.contribution == pytest.approx(-3 * 0.002 * 0.02, rel=0.02)


def test_hard_magnet_has_what_its_standard_is_about(make):
    report = make.report("iec60404-18", "loop")
    values = {value.name: value.measured for value in report.results}
    assert list(values) == [
        "remanent_polarization",
        "coercive_field",
        "coercive_field_b",
        "maximum_energy_product",
        "saturation_polarization",
    ]
    # M(H_applied) = 50 kA/m tanh((H_applied + 100 kA/m)/60 kA/m), H = H_applied - M/3: at M = 0 both fields are equal
    assert values["coercive_field"].value == pytest.approx(100e3, rel=1e-3)
    applied = np.linspace(-160e3, 160e3, 2_000_001)
    m = 5e4 * np.tanh((applied + 100e3) / 60e3)
    h = applied - m / 3
    assert values["remanent_polarization"].value == pytest.approx(MU0 * np.interp(0.0, h, m), rel=1e-3)
    assert values["coercive_field_b"].value == pytest.approx(-np.interp(0.0, h + m, h), rel=1e-3)
    assert values["maximum_energy_product"].value == pytest.approx(np.max(-MU0 * h * (h + m)), rel=1e-3)
    assert all(value.u > 0.0 for value in values.values())


def test_loop_gives_permeability_at_its_largest_internal_field(make):
    report = make.report("a342", "loop")
    first = report.results[0]
    inside = 600e3 - 5e4 / 3
    assert first.measured.value == pytest.approx(1 + 5e4 / inside, rel=1e-4)
    assert re.search(r"largest internal field \(point (0|92|184)\)$", first.definition)  # the same size at three ends


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("a342", "gouy", "procedure: given 'gouy'; allowed: a run of 'palladium' or 'loop' or 'virgin'"),
        ("iec60404-18", "palladium", "procedure: given 'palladium'; allowed: a run of 'loop'"),
        ("iso", "loop", "--standard: given 'iso'; allowed: 'a342', 'iec60404-15', 'iec60404-18'"),
    ],
)
def test_what_does_not_fit_is_refused(name, kind, message):
    with pytest.raises(InputError) as caught:
        standard_named(name, kind, "run-7")
    assert message in str(caught.value)


def test_a_run_without_specimen_is_refused(make):
    source = make.source()
    bare = dataclasses.replace(source, run=dataclasses.replace(source.run, sample=None))
    with pytest.raises(InputError, match="Choose the run of a specimen"):
        standard_report(bare, STANDARDS["a342"])
