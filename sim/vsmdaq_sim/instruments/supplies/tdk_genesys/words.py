"""How the Genesys reads arguments and writes numbers; a refusal is one of its codes."""

from __future__ import annotations

import re

__all__ = [
    "RefusedSettingError",
    "checksum",
    "digits",
    "parse_hexadecimal",
    "parse_number",
    "parse_one_of",
    "parse_switch",
    "without_backspaces",
]


class RefusedSettingError(Exception):
    """A setting is answered by an error code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def checksum(text: str) -> str:
    """Sum of the characters modulo 256, two hexadecimal digits: ``STT?`` gives 3A."""
    return f"{sum(text.encode('latin-1', 'replace')) % 256:02X}"


def without_backspaces(text: str) -> str:
    """The line as it is once every backspace has taken back the character before it."""
    kept: list[str] = []
    for letter in text:
        if letter == "\b":
            del kept[-1:]
        else:
            kept.append(letter)
    return "".join(kept)


def parse_number(text: str) -> float:
    """Read a number of up to 12 characters without sign; C02 where there is none, C03 where it is no such number."""
    if not text:
        raise RefusedSettingError("C02")
    if len(text) > 12 or not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", text):
        raise RefusedSettingError("C03")
    return float(text)


def parse_one_of(text: str, allowed: tuple[str, ...]) -> str:
    """Read one of some words, upper or lower case."""
    if not text:
        raise RefusedSettingError("C02")
    if text.upper() not in allowed:
        raise RefusedSettingError("C03")
    return text.upper()


def parse_switch(text: str) -> bool:
    """Read ``1``, ``ON``, ``0`` or ``OFF``."""
    return parse_one_of(text, ("0", "1", "OFF", "ON")) in {"1", "ON"}


def parse_hexadecimal(text: str) -> int:
    """Read one or two hexadecimal digits."""
    if not text:
        raise RefusedSettingError("C02")
    if not re.fullmatch(r"[0-9A-Fa-f]{1,2}", text):
        raise RefusedSettingError("C03")
    return int(text, 16)


def digits(value: float, rated: float) -> str:
    """Five digits, as many before the point as the rating has: a 60 V supply shows 01.150, one of 200 A 000.50."""
    decimals = max(5 - len(str(int(rated))), 0)
    return f"{value:06.{decimals}f}"
