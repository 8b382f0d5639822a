"""From a TOML text to a validated model, or to one error that names everything that is wrong with it."""

from __future__ import annotations

import difflib
import json
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from vsmdaq.terms import InputError, Problem

__all__ = ["Table", "read_text", "read_toml", "validate"]

M = TypeVar("M", bound=BaseModel)

LONGEST = 80


class Table(BaseModel):
    """Base of all tables of a file: strict types, no unknown key, no nan or infinity."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, arbitrary_types_allowed=True
    )


def read_text(path: Path, what: str) -> str:
    """Read a file of the user's.

    Raises
    ------
    InputError
        It is not there (says what is), is a folder, or is no UTF-8 text.
    """
    if not path.is_file():
        folder = path.parent
        near = (
            sorted(entry.name for entry in folder.iterdir() if entry.suffix == path.suffix) if folder.is_dir() else []
        )
        given = "a folder" if path.is_dir() else "nothing there"
        there = f"In {folder} there is: {', '.join(near)}." if near else ""
        raise InputError(str(path), (Problem("file", given, f"a {what} (TOML)", there),))
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        problem = Problem(f"byte {error.start}", "bytes that are no UTF-8", "UTF-8 text", "Save the file as UTF-8.")
        raise InputError(str(path), (problem,)) from error


def read_toml(text: str, source: Path) -> dict[str, Any]:
    """Parse TOML; raises InputError naming line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(str(source), (Problem("TOML", str(error), "valid TOML"),)) from error


def validate(model: type[M], content: Mapping[str, Any], source: Path) -> M:
    """Validate the content of a file.

    Raises
    ------
    InputError
        Every mistake with its key, what was given, what is allowed and what to do.
    """
    try:
        return model.model_validate(dict(content))
    except ValidationError as error:
        problems = tuple(_problem(details, model) for details in error.errors(include_url=False))
        raise InputError(str(source), problems) from error


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    where = ".".join(str(part) for part in details["loc"]) or "file"
    context: dict[str, Any] = details.get("ctx") or {}
    match details["type"]:
        case "quantity_text":
            return Problem(where, str(context["given"]), str(context["allowed"]), str(context["advice"]))
        case "extra_forbidden":
            return _unknown_key(where, details, model)
        case "missing":
            return Problem(where, "nothing", "this key is needed")
        case "literal_error":
            return Problem(where, _shown(details["input"]), str(context["expected"]))
        case _:
            return Problem(where, _shown(details["input"]), _plain(details["msg"]))


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input should be ")
    return text[0].lower() + text[1:] if text else text


def _unknown_key(where: str, details: ErrorDetails, model: type[BaseModel]) -> Problem:
    allowed = _keys_at(model, details["loc"][:-1])
    close = difflib.get_close_matches(str(details["loc"][-1]), allowed, n=1)
    advice = f"Did you mean {close[0]!r}?" if close else ""
    return Problem(where, f"an unknown key (with {_shown(details['input'])})", ", ".join(allowed), advice)


def _keys_at(model: type[BaseModel], path: Iterable[int | str]) -> list[str]:
    """Keys of the table at a path inside the model."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) or next((f for f in here.model_fields.values() if f.alias == part), None)
        if field is None:
            return []
        here = _model_in(field.annotation)
        if here is None:
            return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """The table type inside Optional, tuple or list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in {typing.Union, types.UnionType, tuple, list}:
        return next((found for arg in typing.get_args(annotation) if (found := _model_in(arg))), None)
    return None


def _shown(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
