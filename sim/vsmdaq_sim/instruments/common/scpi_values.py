"""How SCPI instruments read their arguments: numbers with units and ``MIN``/``MAX``/``DEF``, booleans, words, quoted texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from vsmdaq_sim.instruments.common.arguments import CME, EXE, RefusedCommandError, parse_float

__all__ = [
    "HERTZ",
    "INFINITE",
    "VOLT",
    "parse_boolean",
    "parse_extreme",
    "parse_value",
    "parse_word",
    "scientific",
    "unquoted",
]

INFINITE = 9.9e37
"""What SCPI says for infinity (and many a meter for an overload)."""

HERTZ: Mapping[str, float] = {"HZ": 1.0, "UHZ": 1e-6, "MHZ": 1e6, "KHZ": 1e3}
VOLT: Mapping[str, float] = {"V": 1.0, "MV": 1e-3, "UV": 1e-6, "VPP": 1.0, "VRMS": 1.0}

_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]+)?)\s*([A-Z]*)")


def parse_value(
    text: str,
    lowest: float,
    highest: float,
    *,
    default: float | None = None,
    units: Mapping[str, float] | None = None,
) -> float:
    """Read a number, with one of `units` behind it or none; ``MIN``, ``MAX`` and, where there is one, ``DEF``.

    CME where it is no number, EXE where it is out of range.
    """
    word = text.upper()
    named = default if word in {"DEF", "DEFAULT"} else parse_extreme(word, lowest, highest)
    if named is not None:
        return named
    if word in {"INF", "INFINITY"} and highest >= INFINITE:
        return INFINITE
    match = _NUMBER.fullmatch(word)
    if not match:
        raise RefusedCommandError(CME)
    unit = match.group(2)
    if unit and unit not in (units or {}):
        raise RefusedCommandError(CME)
    value = parse_float(match.group(1)) * ((units or {})[unit] if unit else 1.0)
    if not lowest <= value <= highest:
        raise RefusedCommandError(EXE)
    return value


def parse_extreme(text: str, lowest: float, highest: float) -> float | None:
    """Read ``MIN`` or ``MAX``; None for anything else."""
    return {"MIN": lowest, "MINIMUM": lowest, "MAX": highest, "MAXIMUM": highest}.get(text.upper())


def parse_boolean(text: str) -> bool:
    """Read ``ON``, ``OFF``, or a number that is false where it rounds to zero."""
    word = text.upper()
    if word in {"ON", "OFF"}:
        return word == "ON"
    return round(parse_float(word)) != 0


def parse_word(text: str, words: Iterable[str]) -> str:
    """Read one of `words`, given as ``SINusoid``, in its short or long form; returns the short one. EXE for another one."""
    word = text.upper()
    for pattern in words:
        short = "".join(letter for letter in pattern if not letter.islower())
        if word in {short, pattern.upper()}:
            return short
    raise RefusedCommandError(EXE)


def unquoted(text: str) -> str:
    """Read a text in single or double quotes, or bare."""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def scientific(value: float, digits: int, *, exponent_digits: int = 2) -> str:
    """Write a number with its sign, `digits` behind the point and an exponent: ``+1.00000000E-01``; infinity as 9.9E+37."""
    if abs(value) >= INFINITE:
        return f"{'-' if value < 0 else '+'}9.9{'0' * (digits - 1)}E+37"
    mantissa, _, exponent = f"{value:+.{digits}E}".partition("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(exponent_digits)}"
