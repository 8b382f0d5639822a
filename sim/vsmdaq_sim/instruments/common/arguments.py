"""How the arguments of commands are read, and why a command is refused."""

from __future__ import annotations

import math

__all__ = ["CME", "EXE", "PON", "RefusedCommandError", "arguments_of", "no_arguments", "parse_float", "parse_index"]

# Bits of the standard event register: execution error, command error, power on.
EXE, CME, PON = 4, 5, 7


class RefusedCommandError(Exception):
    """A command is not carried out; `bit` of the standard event register says why (EXE or CME)."""

    def __init__(self, bit: int) -> None:
        self.bit = bit
        super().__init__(f"event bit {bit}")


def parse_float(text: str) -> float:
    """Read a number as instruments write it; CME where it is none (no underscores, no nan), EXE where not finite."""
    try:
        value = float(text)
    except ValueError:
        raise RefusedCommandError(CME) from None
    if "_" in text or math.isnan(value) or not text.isascii():
        raise RefusedCommandError(CME)
    if math.isinf(value):
        raise RefusedCommandError(EXE)
    return value


def parse_index(text: str, lowest: int, highest: int) -> int:
    """Read an index, also one written as ``10.000000``; EXE where it is out of range or no integer."""
    value = parse_float(text)
    if value != int(value) or not lowest <= value <= highest:
        raise RefusedCommandError(EXE)
    return int(value)


def no_arguments(arguments: tuple[str, ...], text: str = "") -> str:
    """Give `text`, for a command that takes no argument; CME where it was given one."""
    if arguments:
        raise RefusedCommandError(CME)
    return text


def arguments_of(arguments: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Give the arguments; CME where they are not `count`."""
    if len(arguments) != count:
        raise RefusedCommandError(CME)
    return arguments
