"""monte_carlo.json: what Monte Carlo says of a run's result, beside what linear propagation says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vsmdaq.record.atomic import write_atomically
from vsmdaq.record.jsontext import finite_or_none, pretty_json
from vsmdaq.reduce.monte_carlo import MonteCarloCheck, QuantityCheck

__all__ = ["MONTE_CARLO_SCHEMA", "monte_carlo_to_json", "save_monte_carlo"]

MONTE_CARLO_SCHEMA = 1

_RULE = (
    "JCGM 101:2008, clause 8: validated where both ends of the 95 % intervals differ by no more than the numerical tolerance "
    "of u to one significant digit; not validated where one differs by more than the tolerance and three standard errors"
)


def monte_carlo_to_json(check: MonteCarloCheck, made_from: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Monte Carlo check as the object that monte_carlo.json holds; `made_from` says of what (run, hashes)."""
    return {
        "schema": MONTE_CARLO_SCHEMA,
        "kind": "monte_carlo",
        "draws": check.draws,
        "seed": check.seed,
        "made_from": dict(made_from),
        "rule": _RULE,
        "quantities": {name: _quantity(item) for name, item in check.quantities.items()},
        "covariance": {
            "names": list(check.quantities) if check.covariance.size else [],
            "matrix": check.covariance.tolist(),
        },
        "not_compared": list(check.not_compared),
        "first_order_only": list(check.first_order),
        "draws_without_result": dict(check.failures),
    }


def _quantity(item: QuantityCheck) -> dict[str, Any]:
    body: dict[str, Any] = {"verdict": item.verdict, "draws_without_it": item.lacking}
    found = item.comparison
    if found is None:
        return body
    return body | {
        "unit": found.linear.unit,
        "mean": found.drawn.mean,
        "u": found.drawn.u,
        "interval95": list(found.drawn.interval95),
        "u_interval95": list(found.u_differences),
        "shortest95": list(found.drawn.shortest95),
        "linear": {
            "value": found.linear.value,
            "u": found.linear.u,
            "dof": finite_or_none(found.linear.dof),
            "interval95": list(found.interval95),
        },
        "tolerance": found.tolerance,
        "differences": list(found.differences),
    }


def save_monte_carlo(path: Path, check: MonteCarloCheck, made_from: Mapping[str, Any]) -> dict[str, Any]:
    """Write monte_carlo.json, whole or not at all; return what was written. Raises ValueError where a number is not finite."""
    content = monte_carlo_to_json(check, made_from)
    write_atomically(path, pretty_json(content))
    return content
