"""Estimates as plain JSON values and back, exact to the last bit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from vsmdaq.terms import Component, Distribution, Estimate, InputError, Problem

__all__ = ["estimate_from_json", "estimate_to_json"]

_NUMBER = "a finite number"
_KEYS = ("name", "contribution", "noise", "dof", "distribution", "ensemble")
DISTRIBUTIONS: tuple[str, ...] = get_args(Distribution)


def estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    """Value, unit and components as dictionaries and lists; infinite degrees of freedom become null (JSON has no inf).

    Python writes the shortest decimal that reads back as the same float, so nothing is lost.
    """
    return {
        "value": estimate.value,
        "unit": estimate.unit,
        "components": [
            {
                "name": c.name,
                "contribution": c.contribution,
                "noise": c.noise,
                "dof": None if math.isinf(c.dof) else c.dof,
                "distribution": c.distribution,
                "ensemble": c.ensemble,
            }
            for c in estimate.components
        ],
    }


def estimate_from_json(data: object, *, source: str = "estimate") -> Estimate:
    """Read back what `estimate_to_json` gave.

    Parameters
    ----------
    data : object
        As the JSON parser gave it.
    source : str
        File (and key) for the error message.

    Raises
    ------
    InputError
        Everything that is missing, of the wrong type or not finite, all at once.
    """
    problems: list[Problem] = []
    top = _mapping(data, "", ("value", "unit", "components"), problems)
    value = _number(top, "value", "", problems)
    unit = _text(top, "unit", "", problems)
    components: list[Component] = []
    for index, item in enumerate(_items(top, problems)):
        where = f"components[{index}]"
        line = _mapping(item, where, _KEYS, problems)
        dof = math.inf if line.get("dof", 0.0) is None else _number(line, "dof", where, problems)
        if not dof > 0.0:
            problems.append(Problem(f"{where}.dof", repr(line.get("dof")), "a number above 0, or null for infinity"))
        noise = line.get("noise")
        if not isinstance(noise, bool):
            problems.append(Problem(f"{where}.noise", repr(noise), "true or false"))
        distribution = line.get("distribution", "normal")
        if distribution not in DISTRIBUTIONS:
            problems.append(Problem(f"{where}.distribution", repr(distribution), ", ".join(DISTRIBUTIONS)))
        ensemble = _text({"ensemble": "", **line}, "ensemble", where, problems)
        name = _text(line, "name", where, problems)
        contribution = _number(line, "contribution", where, problems)
        components.append(Component(name, contribution, noise is True, dof, distribution, ensemble))
    if problems:
        raise InputError(source, tuple(problems))
    return Estimate(value, unit, tuple(components))


def _mapping(data: object, where: str, keys: tuple[str, ...], problems: list[Problem]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        problems.append(Problem(where or "estimate", repr(data), f"an object with {', '.join(keys)}"))
        return {}
    found = cast("Mapping[str, Any]", data)
    problems += [
        Problem(f"{where}.{key}".lstrip("."), "an unknown key", ", ".join(keys)) for key in found if key not in keys
    ]
    return found


def _items(top: Mapping[str, Any], problems: list[Problem]) -> Sequence[object]:
    items = top.get("components")
    if not isinstance(items, list):
        problems.append(Problem("components", repr(items), "a list"))
        return ()
    return cast("list[object]", items)


def _number(data: Mapping[str, Any], key: str, where: str, problems: list[Problem]) -> float:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        problems.append(Problem(f"{where}.{key}".lstrip("."), repr(value), _NUMBER))
        return 1.0  # never used: a problem makes the reading fail
    return float(value)


def _text(data: Mapping[str, Any], key: str, where: str, problems: list[Problem]) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        problems.append(Problem(f"{where}.{key}".lstrip("."), repr(value), "text"))
        return ""
    return value
