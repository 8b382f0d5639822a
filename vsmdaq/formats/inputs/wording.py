"""How values of a user's file are shown in messages."""

from __future__ import annotations

import json
from collections.abc import Iterable

__all__ = ["listed", "one", "shown"]

LONGEST = 80


def shown(value: object) -> str:
    """A value as it stands in a TOML file, as far as that can be told; long ones are cut, with an ellipsis."""
    if isinstance(value, float):
        text = repr(value)
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def one(name: str) -> str:
    """The name with its article: ``a length``, ``an angle``."""
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def listed(names: Iterable[str]) -> str:
    """Texts that may be written, in quotes: ``"a", "b" or "c"``."""
    *first, last = [f'"{name}"' for name in names]
    return f"{', '.join(first)} or {last}" if first else last
