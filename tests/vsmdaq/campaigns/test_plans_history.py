"""Plans of procedures that live on the sample's history, from their files; the walk of a rule is that of its points alone."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.plans.adaptive import AdaptiveLoop
from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.terms import InputError

FIELD = '[field]\nrate = "10 A/s"\n'
ALTERNATING = 'demagnetise = { start = "100 A/m", ratio = 0.5, end = "20 A/m" }\n'
TESLA = 1.0 / (4e-7 * math.pi)


def plan(kind, table, field=FIELD):
    return plan_of(parse_procedure(f'kind = "{kind}"\n{field}\n{table}', Path("p.toml")))


def faults(kind, table, field=FIELD):
    with pytest.raises(InputError) as caught:
        parse_procedure(f'kind = "{kind}"\n{field}\n{table}', Path("p.toml"))
    return str(caught.value)


def loop(field):
    return plan("loop", "", FIELD + field)


def test_a_virgin_curve_is_demagnetised_first():
    one = plan("virgin", "[virgin]\n" + ALTERNATING + 'largest = "90 A/m"\nsteps = 6\nlow_field = "45 A/m"\n')
    assert one.approach_a_per_m == pytest.approx((100.0, -50.0, 25.0, -12.5))
    assert one.fields_a_per_m == pytest.approx([90.0 * (k / 6) ** 2 for k in range(7)])


def test_minor_loops_begin_where_they_close():
    table = (
        '[minor]\nsaturation = "100 A/m"\nloops = [\n{ reversal = "-10 A/m", return = "10 A/m", steps = 4 },\n'
        '{ reversal = "0 A/m", return = "20 A/m", steps = 4 } ]\n'
    )
    one = plan("minor", table)
    assert one.fields_a_per_m == (-10.0, -5.0, 0.0, 5.0, 10.0, 5.0, 0.0, -5.0, -10.0, 0, 5, 10, 15, 20, 15, 10, 5, 0)
    assert one.segments == (0,) * 5 + (1,) * 4 + (2,) * 5 + (3,) * 4
    assert {k: step.via_a_per_m for k, step in enumerate(one.steps) if step.via_a_per_m} == {0: (100.0,), 9: (20.0,)}
    each = plan("minor", table + "saturate_each = true\n")
    assert [step.via_a_per_m for step in each.steps if step.via_a_per_m] == [(100.0,), (100.0,)]


def test_remanence_curves_measure_the_field_and_what_is_left():
    table = (
        '[remanence]\nsaturation = "-100 A/m"\n'
        + ALTERNATING
        + 'irm = { from = "1 A/m", to = "100 A/m", points = 3 }\n'
        'dcd = { fields = ["5 A/m", "50 A/m"] }\n'
    )
    one = plan("remanence", table)
    assert one.approach_a_per_m == pytest.approx((-100.0, 50.0, -25.0, 12.5))
    assert one.fields_a_per_m == pytest.approx((-1.0, 0.0, -10.0, 0.0, -100.0, 0.0, 0.0, 5.0, 0.0, 50.0, 0.0))
    assert one.segments == (0, 1, 0, 1, 0, 1, 3, 2, 3, 2, 3)
    assert one.steps[6].via_a_per_m == (-100.0,)


FORC = (
    '[forc]\nsaturation = "0.5 T"\ncalibration = "0.2074818 T"\nhb1 = "-50 mT"\nhb2 = "50 mT"\nhc2 = "120 mT"\n'
    'step = "1.848741 mT"\nsmoothing = 10\n'
)


def test_the_box_is_filled_as_an_instrument_fills_it():
    """Box and step of the file UB199BF of a MicroMag: 140 curves of 15504 points, 10 steps around the box.

    First reversal field 68.85 mT; curves of 1, 3, 5 points first; the last one has 152 points up to 91 mT.
    """
    text = FORC
    for old in ("0.5 T", "0.2074818 T", "-50 mT", "50 mT", "120 mT", "1.848741 mT"):
        number, unit = old.split()
        text = text.replace(f'"{old}"', f'"{float(number) * (1e-3 if unit == "mT" else 1.0) * TESLA!r} A/m"')
    one = plan("forc", text)
    odd = [step for step in one.steps if step.segment % 2]
    reversals = [next(s.field_a_per_m for s in odd if s.segment == k) for k in sorted({s.segment for s in odd})]
    sizes = [sum(s.segment == k for s in odd) for k in sorted({s.segment for s in odd})]
    assert len(reversals) == 140
    assert reversals[0] / TESLA == pytest.approx(68.84554e-3, rel=0.01)
    assert sizes[:4] == [1, 3, 5, 7]
    assert sizes[-1] == pytest.approx(152, abs=2)  # the instrument goes one step further in Hc
    assert sum(sizes) == pytest.approx(15504, rel=0.01)
    even = [step for step in one.steps if step.segment % 2 == 0]
    assert len(even) == 141, "one before each curve and one at the end"
    assert [step.via_a_per_m for step in even] == [pytest.approx((0.5 * TESLA,))] * 141
    assert all(not step.via_a_per_m for step in odd)


def test_the_yoke_is_looked_at_after_each_half_cycle():
    one = plan("demagnetise", '[demagnetise]\nstart = "100 A/m"\nratio = 0.5\nend = "20 A/m"\npoints = 2\n')
    assert set(one.fields_a_per_m) == {0.0}
    assert [step.via_a_per_m for step in one.steps] == [(), (100.0,), (-50.0,), (25.0,), (-12.5,), (), ()]
    assert one.segments == (0, 1, 1, 1, 1, 2, 2)


# --- placement -----------------------------------------------------------------------------------------------------

DENSE = 'segments = [{ from = "100 A/m", to = "-100 A/m", steps = 40, dense_at = "-20 A/m", dense_width = "5 A/m" }]\n'


def test_dense_points_are_dense_where_they_are_asked_for():
    fields = np.array(loop('approach = ["100 A/m"]\n' + DENSE).fields_a_per_m)
    assert fields.size == 40
    assert fields[-1] == -100.0
    steps = -np.diff(np.concatenate([[100.0], fields]))
    assert np.all(steps > 0.0)
    shortest = int(np.argmin(steps))
    assert fields[shortest] == pytest.approx(-20.0, abs=2.0)
    assert np.all(np.diff(steps[: shortest - 1]) < 0.0)
    assert np.all(np.diff(steps[shortest + 2 :]) > 0.0)
    # half of the points, about, lie in the peak: within 3 widths are 80 % of it
    assert 12 <= np.sum(np.abs(fields + 20.0) < 15.0) <= 24


def test_a_width_beyond_the_segment_is_equal_steps():
    wide = loop(DENSE.replace('"5 A/m"', '"1 MA/m"')).fields_a_per_m
    assert wide == pytest.approx(np.linspace(100.0, -100.0, 41), abs=1e-3)


def test_lists_go_through_their_fields():
    one = loop('approach = ["1 A/m"]\nlists = [{ fields = ["5 A/m", "-5 A/m"], via = ["9 A/m", "7 A/m"] }]\n')
    assert [(step.field_a_per_m, step.via_a_per_m) for step in one.steps] == [(5.0, (9.0, 7.0)), (-5.0, (9.0, 7.0))]


def test_repeats_number_their_segments_on():
    one = loop(
        'approach = ["1 A/m"]\nrepeats = 3\nsegments = [{ from = "1 A/m", to = "-1 A/m", steps = 2 }, '
        '{ from = "-1 A/m", to = "1 A/m", steps = 2 }]\n'
    )
    assert one.segments == (0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    assert one.fields_a_per_m == (0.0, -1.0, 0.0, 1.0) * 3


ADAPTIVE = '[field.adaptive]\nfrom = "800 kA/m"\nto = "-800 kA/m"\nmin_step = "1 kA/m"\nmax_step = "100 kA/m"\n'


def seen(step, noise=0.0, index=0):
    way = 1.0 if step.segment == 1 else -1.0
    signal = math.tanh((step.field_a_per_m - way * 20e3) / 30e3) + noise
    return SimpleNamespace(index=index, set_field_a_per_m=step.field_a_per_m, x_v_rms=signal, u_x_v_rms=0.0025)


def walk(one, upto=10_000, seed=0):
    rng, course, points = np.random.default_rng(seed), one.course(), []
    while len(points) < upto and (planned := course.next()) is not None:
        index, step = planned
        assert index == len(points)
        points.append((step, seen(step, 0.0025 * rng.normal(), index)))
        course.saw(points[-1][1])
    return points


def test_the_walk_of_a_rule_is_that_of_its_points():
    one = loop(ADAPTIVE)
    assert isinstance(one.rule, AdaptiveLoop)
    whole = walk(one)
    for cut in (0, 1, 17, 18, 40, len(whole) - 1, len(whole)):
        course = one.course()
        for _, point in whole[:cut]:
            course.saw(point)
        planned = course.next()
        assert planned is None if cut == len(whole) else planned == (cut, whole[cut][0])
    assert len(whole) == pytest.approx(one.expected_points, rel=0.3)
    assert one.digest != replace(one, rule=AdaptiveLoop(replace(one.rule.wanted, tolerance=0.02))).digest


@pytest.mark.parametrize("every", [1, 2, 5])
def test_points_that_are_skipped_are_passed_over(every):
    """Also an end of a branch, also all of them; a second walk by the record comes to the same steps."""
    one = loop(ADAPTIVE)
    course, taken, count = one.course(), [], 0
    while (planned := course.next()) is not None:
        index, step = planned
        assert index == count
        count += 1
        assert count < 1000
        if index % every:
            taken.append((step, seen(step, index=index)))
            course.saw(taken[-1][1])
    again = one.course()
    for step, point in taken:
        planned = again.next()
        while planned[0] < point.index:
            planned = again.next()
        assert planned == (point.index, step)
        again.saw(point)
    assert {0, 1, 2} == {step.segment for step, _ in taken} or every == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_branch_is_never_crossed_backwards_whatever_the_noise(seed):
    fields = [(step.segment, step.field_a_per_m) for step, _ in walk(loop(ADAPTIVE), seed=seed)]
    for number, way in ((0, -1), (1, 1), (2, -1)):
        branch = [field for segment, field in fields if segment == number]
        assert all(way * (b - a) > 0.0 for a, b in pairwise(branch))
        assert branch[-1] == way * 800e3


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "field", "message"),
    [
        ("virgin", "", FIELD, "virgin: given nothing; allowed: a table [virgin]"),
        ("virgin", "[virgin]\n" + ALTERNATING.replace("20 A/m", "200 A/m") + 'largest = "9 A/m"\nsteps = 9\nlow_field = "9 A/m"',
         FIELD, 'an "end" smaller than "start"'),
        ("virgin", "[virgin]\n" + ALTERNATING + 'largest = "90 A/m"\nsteps = 6\nlow_field = "1 A/m"', FIELD,
         'a "low_field" with at least 4 points up to it; there are 1'),
        ("minor", '[minor]\nsaturation = "1 A/m"\nloops = [{ reversal = "2 A/m", return = "0 A/m", steps = 4 }]', FIELD,
         'loops that do not go beyond the "saturation" field'),
        ("remanence", '[remanence]\nsaturation = "9 A/m"\n', FIELD, '"irm", "dcd" or both'),
        ("remanence", '[remanence]\nsaturation = "9 A/m"\nirm = { fields = ["1 A/m"] }', FIELD, '"demagnetise" together with "irm"'),
        ("remanence", '[remanence]\nsaturation = "9 A/m"\ndcd = { fields = ["2 A/m", "1 A/m"] }', FIELD, "sizes of field that ascend"),
        ("forc", '[forc]\nsaturation = "9 A/m"\ncalibration = "3 A/m"\nhb1 = "-1 A/m"\nhb2 = "1 A/m"\nhc2 = "4 A/m"\nstep = "1 A/m"',
         FIELD, 'a "calibration" field from the end of the longest curve on'),
        ("demagnetise", '[demagnetise]\nstart = "9 A/m"\nend = "1 A/m"\n[measure]\nu_moment = "1e-9 A m2"', FIELD,
         'kind "demagnetise" does not use it'),
        ("loop", "", FIELD + ADAPTIVE.replace("[field", "repeats = 2\n[field"), "nothing beside [field.adaptive]"),
        ("nickel", "", FIELD + 'lists = [{ fields = ["1 A/m"] }]', 'kind "nickel" does not use it'),
        ("forc", "[forc]", FIELD + "repeats = 3", 'kind "forc" takes its fields from [forc]'),
        ("loop", "", FIELD + "lists = []", "field.lists (line 4): given []; allowed: at least one entry"),
        ("loop", "", FIELD + DENSE.replace(', dense_width = "5 A/m"', ""), '"dense_at" and "dense_width" together'),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(kind, table, field, message):
    assert message in faults(kind, table, field)
