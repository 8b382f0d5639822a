"""From a TOML text to a validated model, or to one error that names everything that is wrong with it."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from vsmdaq.formats.inputs.lines import line_of
from vsmdaq.formats.inputs.wording import listed, shown
from vsmdaq.terms import InputError, Problem

__all__ = ["Fault", "Table", "read_text", "read_toml", "validate"]

M = TypeVar("M", bound=BaseModel)

_ALLOWED = {
    "string_type": 'a text in quotes, "like this"',
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "letters, digits, '.', '_' and '-', beginning with a letter or digit",
    "bool_type": "true or false",
    "int_type": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "list_type": "a list in [ ]",
    "too_short": "at least one entry",
}
_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")


class Table(BaseModel):
    """Base of all tables of a file: strict types, no unknown key, no nan or infinity."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, arbitrary_types_allowed=True
    )


class Fault(NamedTuple):
    """A problem with the path of its key in parts, so that its line can be found."""

    path: tuple[str | int, ...]
    given: str
    allowed: str
    advice: str = ""


def read_text(path: Path, what: str) -> str:
    """Read a file of the user's.

    Raises
    ------
    InputError
        It is not there (says what is), is a folder, cannot be read, or is no UTF-8 text.
    """
    if not path.is_file():
        raise InputError(str(path), (_absent(path, what),))
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(f"byte {error.start}", "bytes that are no UTF-8", "UTF-8 text", "Save the file as UTF-8.")
        raise InputError(str(path), (problem,)) from error
    except OSError as error:
        problem = Problem("file", f"one that cannot be read ({error.strerror})", f"a {what} (TOML)")
        raise InputError(str(path), (problem,)) from error


def _absent(path: Path, what: str) -> Problem:
    folder = path.parent
    if not folder.is_dir():
        return Problem("file", "nothing there", f"a {what} (TOML)", f"There is no folder {folder}.")
    looked_in = path if path.is_dir() else folder
    near = sorted(entry.name for entry in looked_in.iterdir() if entry.suffix == ".toml")
    close = difflib.get_close_matches(path.name, near, n=1)
    advice = f'Did you mean "{close[0]}"? ' if close else ""
    advice += f"In {looked_in} there is: {', '.join(near)}." if near else f"In {looked_in} there is no TOML file."
    return Problem("file", "a folder" if path.is_dir() else "nothing there", f"a {what} (TOML)", advice)


def read_toml(text: str, source: Path) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    InputError
        Naming line and column, with the line as it stands.
    """
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(str(source), (_syntax_problem(text, str(error)),)) from error
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, brackets in brackets without end
        given = "a number or a nesting that is far too long"
        raise InputError(str(source), (Problem("the file", given, "valid TOML", f"{error}."),)) from error


def _syntax_problem(text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    reason = f"{message.partition(' (at ')[0]}."
    if place is None:
        return Problem("end of the file", "an end too early", "valid TOML", reason)
    number, column = int(place[1]), int(place[2])
    lines = text.splitlines()
    line = lines[number - 1].strip() if number <= len(lines) else ""
    return Problem(f"line {number}, column {column}", line or "nothing", "valid TOML", reason)


def validate(model: type[M], content: Mapping[str, Any], source: Path, text: str, further: Sequence[Fault] = ()) -> M:
    """Validate the content of a file.

    Parameters
    ----------
    model : type
        The file's tables.
    content, source, text
        The file as parsed, its path, and as it is written (for line numbers).
    further : sequence of Fault
        What was found wrong beside the model's own rules: told together with the rest.

    Raises
    ------
    InputError
        Every mistake with its key and line, what was given, what is allowed and what to do.
    """
    faults: list[Fault] = []
    valid: M | None = None
    try:
        valid = model.model_validate(dict(content))
    except ValidationError as error:
        faults = _faults(error.errors(include_url=False), model)
    told = {fault.path for fault in faults}
    faults.extend(fault for fault in further if fault.path not in told)
    if faults or valid is None:
        placed = sorted(((line_of(text, fault.path), fault) for fault in faults), key=lambda pair: pair[0] or math.inf)
        raise InputError(str(source), tuple(_problem(fault, line) for line, fault in placed))
    return valid


def _problem(fault: Fault, line: int | None) -> Problem:
    where = ""
    for part in fault.path:
        where += f"[entry {part + 1}]" if isinstance(part, int) else f".{part}"
    where = where.removeprefix(".") or "file"
    where = where if line is None else f"{where} (line {line})"
    return Problem(where, fault.given, fault.allowed, fault.advice)


def _faults(errors: Sequence[ErrorDetails], model: type[BaseModel]) -> list[Fault]:
    faults: list[Fault] = []
    meant: set[tuple[str | int, ...]] = set()
    for details in errors:
        if details["type"] == "extra_forbidden":
            fault, close = _unknown_key(details, model)
            faults.append(fault)
            meant.update((*details["loc"][:-1], key) for key in close)
    # a misspelt key is one mistake, not an unknown key and a missing one
    faults.extend(
        _fault(details, model)
        for details in errors
        if details["type"] != "extra_forbidden" and not (details["type"] == "missing" and details["loc"] in meant)
    )
    return faults


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    path = details["loc"]
    context: dict[str, Any] = details.get("ctx") or {}
    given = shown(details["input"])
    match details["type"]:
        case "quantity_text":
            return Fault(path, str(context["given"]), str(context["allowed"]), str(context["advice"]))
        case "missing":
            return Fault(path, "nothing", _expected(_field_at(model, path)), "This key is needed.")
        case "model_type":
            return Fault(path, given, _expected(_field_at(model, path)))
        case "literal_error":
            return Fault(path, given, str(context["expected"]).replace("'", '"'))
        case kind:
            return Fault(path, given, _ALLOWED.get(kind) or _plain(details["msg"]))


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input should be ")
    return text[0].lower() + text[1:] if text else text


def _unknown_key(details: ErrorDetails, model: type[BaseModel]) -> tuple[Fault, list[str]]:
    path = details["loc"]
    table = _table_at(model, path[:-1])
    allowed = [] if table is None else [field.alias or name for name, field in table.model_fields.items()]
    close = difflib.get_close_matches(str(path[-1]), allowed, n=1)
    advice = f'Did you mean "{close[0]}"?' if close else ""
    return Fault(path, f"an unknown key (with {shown(details['input'])})", ", ".join(allowed), advice), close


def _expected(field: FieldInfo | None) -> str:
    """What a field would take, in words."""
    if field is None:
        return "a value"
    for part in field.metadata:
        if isinstance(part, BeforeValidator):
            # the reader of the field itself knows, and says so of anything that is no value
            try:
                typing.cast("Any", part.func)(None)
            except PydanticCustomError as error:
                return str((error.context or {})["allowed"])
    if typing.get_origin(field.annotation) is typing.Literal:
        return listed(typing.get_args(field.annotation))
    table = _table_in(field.annotation)
    if table is not None:
        return f"a table with {', '.join(inner.alias or name for name, inner in table.model_fields.items())}"
    return 'a text in quotes, "like this"' if field.annotation is str else "a value"


def _field_at(model: type[BaseModel], path: Sequence[int | str]) -> FieldInfo | None:
    table = _table_at(model, path[:-1])
    return None if table is None else _field_of(table, path[-1])


def _field_of(table: type[BaseModel], key: int | str) -> FieldInfo | None:
    return next((field for name, field in table.model_fields.items() if key in (field.alias or name, name)), None)


def _table_at(model: type[BaseModel], path: Iterable[int | str]) -> type[BaseModel] | None:
    """The table at a path inside the model."""
    here: type[BaseModel] | None = model
    for part in path:
        if here is not None and isinstance(part, str):
            field = _field_of(here, part)
            here = None if field is None else _table_in(field.annotation)
    return here


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table type inside Optional, tuple or list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in {typing.Union, types.UnionType, tuple, list}:
        return next((found for arg in typing.get_args(annotation) if (found := _table_in(arg))), None)
    return None
