"""A calibration as JSON: values with components and covariance, a digest over everything; what was edited is refused.

Schema 2 is written. Schema 1 (one run, no labels, no expiry, no covariance) is still read, its digest checked as it was written.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from vsmdaq.record.jsontext import as_mapping, canonical_json, finite_or_none, infinite_or_float
from vsmdaq.record.results import covariance_matrix
from vsmdaq.terms import Artefact, Component, Estimate, InputError, Problem
from vsmdaq.terms.quantity import Distribution

__all__ = ["ARTEFACT_SCHEMA", "artefact_digest", "artefact_from_json", "artefact_to_json"]

ARTEFACT_SCHEMA = 2
_BEFORE = 1

AGREE = 1e-9
"""Share of u_i u_j by which an element of the covariance may differ from what the components give."""

_MANY = 100
"""Beyond so many values the rows of tables are left out of the covariance, whose elements are as many as their square."""
_ROW = re.compile(r"\.\d+(\.|$)")

EDITED = "It was edited by hand or damaged: calibrate again, or reduce its run again."


def _estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    components = [
        {
            "input": c.name,
            "contribution": float(c.contribution),
            "noise": c.noise,
            "dof": finite_or_none(c.dof),
            "distribution": c.distribution,
            "ensemble": c.ensemble,
        }
        for c in estimate.components
    ]
    return {"value": float(estimate.value), "unit": estimate.unit, "u": estimate.u, "components": components}


def _covariance(values: Mapping[str, Estimate]) -> dict[str, Any]:
    """Covariance for readers: of all values, or of those that are no rows of a table where they are many."""
    shown = dict(values) if len(values) <= _MANY else {n: e for n, e in values.items() if not _ROW.search(n)}
    return {"names": list(shown), "matrix": covariance_matrix(shown)}


def _body(artefact: Artefact) -> dict[str, Any]:
    return {
        "schema": ARTEFACT_SCHEMA,
        "kind": artefact.kind,
        "created_utc": artefact.created_utc,
        "expires_utc": artefact.expires_utc,
        "bench": artefact.bench,
        "labels": dict(artefact.labels),
        "conditions": {name: float(value) for name, value in artefact.conditions.items()},
        "values": {name: _estimate_to_json(estimate) for name, estimate in artefact.values.items()},
        "covariance": _covariance(artefact.values),
        "reference": artefact.reference,
        "runs": [{"run_id": run_id, "raw_sha256": sha256} for run_id, sha256 in artefact.runs],
        "flags": list(artefact.flags),
    }


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()


def artefact_digest(artefact: Artefact) -> str:
    """SHA-256 (hex) of everything in `artefact` but its digest, as schema 2 writes it.

    Raises
    ------
    ValueError
        A number is not finite, or an estimate names an input twice.
    """
    return _digest(_body(artefact))


def artefact_to_json(artefact: Artefact) -> dict[str, Any]:
    """Return the object that the file holds, digest included. Raises ValueError as `artefact_digest`."""
    body = _body(artefact)
    return body | {"digest": _digest(body)}


def artefact_from_json(content: Mapping[str, Any], source: str) -> Artefact:
    """Return the calibration that `content` describes, its digest verified.

    The digest of what is returned is that of schema 2, whatever `content` was: equal calibrations have equal digests.

    Parameters
    ----------
    content : mapping
        What `artefact_to_json` returned, now or in an earlier version.
    source : str
        Where it comes from, for messages.

    Raises
    ------
    InputError
        It is no calibration, it is not as it was written, or its covariance is not that of its components.
    """
    body = {key: value for key, value in content.items() if key != "digest"}
    schema = body.get("schema")
    if schema not in (_BEFORE, ARTEFACT_SCHEMA):
        allowed = f"{_BEFORE} or {ARTEFACT_SCHEMA}"
        raise InputError(
            source, (Problem("schema", repr(schema), allowed, "It is no calibration that this version knows."),)
        )
    try:
        found = _digest(body)
        if content.get("digest") != found:
            given = repr(content.get("digest"))
            raise InputError(source, (Problem("digest", given, f"{found!r}, the SHA-256 of the content", EDITED),))
        artefact = _artefact(body)
        written = artefact_to_json(artefact)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        problem = Problem("content", f"{type(error).__name__}: {error}", "a calibration as vsmdaq writes it")
        raise InputError(source, (problem,)) from error
    if schema == ARTEFACT_SCHEMA and (differs := _disagreement(body.get("covariance"), written["covariance"])):
        raise InputError(source, (differs,))
    return replace(artefact, digest=written["digest"])


def _artefact(body: Mapping[str, Any]) -> Artefact:
    """Raises TypeError, ValueError or KeyError where something is missing or not what it must be."""
    values = as_mapping(body["values"], "values")
    conditions = as_mapping(body["conditions"], "conditions")
    labels = as_mapping(body.get("labels", {}), "labels")
    runs = body["runs"] if body["schema"] == ARTEFACT_SCHEMA else [body]
    artefact = Artefact(
        kind=_text(body, "kind"),
        created_utc=_text(body, "created_utc"),
        bench=_text(body, "bench"),
        conditions={name: float(value) for name, value in conditions.items()},
        values={name: _estimate_from_json(as_mapping(item, name)) for name, item in values.items()},
        reference=_text(body, "reference"),
        runs=tuple((_text(as_mapping(run, "runs"), "run_id"), _text(run, "raw_sha256")) for run in runs),
        labels={name: _text(labels, name) for name in labels},
        expires_utc=_text(body, "expires_utc", ""),
        flags=tuple(str(flag) for flag in body.get("flags", ())),
    )
    _ = artefact.created, artefact.expires  # ValueError where one of them is no date
    return artefact


def _text(mapping: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = mapping[key] if default is None else mapping.get(key, default)
    if not isinstance(value, str):
        raise TypeError(f"{key} is a {type(value).__name__}, not a text")
    return value


def _distribution(name: str) -> Distribution:
    if name not in get_args(Distribution):
        raise ValueError(f"no distribution {name!r}: {', '.join(get_args(Distribution))}")
    return cast("Distribution", name)


def _estimate_from_json(value: Mapping[str, Any]) -> Estimate:
    components = tuple(
        Component(
            _text(line, "input"),
            float(line["contribution"]),
            bool(line["noise"]),
            infinite_or_float(line["dof"]),
            _distribution(_text(line, "distribution", "normal")),
            _text(line, "ensemble", ""),
        )
        for line in value["components"]
    )
    estimate = Estimate(float(value["value"]), _text(value, "unit"), components)
    if not math.isclose(float(value["u"]), estimate.u, rel_tol=AGREE):
        raise ValueError(f"u = {value['u']!r} where the components give {estimate.u!r}")
    return estimate


def _disagreement(given: object, worked_out: Mapping[str, Any]) -> Problem | None:
    """What of a covariance does not agree with what the components give; they are the truth."""
    names, matrix = worked_out["names"], worked_out["matrix"]
    there = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    if there.get("names") != names:
        return Problem("covariance names", repr(there.get("names")), f"{names!r}, names of values", EDITED)
    rows = there.get("matrix")
    if not _is_square(rows, len(names)):
        return Problem("covariance matrix", "no numbers, or not square", f"{len(names)} rows of as many", EDITED)
    for i, row in enumerate(cast("Sequence[Sequence[float]]", rows)):
        for j, element in enumerate(row):
            scale = math.sqrt(matrix[i][i]) * math.sqrt(matrix[j][j])
            if abs(element - matrix[i][j]) > AGREE * scale:
                where = f"covariance of {names[i]} and {names[j]}"
                return Problem(where, f"{element:.12g}", f"{matrix[i][j]:.12g}, as the components give", EDITED)
    return None


def _is_square(rows: object, size: int) -> bool:
    return (
        isinstance(rows, list)
        and len(rows) == size
        and all(isinstance(row, list) and len(row) == size for row in rows)
        and all(isinstance(x, int | float) and not isinstance(x, bool) for row in rows for x in row)
    )
