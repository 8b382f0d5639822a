"""The 24 status characters of Danfysik's ``S1``: ``!`` where a condition holds, ``.`` where it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DanfysikStatus", "read_status"]

_POWER_OFF, _NORMAL, _REVERSED, _SUM, _NOT_READY = 0, 1, 2, 9, 22
_LINEAR = {
    7: "spare interlock",
    8: "one transistor fault",
    10: "DC overcurrent",
    11: "DC overload",
    12: "regulation module failure",
    13: "preregulator failure",
    14: "phase failure",
    15: "supply water flow",
    16: "earth leakage",
    17: "thermal breaker or fuses",
    18: "supply over temperature",
    19: "panic button or door switch",
    20: "magnet water flow",
    21: "magnet over temperature",
}
_SWITCHED = {
    7: "external interlock 0",
    10: "over voltage",
    11: "DC overcurrent",
    12: "DC undervoltage",
    14: "phase failure",
    16: "earth leakage",
    17: "fan",
    18: "supply over temperature",
    19: "external interlock 1",
    20: "external interlock 2",
    21: "external interlock 3",
}
_FAULTS = {"8500": _LINEAR, "8000": _LINEAR, "9100": _SWITCHED}
# 3 to 6 are no faults: regulation transformer or crowbar, two DAC bits or the mode, percent or amperes
_INFORMATION = frozenset({_POWER_OFF, _NORMAL, _REVERSED, 3, 4, 5, 6, _NOT_READY})


@dataclass(frozen=True, slots=True)
class DanfysikStatus:
    """What ``S1`` says.

    Attributes
    ----------
    power_on : bool
        The main contactor is closed.
    polarity : int
        1 normal, -1 reversed, 0 in between.
    faults : tuple of str
        Interlocks and failures by name.
    flags : tuple of str
        ``"not_ready"``.
    """

    power_on: bool
    polarity: int
    faults: tuple[str, ...]
    flags: tuple[str, ...]


def read_status(reply: str, model: str) -> DanfysikStatus | None:
    """Read the 24 characters as a model (``"8500"``, ``"8000"``, ``"9100"``) means them; None where they are something else."""
    if not re.fullmatch(r"[.!]{24}", reply):
        return None
    held = {index for index, character in enumerate(reply) if character == "!"}
    names = _FAULTS[model]
    known = tuple(name for index, name in names.items() if index in held)
    # a character that the sources do not explain is a fault all the same
    unknown = tuple(f"status character {index}" for index in sorted(held - _INFORMATION - set(names) - {_SUM}))
    alone = ("sum interlock",) if _SUM in held and not known + unknown else ()
    normal, reverse = _NORMAL in held, _REVERSED in held
    return DanfysikStatus(
        power_on=_POWER_OFF not in held,
        polarity=int(normal) - int(reverse),
        faults=known + unknown + alone,
        flags=("not_ready",) if _NOT_READY in held and _POWER_OFF not in held else (),
    )
