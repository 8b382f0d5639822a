"""Two columns of text: field and moment. What other programs write and read most easily.

We write SI with the shortest digits that give the same floats back. A foreign table without units is read only when the
caller names them: a guess would be wrong by a factor of 80.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

from vsmdaq.formats.table import FIELD_UNITS, MOMENT_UNITS, MeasuredLoop, number, read_text, refuse, unit_factor

__all__ = ["format_text", "parse", "read", "write"]

_COLUMNS = re.compile(r"#\s*columns:\s*field\s*\((?P<field>[^()]*)\)\s*,?\s*moment\s*\((?P<moment>[^()]*)\)\s*")
_METADATA = re.compile(r"#\s*metadata:\s*(?P<json>\{.*\})\s*")
_BETWEEN = re.compile(r"\s*[,;\t]\s*|\s+")


def format_text(loop: MeasuredLoop) -> str:
    """Text of a two-column file: SI, exact to the last bit, metadata as one line of JSON."""
    head = ["# columns: field (A/m), moment (A m2)", f"# metadata: {json.dumps(dict(loop.metadata), sort_keys=True)}"]
    pairs = zip(loop.field_a_per_m.tolist(), loop.moment_a_m2.tolist(), strict=True)
    return "\n".join([*head, *(f"{h!r}\t{m!r}" for h, m in pairs), ""])


def write(loop: MeasuredLoop, path: Path | str) -> None:
    """Write `loop` to `path`, which must not exist yet.

    Raises
    ------
    InputError
        The file is there already, or cannot be made.
    """
    try:
        with Path(path).open("x", encoding="ascii", newline="\n") as file:
            file.write(format_text(loop))
    except OSError as error:
        raise refuse(str(path), "file", error.strerror or str(error), "a new file in a folder to write in") from error


def read(path: Path | str, *, field_unit: str | None = None, moment_unit: str | None = None) -> MeasuredLoop:
    """Read the file at `path`; see `parse`."""
    return parse(read_text(Path(path)), source=str(path), field_unit=field_unit, moment_unit=moment_unit)


def parse(
    text: str, *, source: str = "text", field_unit: str | None = None, moment_unit: str | None = None
) -> MeasuredLoop:
    """Read two columns, with spaces, tabs, commas or semicolons between; lines with ``#`` are comments.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        What errors and the result call it.
    field_unit, moment_unit : str, optional
        Units of a file that does not state them; where it does, in ``# columns: field (A/m), moment (A m2)``, they must
        agree.

    Returns
    -------
    MeasuredLoop
        SI. Metadata: those of the file's ``# metadata:`` line, and nothing else.

    Raises
    ------
    InputError
        A line is not two numbers, units are unknown, missing or contradict, or there is no row.
    """
    stated: tuple[str | None, str | None] = (None, None)
    metadata: dict[str, str] = {}
    field: list[float] = []
    moment: list[float] = []
    for index, raw in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        line = raw.strip()
        if line.startswith("#"):
            if columns := _COLUMNS.fullmatch(line):
                stated = (columns["field"], columns["moment"])
            elif found := _METADATA.fullmatch(line):
                metadata = _read_metadata(found["json"], source, index)
        elif line:
            cells = _BETWEEN.split(line)
            if len(cells) != 2:
                raise refuse(source, f"line {index}", repr(raw), "two numbers: field and moment")
            field.append(number(cells[0], source, f"line {index}"))
            moment.append(number(cells[1], source, f"line {index}"))
    if not field:
        raise refuse(source, "rows", "none", "lines of two numbers: field and moment")
    h_scale = unit_factor(_agree(stated[0], field_unit, source, "field"), FIELD_UNITS, source, "field unit")
    m_scale = unit_factor(_agree(stated[1], moment_unit, source, "moment"), MOMENT_UNITS, source, "moment unit")
    scaled = ([h * h_scale for h in field], [m * m_scale for m in moment])
    return MeasuredLoop(*scaled, metadata, source)  # type: ignore[arg-type]


def _agree(stated: str | None, given: str | None, source: str, what: str) -> str:
    if stated is not None and given is not None and stated.strip() != given.strip():
        raise refuse(source, f"{what} unit", f"{given!r}, the file says {stated!r}", "one of them")
    unit = stated if stated is not None else given
    if unit is None:
        advice = "Name the units, or add the line to the file."
        raise refuse(source, f"{what} unit", "none", "a line '# columns: field (A/m), moment (A m2)'", advice)
    return unit


def _read_metadata(text: str, source: str, line: int) -> dict[str, str]:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse(source, f"line {line}", repr(text), "JSON with texts as values") from error
    if not isinstance(found, dict) or not all(
        isinstance(value, str) for value in cast("dict[str, object]", found).values()
    ):
        raise refuse(source, f"line {line}", repr(text), "JSON with texts as values")
    return cast("dict[str, str]", found)
