"""Calibrations on disk: dated, found by kind, and recognised when somebody has edited them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vsmdaq.record.atomic import make_folder, write_atomically
from vsmdaq.record.jsontext import (
    as_mapping,
    canonical_json,
    finite_or_none,
    infinite_or_float,
    pretty_json,
    read_object,
)
from vsmdaq.terms import Artefact, Component, Estimate, InputError, Problem

__all__ = [
    "artefact_digest",
    "artefact_from_json",
    "artefact_to_json",
    "find_artefacts",
    "latest_artefact",
    "load_artefact",
    "save_artefact",
]

_SCHEMA = 1


def _estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    components = [
        {"input": c.name, "contribution": float(c.contribution), "noise": c.noise, "dof": finite_or_none(c.dof)}
        for c in estimate.components
    ]
    return {"value": float(estimate.value), "unit": estimate.unit, "u": estimate.u, "components": components}


def _body(artefact: Artefact) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "kind": artefact.kind,
        "created_utc": artefact.created_utc,
        "bench": artefact.bench,
        "conditions": {name: float(value) for name, value in artefact.conditions.items()},
        "values": {name: _estimate_to_json(estimate) for name, estimate in artefact.values.items()},
        "reference": artefact.reference,
        "run_id": artefact.run_id,
        "raw_sha256": artefact.raw_sha256,
    }


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()


def artefact_digest(artefact: Artefact) -> str:
    """SHA-256 (hex) of everything in `artefact` but its digest. Raises ValueError where a number is not finite."""
    return _digest(_body(artefact))


def artefact_to_json(artefact: Artefact) -> dict[str, Any]:
    """Return the object that the file holds, digest included. Raises ValueError where a number is not finite."""
    body = _body(artefact)
    return body | {"digest": _digest(body)}


def _created(text: str) -> datetime:
    """Date of an artefact in UTC; without an offset it is UTC already."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def save_artefact(folder: Path, artefact: Artefact) -> Path:
    """Write ``<date>-<kind>.json`` into `folder`; a second one of the same day becomes ``<date>-<kind>-2.json``.

    Parameters
    ----------
    folder : Path
        The bench's calibrations; made where it does not exist.
    artefact : Artefact
        What to keep; its digest is worked out here.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    ValueError
        `created_utc` is no ISO 8601 date, or a number is not finite.
    """
    content = pretty_json(artefact_to_json(artefact))
    stem = f"{_created(artefact.created_utc):%Y-%m-%d}-{artefact.kind}"
    make_folder(folder)
    number = 1
    while (path := folder / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")).exists():
        number += 1
    write_atomically(path, content)
    return path


def _estimate_from_json(value: Mapping[str, Any]) -> Estimate:
    components = tuple(
        Component(line["input"], float(line["contribution"]), bool(line["noise"]), infinite_or_float(line["dof"]))
        for line in value["components"]
    )
    return Estimate(float(value["value"]), value["unit"], components)


def artefact_from_json(content: Mapping[str, Any], source: str) -> Artefact:
    """Return the calibration that `content` describes, its digest verified.

    Parameters
    ----------
    content : mapping
        What `artefact_to_json` returned.
    source : str
        Where it comes from, for messages.

    Raises
    ------
    InputError
        It is no calibration, or it is not as it was written.
    """
    body = {key: value for key, value in content.items() if key != "digest"}
    if body.get("schema") != _SCHEMA:
        problem = Problem("schema", repr(body.get("schema")), str(_SCHEMA), "It is no calibration of this version.")
        raise InputError(source, (problem,))
    found = _digest(body)
    if content.get("digest") != found:
        advice = "It was edited by hand or damaged: calibrate again, or reduce its run again."
        given = repr(content.get("digest"))
        raise InputError(source, (Problem("digest", given, f"{found!r}, the SHA-256 of the content", advice),))
    try:
        values = as_mapping(body["values"], "values")
        return Artefact(
            kind=body["kind"],
            created_utc=body["created_utc"],
            bench=body["bench"],
            conditions=as_mapping(body["conditions"], "conditions"),
            values={name: _estimate_from_json(as_mapping(item, name)) for name, item in values.items()},
            reference=body["reference"],
            run_id=body["run_id"],
            raw_sha256=body["raw_sha256"],
            digest=found,
        )
    except (KeyError, TypeError, ValueError) as error:
        problem = Problem("content", f"{type(error).__name__}: {error}", "a calibration as vsmdaq writes it")
        raise InputError(source, (problem,)) from error


def load_artefact(path: Path) -> Artefact:
    """Read a calibration and verify its digest.

    Raises
    ------
    InputError
        There is no such file, it is no calibration, or it is not as it was written.
    """
    return artefact_from_json(read_object(path, "a calibration"), str(path))


def find_artefacts(folders: Iterable[Path], kind: str) -> tuple[tuple[Path, Artefact], ...]:
    """Return all calibrations of a kind, the first written first (by date, then number in the name).

    A folder that does not exist holds none: a new bench has not been calibrated yet.

    Raises
    ------
    InputError
        One of them is not as it was written. It is named rather than passed over for an older one.
    """
    name = re.compile(rf"\d{{4}}-\d\d-\d\d-{re.escape(kind)}(?:-(\d+))?\.json")
    found: list[tuple[str, int, Path, Artefact]] = []
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if match := name.fullmatch(path.name):
                artefact = load_artefact(path)
                found.append((path.name[:10], int(match[1] or 1), path, artefact))
    found.sort(key=lambda item: item[:2])
    return tuple((path, artefact) for _, _, path, artefact in found)


def latest_artefact(folders: Iterable[Path], kind: str) -> Artefact | None:
    """Return the youngest calibration of a kind, None where there is none. Raises InputError as `find_artefacts`."""
    found = find_artefacts(folders, kind)
    return found[-1][1] if found else None
