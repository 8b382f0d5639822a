"""A gaussmeter that reads 1 % too much and 300 A/m beside zero, at a place where the field is not that of the sample.

The world file says what is true: reading = offset + gain H_probe + noise, H = sample_factor H_probe.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from vsmdaq.campaigns import load_job, reduce_folder
from vsmdaq.campaigns.calibrations import NEEDED
from vsmdaq.campaigns.roles import check_roles
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.record import latest_artefact
from vsmdaq.terms import InputError
from vsmdaq_drivers.contracts import OperatorError
from vsmdaq_drivers.gaussmeters.field_table import History, field_at, parse_table
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

OFFSET_A_PER_M, GAIN, FACTOR, CHAMBER_A_PER_M, REFERENCE_A_PER_M = 300.0, 1.01, 1.0023, 2.5, 79.63e3
REMANENCE_A_PER_M = 1200.0  # of the reference world's yoke
LIES = (
    "[gaussmeter]",
    f"offset_a_per_m = {OFFSET_A_PER_M}",
    f"gain = {GAIN}",
    f"sample_factor = {FACTOR}",
    f"chamber_a_per_m = {CHAMBER_A_PER_M}",
)
SHORT = """
kind = "field-calibration"
sample = "{samples}/empty-holder.toml"

[field]
rate = "10 A/s"

[field-calibration]
points = 5
{parts}

[measure]
time_constant = "30 ms"
max_dwell = "5 s"
"""
CHAMBER = 'zero = { residual = "0 A/m ± 4 A/m" }'
MAGNET = 'reference = { field = "79.60 kA/m ± 0.08 kA/m", status = "typical", source = "its label" }'
PLACE = 'sample_place = { field = "400 kA/m", u_place = "0.02 %" }'


def world(place, *, reference=REFERENCE_A_PER_M, lies=LIES):
    place.write_world(*lies, f"reference_a_per_m = {reference!r}")


def calibration(place, *parts, name="short"):
    path = place.folder / f"{name}.toml"
    path.write_text(SHORT.format(samples=place.starter / "samples", parts="\n".join(parts)), "utf-8")
    return path


def estimate(outcome, name):
    return outcome.reduced.result.quantities[name].estimate


def line(found, name):
    return sum(c.contribution for c in found.components if c.name == name)


@pytest.fixture(scope="module")
def campaign(workplace):
    """Field calibration, then all that uses it."""
    place = workplace()
    world(place)
    short = calibration(place, CHAMBER, MAGNET, PLACE)
    names = ("field", "phase", "nickel", "background", "palladium", "loop")
    outcomes = place.measure([short, *names[1:]])
    return place, dict(zip(names, outcomes, strict=True))


@pytest.fixture(scope="module")
def full(workplace):
    """The starter's procedure with all its parts."""
    place = workplace()
    world(place)
    return place, place.measure(["field-calibration"])[0]


@pytest.mark.parametrize(
    ("name", "true", "most"),
    [
        ("gaussmeter_offset", OFFSET_A_PER_M, 12.0),
        ("gaussmeter_gain", GAIN, 0.0011),
        ("sample_field_factor", FACTOR, 0.0003),
        ("remanent_field_after_plus", REMANENCE_A_PER_M, 15.0),
        ("remanent_field_after_minus", -REMANENCE_A_PER_M, 15.0),
        ("remanence_half_gap", REMANENCE_A_PER_M, 12.0),
    ],
)
def test_what_is_true_is_found(full, name, true, most):
    found = estimate(full[1], name)
    assert abs(found.value - true) < 2.5 * found.u
    assert found.u < most


def test_a_demagnetised_yoke_keeps_less_than_a_tenth(full):
    found = estimate(full[1], "remanent_field_demagnetised")
    assert abs(found.value) < 0.15 * REMANENCE_A_PER_M
    # chamber, reference and noise: nothing of the distance between the branches is left in it
    assert found.u < 15.0


def test_the_artefact_names_reference_and_table(full):
    place, outcome = full
    artefact = latest_artefact([place.folder / "runs" / "calibrations"], "field")
    text = (outcome.folder.path / "field-table.csv").read_text("utf-8")
    assert set(artefact.values) == {"offset", "gain", "factor"}
    assert "typical, label of the reference magnet" in artefact.reference
    assert hashlib.sha256(text.encode()).hexdigest() in artefact.reference
    assert "traceable" not in artefact.reference


def test_the_table_gives_the_field_at_the_sample_on_both_branches(full):
    """The yoke of the world file: k I ± remanence, where no play operator is on its way from one branch to the other."""
    table = parse_table((full[1].folder.path / "field-table.csv").read_text("utf-8"))
    for row, current in enumerate(table.current_a):
        if abs(current) > 40.0:  # the branches join within 8 A behind the turn
            continue
        for branch, sign in (("descending", 1.0), ("ascending", -1.0)):
            history = History(branch, -int(sign), current, sign * 60.0)
            true = 40e3 / 3.0 * current + sign * REMANENCE_A_PER_M
            assert abs(field_at(table, history, current).field_a_per_m - true) < 3.0 * table.u_a_per_m[row]


def test_a_bench_without_gaussmeter_works_with_the_table(full, workplace):
    """The table of one bench is the gaussmeter of the next: the same magnet, whose probe is not asked any more."""
    table = full[1].folder.path / "field-table.csv"
    place = workplace()
    place.write_world()
    (place.folder / "magnet.csv").write_bytes(table.read_bytes())
    edits = (
        (
            'driver = "lakeshore_475"\naddress = "GPIB0::13::INSTR"',
            'driver = "field_table"\naddress = "none"\noptions = { file = "magnet.csv" }',
        ),
        ('offset = "0 A/m ± 40 A/m"', 'offset = "0 A/m ± 80 A/m"'),
    )
    *_, loop = place.measure(["phase", "nickel", "loop"], edits=edits)
    found = estimate(loop, "coercive_field")
    assert abs(found.value - truth(World.load(place.world))["coercive_field"]["value"]) < 2.5 * found.u
    assert not any("field_between_branches" in point.flags for point in loop.reduced.run.moment_points)


def test_a_bench_without_probe_has_nothing_to_calibrate(workplace):
    place = workplace()
    text = (place.starter / "benches" / "simulated.toml").read_text("utf-8")
    spec = parse_bench(text, place.folder / "bench.toml")
    tabled = replace(spec, gaussmeter=replace(spec.gaussmeter, address="none"))
    procedure = load_job(calibration(place, CHAMBER)).procedure
    check_roles(procedure, spec)
    with pytest.raises(InputError, match="A field calibration carries a probe around"):
        check_roles(procedure, tabled)


def test_a_probe_does_not_walk_where_nobody_answers(workplace):
    place = workplace()
    text = (place.starter / "benches" / "simulated.toml").read_text("utf-8")
    spec = parse_bench(text, place.folder / "bench.toml")
    prompted = replace(spec, operator=replace(spec.operator, address="prompt"))
    procedure = load_job(calibration(place, CHAMBER)).procedure
    check_roles(procedure, prompted)
    with pytest.raises(InputError, match="The probe is carried from place to place"):
        check_roles(procedure, prompted, unattended=True)


def test_every_kind_that_uses_a_field_uses_the_calibration():
    assert {kind for kind, names in NEEDED.items() if "field" not in names} == {"phase", "field-calibration"}


def test_with_it_susceptibility_and_coercive_field_are_true(campaign):
    place, outcomes = campaign
    world_of = World.load(place.world)
    true = {
        "coercive_field": ("loop", truth(world_of)),
        "mass_susceptibility": ("palladium", truth(world_of, "palladium-cylinder")),
    }
    for name, (run, values) in true.items():
        found = estimate(outcomes[run], name)
        assert abs(found.value - values[name]["value"]) < 2.5 * found.u
    hc = estimate(outcomes["loop"], "coercive_field")
    assert hc.u < 0.0025 * hc.value  # the bench file alone would say 0.2 % and be wrong by 0.8 %


def test_without_it_they_are_off_by_gain_and_factor(campaign):
    """H is taken for the reading: Hc is too large by gain over factor, a slope too small by it; the offset cancels in a loop."""
    _, outcomes = campaign
    for run, name, ratio in (
        ("loop", "coercive_field", GAIN / FACTOR),
        ("palladium", "mass_susceptibility", FACTOR / GAIN),
    ):
        right = estimate(outcomes[run], name)
        left_out = reduce_folder(outcomes[run].folder, without=frozenset({"field"}))
        wrong = left_out.result.quantities[name].estimate
        u_ratio = 2.5 * (0.001**2 + 0.0002**2) ** 0.5
        assert wrong.value / right.value == pytest.approx(ratio, rel=u_ratio)
        assert abs(wrong.value - right.value) > 2.5 * right.u
        assert "correction field left out: as asked" in left_out.result.flags
        reduce_folder(outcomes[run].folder)  # as it was, for the others


def test_nickel_and_sample_share_the_errors_of_one_calibration(campaign):
    _, outcomes = campaign
    run_id = outcomes["field"].folder.run_id
    moment = outcomes["loop"].reduced.run.artefacts["moment"]
    names = {c.name for c in moment.values["moment_per_volt"].components}
    assert f"noise:{run_id}.field-gain" in names
    assert "reference-magnet.field" in names
    assert "gaussmeter.gain" not in names
    assert not any("reduced with" in flag for flag in outcomes["loop"].reduced.result.flags)


def test_another_field_calibration_than_nickels_is_told_of(campaign):
    place, outcomes = campaign
    again = place.measure([calibration(place, CHAMBER, MAGNET, PLACE, name="again")], session="again")[0]
    reduced = reduce_folder(outcomes["loop"].folder, calibrations={"field": again.artefact})
    (told,) = [flag for flag in reduced.result.flags if "the moment calibration was reduced with" in flag]
    assert "short" in told
    assert "again" in told
    reduce_folder(outcomes["loop"].folder)


def test_the_budget_line_of_the_reference_moves_the_coercive_field(workplace):
    """The reference magnet is moved by ten times its u, in the world alone; noise is that of the same seed."""
    found = []
    for steps in (0, 10):
        place = workplace()
        world(place, reference=REFERENCE_A_PER_M + 80.0 * steps)
        *_, loop = place.measure([calibration(place, CHAMBER, MAGNET), "phase", "nickel", "loop"])
        found.append(estimate(loop, "coercive_field"))
    stated = line(found[0], "reference-magnet.field")
    assert abs(stated) == pytest.approx(found[0].value * 0.08 / 79.6, rel=0.03)
    # a stronger magnet reads more: the gain is taken for too large, H for too small
    assert found[1].value - found[0].value == pytest.approx(-10.0 * abs(stated), rel=0.03)


def test_a_probe_that_is_not_in_the_chamber_is_not_believed(workplace):
    place = workplace()
    world(place, lies=(*LIES[:-1], "chamber_a_per_m = 1.5e3"))
    with pytest.raises(OperatorError, match=r"reads \+1\.\d+ kA/m in the zero-gauss chamber; at most 1 kA/m"):
        place.measure([calibration(place, CHAMBER, MAGNET)])


def test_a_reference_magnet_the_wrong_way_round_is_not_believed(workplace):
    place = workplace()
    world(place, reference=-REFERENCE_A_PER_M)
    with pytest.raises(
        OperatorError, match=r"-80\.\d+ kA/m in the reference magnet of \+79\.6\d* kA/m.*wrong|right way round"
    ):
        place.measure([calibration(place, CHAMBER, MAGNET)])


def test_a_bench_without_reference_magnet_says_so(workplace):
    place = workplace()
    place.write_world(*LIES)
    with pytest.raises(OperatorError, match="there is no reference magnet on this bench"):
        place.measure([calibration(place, CHAMBER, MAGNET)])
    told = next(Path(place.folder / "runs").glob("short*/events.jsonl")).read_text("utf-8")
    assert "the probe is not in the gap" in told
