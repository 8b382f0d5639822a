"""Field calibrations whose readings follow from formulas written here: reading = offset + gain H_probe, H = factor H_probe."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import mu_0, physical_constants

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.physics.nmr import field_of_resonance
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.reduce.drawn import drawn_run
from vsmdaq.reduce.probe_places import Place
from vsmdaq.reduce.signals import field_inputs
from vsmdaq.terms import Component, Estimate, InputError
from vsmdaq.uncertainty import Draw, Draws
from vsmdaq_drivers.gaussmeters.field_table import parse_table

REFERENCE = 79.6e3
TEXT = """
kind = "field-calibration"
sample = "x.toml"

[field]
rate = "10 A/s"

[field-calibration]
{parts}
"""
CHAMBER = 'zero = { residual = "0 A/m ± 4 A/m" }'
MAGNET = 'reference = { field = "79.60 kA/m ± 0.08 kA/m", status = "typical", source = "its label" }'
PLACE = 'sample_place = { field = "400 kA/m", u_place = "0.02 %" }'
HISTORIES = 'histories = { saturate = "800 kA/m" }'
CYCLE = 'cycle = { largest = "800 kA/m", steps = 8, u_current = "5 mA" }'
FULL = (CHAMBER, MAGNET, PLACE, HISTORIES)


def procedure(*parts):
    return parse_procedure(TEXT.format(parts="\n".join(parts)), Path("field-calibration.toml"))


def yoke(current_a, segment):
    """H at the sample: 13.3 kA/m per ampere, 1200 A/m more on the way down (segments 6 and 8), less on the way up (7 and 9)."""
    remanence = {6: 1200.0, 8: 1200.0, 7: -1200.0, 9: -1200.0}.get(segment, 0.0)
    return 40e3 / 3.0 * current_a + remanence * (abs(current_a) < 59.9)


def calibrated(
    made, *parts, offset=300.0, gain=1.01, factor=1.0023, chamber=0.0, reference=REFERENCE, placing=0.0, noise=None
):
    """Points of the whole plan, reduced."""
    asked = procedure(*parts)
    points = []
    for index, step in enumerate(plan_of(asked).steps):
        current = step.field_a_per_m / (40e3 / 3.0)
        at_sample = yoke(current, step.segment)
        probe = {
            Place.GAP: at_sample / factor,
            Place.SAMPLE: at_sample * (1.0 + placing),
            Place.CHAMBER: chamber,
            Place.REFERENCE: reference,
        }[Place(round(step.setting))]
        reading = offset + gain * probe + (0.0 if noise is None else 10.0 * noise.standard_normal())
        point = made.point(index, reading, 0j, u_field=10.0)
        points.append(
            replace(point, segment=step.segment, set_current_a=current, current_a=current, setting=step.setting)
        )
    run = RunData("cal", made.bench, asked, moment_points=tuple(points))
    return reduce_run(run)


def test_what_was_put_in_comes_out(made):
    values = calibrated(made, *FULL).artefact_values
    assert values["offset"].value == pytest.approx(300.0, rel=1e-12)
    assert values["gain"].value == pytest.approx(1.01, rel=1e-12)
    assert values["factor"].value == pytest.approx(1.0023, rel=1e-12)


def test_each_line_of_the_budget_moves_its_value_by_as_much(made):
    """The world is moved by one standard uncertainty of an input; the value is then wrong by that line."""
    right = calibrated(made, *FULL).artefact_values
    for change, value, name in (
        ({"chamber": 4.0}, "offset", "zero-chamber.field"),
        ({"chamber": 4.0}, "gain", "zero-chamber.field"),
        ({"reference": REFERENCE + 80.0}, "gain", "reference-magnet.field"),
        ({"placing": 2e-4}, "factor", "cal.probe-placing"),
    ):
        moved = calibrated(made, *FULL, **change).artefact_values[value].value - right[value].value
        # the value is taken as if the input were what was stated: it goes wrong by as much as the input's line says, the other way
        (stated,) = [c.contribution for c in right[value].components if c.name == name]
        assert moved == pytest.approx(-stated if name.startswith(("zero", "reference")) else stated, rel=0.02)


def test_scores_over_two_hundred_virtual_benches_are_standard_normal(made):
    rng = np.random.default_rng(20261121)
    scores = {name: [] for name in ("offset", "gain", "factor", "remanent_field_after_plus")}
    for _ in range(200):
        offset, gain, factor = 200.0 * rng.standard_normal(), 1.0 + 5e-3 * rng.standard_normal(), 1.002
        found = calibrated(
            made,
            *FULL,
            offset=offset,
            gain=gain,
            factor=factor,
            chamber=4.0 * rng.standard_normal(),
            reference=REFERENCE + 80.0 * rng.standard_normal(),
            placing=2e-4 * rng.standard_normal(),
            noise=rng,
        )
        true = {"offset": offset, "gain": gain, "factor": factor, "remanent_field_after_plus": 1200.0}
        for name, z in scores.items():
            estimate = found.artefact_values.get(name) or found.quantities[name].estimate
            z.append((estimate.value - true[name]) / estimate.u)
    for name, z in scores.items():
        assert abs(np.mean(z)) < 3.0 / math.sqrt(200), name
        assert np.std(z) == pytest.approx(1.0, abs=3.0 / math.sqrt(400)), name


def test_without_chamber_the_bench_files_offset_is_what_the_gain_depends_on(made):
    found = calibrated(made, MAGNET, offset=0.0)
    assert set(found.artefact_values) == {"gain"}
    line = {c.name: c.contribution for c in found.artefact_values["gain"].components}
    assert abs(line["gaussmeter.offset"]) == pytest.approx(40.0 / REFERENCE, rel=1e-6)


def test_a_stated_factor_needs_no_points(made):
    found = calibrated(made, CHAMBER, 'factor = "1.0023 ± 0.0005"').artefact_values["factor"]
    assert (found.value, found.u) == (1.0023, pytest.approx(0.0005))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chamber": 5e3}, "zero-gauss chamber: .*Was the probe in it"),
        ({"reference": -REFERENCE}, "reference magnet: .*the right way round"),
        ({"reference": 0.5 * REFERENCE}, "reference magnet: .*a gain of 0.50"),
        ({"placing": -0.3}, "place of the sample: .*Was the probe there"),
    ],
)
def test_what_a_probe_cannot_read_there_is_refused(made, change, message):
    with pytest.raises(InputError, match=message):
        calibrated(made, *FULL, **change)


CERTIFIED = (
    'reference = {{ field = "79.60 kA/m{u}", status = "certificate", source = "PTB", certificate = "{number}" }}'
)


def test_traceable_only_with_number_value_and_u(made):
    assert ", traceable, PTB" in calibrated(made, CERTIFIED.format(u=" ± 0.08 kA/m", number="123-4")).reference
    assert "not called traceable" in calibrated(made, CERTIFIED.format(u="", number="123-4")).reference
    assert "traceable" not in calibrated(made, MAGNET).reference


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((CERTIFIED.format(u="", number=""),), '"certificate" its number'),
        ((MAGNET.replace('"its label"', '"its label", certificate = "7"'),), 'no "certificate" with status "typical"'),
        ((MAGNET.replace('field = "79.60 kA/m ± 0.08 kA/m", ', ""),), 'either "field" or "resonance"'),
        ((PLACE, 'factor = "1.0023"'), 'either "factor"'),
        (("points = 5",), "one or more of"),
        ((CHAMBER, 'u_linearity = "0.1 %"'), 'only with "reference"'),
    ],
)
def test_files_that_say_too_little_or_too_much_are_refused(parts, message):
    with pytest.raises(InputError, match=message):
        procedure(*parts)


def test_a_tolerance_of_the_field_is_refused():
    text = TEXT.format(parts=CHAMBER).replace('rate = "10 A/s"', 'rate = "10 A/s"\ntolerance = "1 kA/m"')
    with pytest.raises(InputError, match=r"field\.tolerance"):
        parse_procedure(text, Path("x.toml"))


def test_proton_resonance_gives_the_field():
    """CODATA as scipy carries it: 42.576 MHz/T, here to a part in 1e7 whatever its year."""
    per_tesla = physical_constants["shielded proton gyromag. ratio in MHz/T"][0] * 1e6
    assert field_of_resonance(4.2576e6) * mu_0 * per_tesla == pytest.approx(4.2576e6, rel=1e-7)
    asked = procedure(MAGNET.replace('field = "79.60 kA/m ± 0.08 kA/m"', 'resonance = "4257.6 kHz ± 4.2576 kHz"'))
    reference = asked.details.reference.field
    assert reference.value == pytest.approx(4.2576e6 / per_tesla / mu_0, rel=1e-7)
    assert reference.u == pytest.approx(1e-3 * reference.value, rel=1e-9)


def test_the_table_holds_both_branches_and_meets_at_its_ends(made):
    found = calibrated(made, CHAMBER, MAGNET, PLACE, CYCLE)
    table = parse_table(found.files["field-table.csv"])
    assert table.current_a == pytest.approx(np.linspace(-60.0, 60.0, 9), abs=1e-6)
    inner = np.array(table.current_a[1:-1])
    assert table.descending_a_per_m[1:-1] == pytest.approx(40e3 / 3.0 * inner + 1200.0, abs=1e-2)
    assert table.ascending_a_per_m[1:-1] == pytest.approx(40e3 / 3.0 * inner - 1200.0, abs=1e-2)
    assert table.descending_a_per_m[0] == table.ascending_a_per_m[0]
    # at zero current: chamber 4, noise 10 and 10/sqrt(10), 5 mA at 13.3 kA/m per ampere; no u of gain or factor
    assert table.u_a_per_m[4] == pytest.approx(
        math.hypot(4.0, 10.0, 10.0 / math.sqrt(10.0), 66.7, 1200.0 * 1e-3), rel=0.01
    )


def test_a_cycle_with_a_gap_gives_no_table(made):
    asked = procedure(CHAMBER, CYCLE)
    points = [
        replace(made.point(i, 300.0 + s.field_a_per_m, 0j), segment=s.segment, current_a=s.field_a_per_m / 13.3e3)
        for i, s in enumerate(plan_of(asked).steps)
        if i != 15
    ]
    points[:10] = [replace(p, field_a_per_m=300.0) for p in points[:10]]
    found = reduce_run(RunData("cal", made.bench, asked, moment_points=tuple(points)))
    assert not found.files
    assert any("not a whole cycle" in flag for flag in found.flags)


def test_runs_of_one_calibration_share_its_errors_and_another_one_is_told_of(made):
    """Moment calibration reduced with F1: silence beside F1, a flag beside F2, beside none, and with the correction left out."""

    def field(run_id):
        own = Component(f"noise:{run_id}.field-gain", 1e-3, noise=True)
        values = {"gain": Estimate(1.01, "1", (own, Component("reference-magnet.field", 1e-3)))}
        return replace(made.artefact("field", values), runs=((run_id, ""),))

    def flags(artefacts, **more):
        h = np.linspace(-800e3, 800e3, 9)
        run = made.run("palladium", moment_points=made.points(1.01 * h, 1e-11 * h), artefacts=artefacts, **more)
        return reduce_run(replace(run, sample=made.sample("palladium-cylinder"))).flags

    calibrations = {"moment": made.calibrations()["moment"]}
    per_volt = calibrations["moment"].values["moment_per_volt"]
    used = replace(per_volt, components=(*per_volt.components, Component("noise:F1.field-gain", 1e-6, noise=True)))
    calibrations["moment"] = replace(
        calibrations["moment"], values={**calibrations["moment"].values, "moment_per_volt": used}
    )
    told = "the moment calibration was reduced with the field calibration F1, this run with "
    assert not [f for f in flags({**calibrations, "field": field("F1")}) if "reduced with" in f]
    assert any(f.startswith(told + "the field calibration F2") for f in flags({**calibrations, "field": field("F2")}))
    assert any(f.startswith(told + "the gaussmeter's values") for f in flags(calibrations))
    left = flags({**calibrations, "field": field("F1")}, without=frozenset({"field"}))
    assert "correction field left out: as asked" in left
    assert any(f.startswith(told + "the gaussmeter's values") for f in left)


def test_a_table_of_the_magnet_is_not_corrected_as_a_gaussmeter(made):
    """What was found of a probe does not belong to a field that no probe reads."""
    values = {"gain": Estimate(1.01, "1"), "factor": Estimate(1.0023, "1")}
    run = made.run("loop", artefacts={"field": made.artefact("field", values)})
    assert {name: item.value for name, item in field_inputs(run).items()} == {
        "gaussmeter.offset": 0.0,
        "gaussmeter.gain": 1.01,
        "field.factor": 1.0023,
    }
    tabled = replace(run, bench=replace(run.bench, gaussmeter=replace(run.bench.gaussmeter, address="none")))
    assert {name: item.value for name, item in field_inputs(tabled).items()} == {
        "gaussmeter.offset": 0.0,
        "gaussmeter.gain": 1.0,
    }


def test_a_monte_carlo_of_the_run_gives_the_uncertainty_of_the_budget(made):
    """JCGM 101: every stated input and every reading drawn, the same reduction; 400 draws know a spread to 3.5 %."""
    asked = procedure(*FULL)
    found = calibrated(made, *FULL)
    readings = {
        Place.GAP: lambda h: 300.0 + 1.01 * h / 1.0023,
        Place.SAMPLE: lambda h: 300.0 + 1.01 * h,
        Place.CHAMBER: lambda _h: 300.0,
        Place.REFERENCE: lambda _h: 300.0 + 1.01 * REFERENCE,
    }
    points = tuple(
        replace(
            made.point(i, readings[Place(round(s.setting))](s.field_a_per_m), 0j, u_field=10.0),
            segment=s.segment,
            setting=s.setting,
        )
        for i, s in enumerate(plan_of(asked).steps)
    )
    run = RunData("cal", made.bench, asked, moment_points=points)
    draws = Draws(5, 400)
    drawn = [reduce_run(drawn_run(run, Draw(draws, k))).artefact_values for k in range(400)]
    for name, value in found.artefact_values.items():
        spread = np.std([one[name].value for one in drawn])
        assert spread == pytest.approx(value.u, rel=0.12), name
