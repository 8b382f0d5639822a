"""What a driver promises of every call, whatever is answered: a sound value or an error that helps, and in time."""

from __future__ import annotations

import dataclasses
import inspect
import math
import types
import typing
from functools import cache
from typing import Any

from fuzzing.session import Call
from vsmdaq_drivers.contracts import BenchError, LimitError

__all__ = ["MOST_TRANSFERS", "expect_in_time", "expect_sound", "expect_told", "promised"]

MOST_TRANSFERS = 1000
"""Writes and reads of one call, whatever is answered."""
MOST_SECONDS = 120.0
"""Bench time of one call beyond the time-out that it was given."""
LONGEST_MESSAGE = 2500
"""Characters of an error, without the instrument's name; a byte that cannot be printed is four."""
_TIMED = {"tare", "zero", "adjust"}


def expect_in_time(call: Call, elapsed_s: float) -> None:
    """No call goes on and on."""
    given_s = sum(value for value in call.arguments if isinstance(value, float)) if call.name in _TIMED else 0.0
    assert elapsed_s <= MOST_SECONDS + given_s, f"{call.name} took {elapsed_s:g} s of bench time"


def expect_told(call: Call, error: BenchError, name: str, sent: int) -> None:
    """An error names the instrument and says something; a limit stops a call before a byte is sent."""
    assert error.instrument == name, f"{error!r} does not name the instrument"
    told = str(error).removeprefix(f"{name}: ")
    assert len(told) > 10, f"{error!r} says nothing"
    assert len(told) <= LONGEST_MESSAGE, f"an error of {len(told)} characters: {told[:200]}"
    if isinstance(error, LimitError):
        assert call.arguments, f"{call.name} asks for nothing, and is refused as too much: {error}"
        assert sent == 0, f"{call.name}: {error} But {sent} messages were sent."


@cache
def promised(driver: type, name: str) -> Any:
    """The type that a method or property of a driver gives."""
    if name.endswith("="):
        return type(None)
    member = inspect.getattr_static(driver, name)
    return typing.get_type_hints(member.fget if isinstance(member, property) else member)["return"]


def expect_sound(call: Call, value: Any, wanted: Any, where: str = "") -> None:
    """A value of the type that is promised, its numbers finite; None only where a flag says why."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    what = f"{call.name}{where} is {value!r}, wanted {wanted}"
    if dataclasses.is_dataclass(wanted):
        assert type(value) is wanted, what
        hints = _hints(wanted)
        for field in dataclasses.fields(wanted):
            part = getattr(value, field.name)
            expect_sound(call, part, hints[field.name], f"{where}.{field.name}")
            assert part is not None or value.flags, f"{call.name}{where}.{field.name} is None without a reason"
    elif origin in {types.UnionType, typing.Union}:
        wanted = next(one for one in arguments if (one is type(None)) == (value is None))
        expect_sound(call, value, wanted, where)
    elif origin is tuple:
        assert type(value) is tuple, what
        for part in value:
            expect_sound(call, part, arguments[0], where)
    elif origin is typing.Literal:
        assert value in arguments, what
    elif wanted is float:
        assert isinstance(value, float | int), what
        assert not isinstance(value, bool), what
        assert math.isfinite(value), what
    else:
        assert type(value) is wanted, what


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
