"""result.json: what a run found, with budgets and the covariance that shared inputs cause."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vsmdaq.record.atomic import write_atomically
from vsmdaq.record.jsontext import as_mapping, finite_or_none, infinite_or_float, pretty_json, read_object
from vsmdaq.terms import Component, Estimate, InputError, Problem, Result, ResultQuantity

__all__ = ["RESULT_SCHEMA", "covariance_matrix", "load_result", "result_from_json", "result_to_json", "save_result"]

RESULT_SCHEMA = 1


def covariance_matrix(estimates: Mapping[str, Estimate]) -> list[list[float]]:
    """Return the covariance matrix of estimates, in the order of the mapping.

    Contributions of the same name are of the same input and add up with their signs (JCGM 100:2008, F.1.2).

    Returns
    -------
    matrix : list of list of float
        Element (i, j) in unit_i times unit_j; the diagonal holds u².

    Raises
    ------
    ValueError
        An estimate names an input twice: its u would not say what the matrix says.
    """
    contributions: list[dict[str, float]] = []
    for name, estimate in estimates.items():
        by_input = {component.name: component.contribution for component in estimate.components}
        if len(by_input) != len(estimate.components):
            raise ValueError(f"{name}: an input appears twice among its components")
        contributions.append(by_input)
    return [
        [math.fsum(first[name] * second[name] for name in first if name in second) for second in contributions]
        for first in contributions
    ]


def _quantity_to_json(name: str, quantity: ResultQuantity) -> dict[str, Any]:
    estimate = quantity.estimate
    if not (math.isfinite(estimate.value) and math.isfinite(estimate.u)):
        raise ValueError(f"{name} is {estimate.value} ± {estimate.u}: leave it out and say why in the flags")
    variance = estimate.u**2
    return {
        "value": float(estimate.value),
        "u": estimate.u,
        "u_common": estimate.u_common,
        "u_noise": estimate.u_noise,
        "dof": finite_or_none(estimate.dof),
        "unit": estimate.unit,
        "definition": quantity.definition,
        "budget": [
            {
                "input": component.name,
                "contribution": float(component.contribution),
                "share": component.contribution**2 / variance if variance > 0 else 0.0,
                "noise": component.noise,
                "dof": finite_or_none(component.dof),
                "distribution": component.distribution,
                **({"ensemble": component.ensemble} if component.ensemble else {}),
            }
            for component in estimate.components
        ],
    }


def result_to_json(result: Result) -> dict[str, Any]:
    """Return a result as the object that result.json and ``--json`` hold.

    Standard uncertainties (k = 1), SI units; infinite degrees of freedom are null.

    Raises
    ------
    ValueError
        A quantity is not finite, or names an input twice.
    """
    return {
        "schema": RESULT_SCHEMA,
        "procedure": result.procedure,
        "sample": result.sample,
        "points": result.points,
        "bench_time_s": result.bench_time_s,
        "wall_time_s": result.wall_time_s,
        "flags": list(result.flags),
        "quantities": {name: _quantity_to_json(name, quantity) for name, quantity in result.quantities.items()},
        "covariance": {
            "names": list(result.quantities),
            "matrix": covariance_matrix({name: quantity.estimate for name, quantity in result.quantities.items()}),
        },
    }


def _quantity_from_json(value: Mapping[str, Any]) -> ResultQuantity:
    components = tuple(
        Component(
            line["input"],
            float(line["contribution"]),
            bool(line["noise"]),
            infinite_or_float(line["dof"]),
            line.get("distribution", "normal"),  # results written before it was kept
            line.get("ensemble", ""),
        )
        for line in value["budget"]
    )
    return ResultQuantity(Estimate(float(value["value"]), value["unit"], components), value["definition"])


def result_from_json(content: Mapping[str, Any], source: str = "result.json") -> Result:
    """Return the result that `content` describes.

    Parameters
    ----------
    content : mapping
        What `result_to_json` returned.
    source : str
        Where it comes from, for messages.

    Raises
    ------
    InputError
        It has another schema or shape.
    """
    if content.get("schema") != RESULT_SCHEMA:
        problem = Problem("schema", repr(content.get("schema")), str(RESULT_SCHEMA), "Another version wrote it.")
        raise InputError(source, (problem,))
    try:
        quantities = as_mapping(content["quantities"], "quantities")
        return Result(
            procedure=content["procedure"],
            sample=content["sample"],
            points=content["points"],
            bench_time_s=float(content["bench_time_s"]),
            wall_time_s=float(content["wall_time_s"]),
            flags=tuple(content["flags"]),
            quantities={name: _quantity_from_json(as_mapping(item, name)) for name, item in quantities.items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        problem = Problem("content", f"{type(error).__name__}: {error}", "a result as vsmdaq writes it")
        raise InputError(source, (problem,)) from error


def save_result(path: Path, result: Result) -> dict[str, Any]:
    """Write result.json, whole or not at all; return what was written. Raises ValueError as `result_to_json`."""
    content = result_to_json(result)
    write_atomically(path, pretty_json(content))
    return content


def load_result(path: Path) -> Result:
    """Read a result.json. Raises InputError where it is missing or none."""
    return result_from_json(read_object(path, "a result"), str(path))
