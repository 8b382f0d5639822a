"""JSON as it is kept: readable on disk, canonical where it is hashed, strict when it is read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from vsmdaq.terms import InputError, Problem

__all__ = [
    "as_mapping",
    "canonical_json",
    "finite_or_none",
    "infinite_or_float",
    "parse_object",
    "pretty_json",
    "read_object",
]


def canonical_json(value: object) -> bytes:
    """UTF-8 of `value` with sorted keys and no spaces: equal values have equal bytes.

    Raises
    ------
    ValueError
        A number is nan or infinite: JSON has no word for it.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def pretty_json(value: object) -> str:
    """`value` for people, keys in their own order, one newline at the end. Raises ValueError for nan and infinity."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond all bounds")
    return value


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Read one JSON object. Raises ValueError for anything else, nan and infinity among it."""
    try:
        value: object = json.loads(text, parse_float=_finite, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("this is no JSON that anybody wrote: brackets in brackets without end") from error
    if not isinstance(value, dict):
        raise TypeError(f"a JSON object is wanted, this is a {type(value).__name__}")
    return cast("dict[str, Any]", value)


def read_object(path: Path, what: str) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it should be, for the message: ``"a calibration"``.

    Raises
    ------
    InputError
        There is no such file, or it is no JSON object.
    """
    try:
        return parse_object(path.read_bytes())
    except OSError as error:
        problem = Problem("file", str(error.strerror), f"{what} (a JSON file)", "Check the path.")
    except (ValueError, TypeError) as error:
        problem = Problem("file", str(error), f"{what} (one JSON object)", "It is damaged or something else.")
    raise InputError(str(path), (problem,))


def finite_or_none(number: float) -> float | None:
    """Degrees of freedom for JSON: infinite ones are null."""
    return None if math.isinf(number) else float(number)


def infinite_or_float(number: object) -> float:
    """Degrees of freedom from JSON: null is infinite."""
    return math.inf if number is None else float(cast("float", number))


def as_mapping(value: object, where: str) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object; TypeError names `where` otherwise."""
    if not isinstance(value, dict):
        raise TypeError(f"{where} is a {type(value).__name__}, not an object")
    return cast("Mapping[str, Any]", value)
