"""Numbers out of what an instrument answered: read strictly, so that garbage is an error and never a number."""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import ReplyError

__all__ = ["number_or_none", "parse_floats", "parse_integers", "parse_number"]

# float() would also take "nan", "1_0" and the digits of every script; an instrument sends none of those.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?")
_is_number = _NUMBER.fullmatch
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
# far beyond 9.9E37, which stands for an overload; a larger one may become infinite in another unit
_LARGEST = 1e60


def number_or_none(text: str) -> float | None:
    """Return the number that `text` (blanks around it allowed) is, or None where it is none, or beyond ±1e60."""
    stripped = text.strip(" ")
    if _is_number(stripped) is None:
        return None
    value = float(stripped)
    return value if abs(value) <= _LARGEST else None


def parse_floats(command: str, reply: str, count: int, *, instrument: str) -> tuple[float, ...]:
    """Read exactly `count` comma-separated finite numbers.

    Raises
    ------
    ReplyError
        Where the reply is anything else.
    """
    fields = reply.split(",")
    numbers = tuple([value for field in fields if (value := number_or_none(field)) is not None])
    if len(fields) != count or len(numbers) != count:
        expected = "one finite number" if count == 1 else f"{count} finite numbers separated by commas"
        raise ReplyError(command, reply, expected, instrument=instrument)
    return numbers


def parse_number(command: str, reply: str, *, instrument: str) -> float:
    """Read one finite number; raises ReplyError where the reply is anything else."""
    return parse_floats(command, reply, 1, instrument=instrument)[0]


def parse_integers(command: str, reply: str, count: int, *, highest: int, instrument: str) -> tuple[int, ...]:
    """Read exactly `count` comma-separated integers out of 0 to `highest`.

    Raises
    ------
    ReplyError
        Where the reply is anything else.
    """
    fields = [field.strip(" ") for field in reply.split(",")]
    values = tuple(int(field) for field in fields if _INTEGER.fullmatch(field))
    if len(fields) != count or len(values) != count or not all(0 <= value <= highest for value in values):
        what = "an integer" if count == 1 else f"{count} integers separated by commas"
        raise ReplyError(command, reply, f"{what}, 0 to {highest}", instrument=instrument)
    return values
