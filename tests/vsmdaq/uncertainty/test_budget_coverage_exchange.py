"""Oracles: the t table of JCGM 100:2008 (G.2), shares by hand, JSON's own round trip."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.terms import Component, Estimate, InputError
from vsmdaq.uncertainty import (
    budget,
    budget_to_json,
    coverage_factor,
    estimate_from_json,
    estimate_to_json,
    expanded_uncertainty,
)


@pytest.mark.parametrize(
    ("dof", "probability", "expected"),
    [(1, 0.95, 12.71), (2, 0.95, 4.30), (10, 0.95, 2.23), (50, 0.95, 2.01), (5, 0.9545, 2.65), (16, 0.99, 2.92)],
)
def test_t_table_of_the_gum(dof, probability, expected):
    assert coverage_factor(dof, probability) == pytest.approx(expected, abs=0.005)


def test_normal_limit():
    assert coverage_factor(math.inf) == pytest.approx(1.959964, abs=1e-6)
    assert coverage_factor(1e9) == pytest.approx(1.959964, abs=1e-6)
    assert expanded_uncertainty(Estimate(1.0, "1", (Component("a", 0.5),))) == pytest.approx(0.979982, abs=1e-6)


@pytest.mark.parametrize(("dof", "probability"), [(0.0, 0.95), (math.nan, 0.95), (5.0, 1.0)])
def test_no_interval_without_freedom(dof, probability):
    with pytest.raises(ValueError, match="allowed: more than 0, and between 0 and 1"):
        coverage_factor(dof, probability)


def test_budget_is_sorted_and_adds_up():
    # shares of 3^2, 12^2 and 4^2 in 13^2
    estimate = Estimate(1.0, "1", (Component("a", 3.0), Component("b", -12.0, dof=4), Component("c", 4.0, noise=True)))
    lines = budget(estimate)
    assert [(line.input, line.contribution) for line in lines] == [("b", -12.0), ("c", 4.0), ("a", 3.0)]
    assert [line.share for line in lines] == pytest.approx([144 / 169, 16 / 169, 9 / 169])
    assert [line.noise for line in lines] == [False, True, False]
    json.dumps(budget_to_json(lines), allow_nan=False)
    assert budget_to_json(lines)[0]["dof"] == 4
    assert budget_to_json(lines)[1]["dof"] is None


def test_noise_of_one_origin_is_one_line():
    noise = [Component(name, 3.0, noise=True, dof=8) for name in ("x[4]", "x[11]", "x#1", "x#2")]
    lines = budget(Estimate(1.0, "1", (*noise, Component("part #2", 1.0))))
    assert [(line.input, line.contribution) for line in lines] == [("x", 6.0), ("part #2", 1.0)]
    assert lines[0].dof == pytest.approx(32.0)  # Welch-Satterthwaite of four equal parts


def test_budget_of_a_certain_value():
    assert budget(Estimate(1.0)) == ()
    assert budget(Estimate(1.0, "1", (Component("a", 0.0),)))[0].share == 0.0


_float = st.floats(allow_nan=False, allow_infinity=False)
_component = st.builds(Component, st.text(), _float, st.booleans(), st.floats(0.0, exclude_min=True, allow_nan=False))


@given(estimate=st.builds(Estimate, _float, st.text(), st.lists(_component, max_size=5).map(tuple)))
def test_json_round_trip_is_exact(estimate):
    text = json.dumps(estimate_to_json(estimate), allow_nan=False)
    assert estimate_from_json(json.loads(text)) == estimate


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "1"}, "value: given '1'; allowed: a finite number"),
        ({"value": True}, "value: given True"),
        ({"value": math.nan}, "value: given nan"),
        ({"unit": 3}, "unit: given 3; allowed: text"),
        ({"components": None}, "components: given None; allowed: a list"),
        ({"components": [3]}, r"components\[0\]: given 3; allowed: an object with name, contribution"),
        ({"extra": 1}, "extra: given an unknown key; allowed: value, unit, components"),
        (
            {"components": [{"name": "a", "contribution": 1.0, "noise": 1, "dof": 0}]},
            r"2 problems\n.*components\[0\].dof: given 0; allowed: a number above 0.*\n.*noise: given 1; allowed: true",
        ),
        ({"components": [{"name": "a", "contribution": 1.0, "noise": True}]}, r"components\[0\].dof: given None"),
    ],
)
def test_what_is_no_estimate_is_refused(change, message):
    good = {"value": 1.0, "unit": "1", "components": []}
    with pytest.raises(InputError, match=message):
        estimate_from_json(good | change, source="calibration.json")
