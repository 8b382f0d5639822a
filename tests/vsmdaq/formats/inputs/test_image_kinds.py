"""Tables [image] and [third-harmonic]: what they mean, and what is refused."""

from pathlib import Path

import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.terms import InputError

HEAD = 'kind = "{}"\nsample = "s.toml"\n[field]\nrate = "10 A/s"\n[{}]\n'
FIELDS = 'fields = ["300 kA/m", "0.1 MA/m", "200 kA/m"]\n'


def parse(kind, body):
    return parse_procedure(HEAD.format(kind, kind) + body, Path("p.toml"))


def walk(kind, body):
    plan = plan_of(parse(kind, body))
    return plan.approach_a_per_m, [round(step.field_a_per_m / 1e3) for step in plan.steps]


def test_all_fields_at_both_polarities_down_and_up():
    approach, fields = walk("image", FIELDS)
    assert approach == (300e3,)
    assert fields == [300, 200, 100, -100, -200, -300, -200, -100, 100, 200, 300]


def test_repeated_it_goes_on_where_it_was():
    _, fields = walk("image", FIELDS + "repeats = 2")
    assert fields[11:] == [200, 100, -100, -200, -300, -200, -100, 100, 200, 300]


def test_zero_is_measured_once_on_each_way():
    _, fields = walk("image", 'fields = ["0 A/m", "100 kA/m", "200 kA/m"]')
    assert fields == [200, 100, 0, -100, -200, -100, 0, 100, 200]


def test_the_reference_is_the_smallest_field_or_what_is_said():
    assert parse("image", FIELDS).details.reference_a_per_m == 100e3
    details = parse("image", FIELDS + 'reference = "0.2 MA/m"').details
    assert (details.fields_a_per_m, details.reference_a_per_m) == ((100e3, 200e3, 300e3), 200e3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('fields = ["300 kA/m", "400 kA/m"]', "image.fields"),
        (
            'fields = ["300 kA/m", "-400 kA/m", "500 kA/m"]',
            '"fields" of 0 or more: each is measured at both polarities',
        ),
        ('fields = ["300 kA/m", "300 kA/m", "500 kA/m"]', '"fields" that all differ'),
        (FIELDS + 'reference = "250 kA/m"', 'a "reference" that is one of the "fields"'),
    ],
)
def test_what_an_image_run_refuses(body, said):
    with pytest.raises(InputError) as caught:
        parse("image", body)
    assert said in str(caught.value)


def test_harmonics_in_turn_at_both_polarities():
    plan = plan_of(parse("third-harmonic", 'field = "400 kA/m"'))
    assert [(s.field_a_per_m, s.segment, s.knob, s.setting) for s in plan.steps[:4]] == [
        (400e3, 0, "harmonic", 1.0),
        (400e3, 0, "harmonic", 3.0),
        (-400e3, 1, "harmonic", 3.0),
        (-400e3, 1, "harmonic", 1.0),
    ]
    assert len(plan.steps) == 8


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "field"),
        ('field = "400 kA/m"\nown_phase = "10°"', '"own" beside "own_phase"'),
        ('field = "400 kA/m"\nown = "-1 µm"', 'an amplitude "own" of 0 or more'),
    ],
)
def test_what_a_third_harmonic_run_refuses(body, said):
    with pytest.raises(InputError) as caught:
        parse("third-harmonic", body)
    assert said in str(caught.value)
