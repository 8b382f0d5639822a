"""Which line of a TOML text a key stands in; tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["line_of"]

_HEADER = re.compile(r"\s*\[\[?\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*([A-Za-z0-9_"'. -]+?)\s*=""")

Path = tuple[str, ...]


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Line (from 1) of a key, or of the innermost table or array around it that has a line of its own.

    Parameters
    ----------
    text : str
        The file.
    path : sequence of str or int
        Keys from the outside in; an int is the number of an element of an array, from 0.
    """
    known = _lines(text)
    depth = next((place for place, part in enumerate(path) if isinstance(part, int)), len(path))
    names = tuple(str(part) for part in path[:depth])
    for length in range(len(names), 0, -1):
        line = known.get(names[:length])
        if line is not None:
            within = length == depth < len(path)
            return _element_line(text, line, int(path[depth])) if within else line
    return None


def _lines(text: str) -> dict[Path, int]:
    """First line of each table and key."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _split(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_split(key[1])), number)
    return found


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _element_line(text: str, start: int, index: int) -> int:
    """Line of the element number `index` of an array that begins in line `start`: inline tables, or [[tables]]."""
    lines = text.splitlines()[start - 1 :]
    header = lines[0].partition("#")[0].strip()
    seen, depth = -1, 0
    for number, line in enumerate(lines, start=start):
        code = line.partition("#")[0]
        seen += int(code.strip() == header) if header.startswith("[[") else code.count("{")
        if seen >= index:
            return number
        depth += code.count("[") - code.count("]")
        if depth <= 0 and not header.startswith("[["):
            break
    return start
