"""result.json: its schema, its covariance, its way back."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from vsmdaq.record import covariance_matrix, load_result, result_from_json, result_to_json, save_result
from vsmdaq.terms import Component, Estimate, InputError, Result, ResultQuantity


def result() -> Result:
    saturation = Estimate(2e-6, "A m2", (Component("coupling", 6e-9), Component("noise", 8e-9, noise=True, dof=24.0)))
    magnetization = Estimate(3.8e3, "A/m", (Component("coupling", 12.0), Component("volume", -5.0)))
    quantities = {
        "saturation_moment": ResultQuantity(saturation, "moment at saturation"),
        "saturation_magnetization": ResultQuantity(magnetization, "moment by volume"),
        "exact": ResultQuantity(Estimate(1.0), "a number without uncertainty"),
    }
    return Result("loop", "ni-sphere", 200, 180.5, 0.9, ("coercive_field: not reached",), quantities)


def test_schema_is_that_of_the_design():
    content = result_to_json(result())
    assert list(content) == [
        "schema",
        "procedure",
        "sample",
        "points",
        "bench_time_s",
        "wall_time_s",
        "flags",
        "quantities",
        "covariance",
    ]
    quantity = content["quantities"]["saturation_moment"]
    assert list(quantity) == ["value", "u", "u_common", "u_noise", "dof", "unit", "definition", "budget"]
    # 6, 8, 10 is a Pythagorean triple; Welch-Satterthwaite: 10^4 / (8^4/24) = 58.59375
    assert quantity["u"] == pytest.approx(10e-9)
    assert (quantity["u_common"], quantity["u_noise"]) == (6e-9, 8e-9)
    assert quantity["dof"] == pytest.approx(58.59375)
    noise = quantity["budget"][1]
    assert {key: noise[key] for key in ("input", "contribution", "noise", "dof")} == {
        "input": "noise",
        "contribution": 8e-9,
        "noise": True,
        "dof": 24.0,
    }
    assert noise["share"] == pytest.approx(0.64)
    assert content["quantities"]["saturation_magnetization"]["dof"] is None
    assert content["quantities"]["exact"] | {"definition": ""} == {
        "value": 1.0,
        "u": 0.0,
        "u_common": 0.0,
        "u_noise": 0.0,
        "dof": None,
        "unit": "1",
        "definition": "",
        "budget": [],
    }
    json.dumps(content, allow_nan=False)


def test_covariance_comes_from_shared_inputs_with_their_signs():
    matrix = np.array(result_to_json(result())["covariance"]["matrix"])
    np.testing.assert_allclose(matrix[:2, :2], [[1e-16, 7.2e-8], [7.2e-8, 169.0]], rtol=1e-12)
    opposite = {"a": Estimate(1, "1", (Component("x", 3.0),)), "b": Estimate(1, "1", (Component("x", -2.0),))}
    assert covariance_matrix(opposite) == [[9.0, -6.0], [-6.0, 4.0]]


def test_covariance_agrees_with_monte_carlo():
    jacobian = np.array([[1.0, 0.5, 0.0], [0.0, -2.0, 1.0]])
    estimates = {
        name: Estimate(0.0, "1", tuple(Component(f"x{i}", c) for i, c in enumerate(row) if c))
        for name, row in zip("ab", jacobian, strict=True)
    }
    draws = jacobian @ np.random.default_rng(1).standard_normal((3, 200_000))
    np.testing.assert_allclose(covariance_matrix(estimates), np.cov(draws), atol=0.05)


def test_round_trip_through_the_file(tmp_path):
    content = save_result(tmp_path / "result.json", result())
    again = load_result(tmp_path / "result.json")
    assert again == result()
    assert result_to_json(again) == content
    assert math.isinf(again.quantities["saturation_magnetization"].estimate.dof)


def test_what_is_no_number_is_refused():
    bad = Result("loop", "s", 1, 0.0, 0.0, (), {"ms": ResultQuantity(Estimate(math.nan, "A/m"), "")})
    with pytest.raises(ValueError, match="ms is nan"):
        result_to_json(bad)
    with pytest.raises(ValueError, match="an input appears twice"):
        covariance_matrix({"a": Estimate(1.0, "1", (Component("x", 1.0), Component("x", 1.0)))})


@pytest.mark.parametrize("change", [{"schema": 2}, {"quantities": 3}, {"quantities": {"a": {}}}, {"bench_time_s": "x"}])
def test_other_shapes_are_refused_by_name(change):
    with pytest.raises(InputError, match=r"^here: 1 problem"):
        result_from_json(result_to_json(result()) | change, "here")
