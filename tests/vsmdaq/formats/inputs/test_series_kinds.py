"""Tables [relaxation], [temperature], [centring], [amplitude]: what they mean, and what is refused."""

import math
from pathlib import Path

import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.terms import InputError

HEAD = 'kind = "{}"\nsample = "s.toml"\n[field]\nrate = "10 A/s"\n[{}]\n'
RELAXATION = 'saturate = "800 kA/m"\nfields = ["-20 kA/m"]\n'
TEMPERATURE = 'way = "controlled"\nfields = ["400 kA/m"]\ntemperatures = ["300 K", "27 °C", "320 K"]\n'
CENTRING = 'field = "400 kA/m"\nstage = "manual"\nx = { half_range = "2 mm" }\n'
AMPLITUDE = 'field = "400 kA/m"\ndrive = "1 V"\namplitudes = ["1 mm", "0.2 mm", "0.4 mm", "0.6 mm", "0.8 mm"]\n'


def parse(kind, body):
    return parse_procedure(HEAD.format(kind, kind) + body, Path("p.toml"))


def test_times_evenly_in_their_logarithm():
    plan = plan_of(parse("relaxation", RELAXATION + 'duration = "100 s"\npoints = 5'))
    assert [step.field_a_per_m for step in plan.steps] == [800e3, *[-20e3] * 5]
    assert [step.segment for step in plan.steps] == [0, 1, 1, 1, 1, 1]
    assert [step.after_s for step in plan.steps] == pytest.approx([10.0, 1.0, math.sqrt(10.0), 10.0, 10.0**1.5, 100.0])


def test_times_evenly_and_as_listed():
    body = RELAXATION + 'first = "2 s"\nduration = "10 s"\npoints = 5\nspacing = "linear"'
    assert [s.after_s for s in plan_of(parse("relaxation", body)).steps[1:]] == pytest.approx([2, 4, 6, 8, 10])
    body = RELAXATION + 'times = ["1 s", "2 s", "5 s", "1 min"]'
    assert [s.after_s for s in plan_of(parse("relaxation", body)).steps[1:]] == [1.0, 2.0, 5.0, 60.0]


def test_temperatures_are_a_knob_and_drift_is_time():
    plan = plan_of(parse("temperature", TEMPERATURE + 'saturate = "800 kA/m"'))
    assert [(s.knob, s.setting) for s in plan.steps] == [
        ("temperature_k", 300.0),
        ("temperature_k", 300.15),
        ("temperature_k", 320.0),
    ]
    assert [s.via_a_per_m for s in plan.steps] == [(800e3,), (), ()]
    body = 'way = "drift"\nfields = ["1 kA/m", "2 kA/m"]\ninterval = "10 s"\nduration = "20 s"'
    plan = plan_of(parse("temperature", body))
    assert [(s.segment, s.after_s) for s in plan.steps] == [(0, 0), (0, 10), (0, 20), (1, 0), (1, 10), (1, 20)]


def test_a_scan_is_placed_while_the_run_goes_on():
    plan = plan_of(parse("centring", CENTRING + 'y = { half_range = "1 mm", start = "3 mm" }\npoints = 5'))
    assert plan.approach_a_per_m == (400e3,)
    assert plan.expected_points == 12
    course = plan.course()
    first = [course.next() for _ in range(5)]
    assert [step.setting for _, step in first] == pytest.approx([-2e-3, -1e-3, 0.0, 1e-3, 2e-3])


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("relaxation", RELAXATION, 'either "times", or "duration"'),
        ("relaxation", RELAXATION + 'times = ["1 s", "3 s", "2 s", "4 s"]', '"times" that ascend'),
        ("relaxation", RELAXATION + 'duration = "0.5 s"', 'a "duration" longer than "first"'),
        ("relaxation", RELAXATION + 'duration = "100 s"\nfit_from = "90 s"', 'at least 4 times from "fit_from"'),
        ("relaxation", RELAXATION + 'duration = "100 s"\nsaturate_ = 1', "an unknown key"),
        ("temperature", TEMPERATURE + 'interval = "1 s"', 'way = "controlled" without interval'),
        ("temperature", TEMPERATURE.replace("controlled", "drift"), 'way = "drift" with interval and duration'),
        ("temperature", TEMPERATURE.replace("controlled", "operator") + 'rate = "1 K/min"', "without rate"),
        ("temperature", TEMPERATURE + 'tolerance = "0.1 °C"', "with its unit (K, mK)"),
        ("temperature", TEMPERATURE + 'dwell = "2 h"', 'a "timeout" longer than "dwell"'),
        ("centring", CENTRING.splitlines()[0] + '\nstage = "manual"', 'one or more of "x", "y" and "z"'),
        ("centring", CENTRING + "points = 4", "greater than or equal to 5"),
        ("amplitude", AMPLITUDE.replace('"0.8 mm"', '"0.6 mm"'), "at least 5 different"),
        ("amplitude", AMPLITUDE.replace('"1 V"', '"1 A"'), '"A" is a unit of current'),
        ("amplitude", AMPLITUDE + '[measure]\nu_moment = "1 emu"', 'kind "amplitude" does not use it'),
    ],
)
def test_what_cannot_be_meant_is_refused(kind, body, said):
    with pytest.raises(InputError) as refused:
        parse(kind, body)
    assert said in str(refused.value)
