"""What a Genesys says of itself: the reply to ``STT?``, its fault register, its error codes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsmdaq_drivers.replies import number_or_none

__all__ = ["ERRORS", "GenesysStatus", "read_status"]

ERRORS = {
    "E01": "the voltage is above the acceptable range",
    "E02": "the voltage is below the under-voltage limit",
    "E04": "the over-voltage protection is below the acceptable range",
    "E06": "the under-voltage limit is above the voltage",
    "E07": "the output cannot be switched on during a fault shut-down",
    "C01": "illegal command or query",
    "C02": "missing parameter",
    "C03": "illegal parameter",
    "C04": "checksum error",
    "C05": "setting out of range",
}
_CONSTANT_VOLTAGE, _CONSTANT_CURRENT = 0b01, 0b10
_FIELD = re.compile(r"([A-Z]{2})\(\s*([^()]*?)\s*\)")
_NAMES = ("MV", "PV", "MC", "PC", "SR", "FR")
_COMMON_FAULTS = {
    1: "AC fail",
    2: "over temperature",
    3: "foldback tripped",
    4: "over voltage",
    5: "shut off",
    6: "output off at the front panel",
}
_FAULTS = {**_COMMON_FAULTS, 7: "enable open"}
_PLUS_FAULTS = {**_COMMON_FAULTS, 7: "interlock", 8: "enable open", 9: "under voltage", 15: "power switch off"}


@dataclass(frozen=True, slots=True)
class GenesysStatus:
    """What ``STT?`` says.

    Attributes
    ----------
    size_a, set_point_a : float
        Measured current and set-point, A.
    output_on : bool
        The output is in constant voltage or constant current.
    limited : bool
        It is in constant voltage: the current set is not reached.
    faults : tuple of str
        Faults by name.
    time_s : float
        Bench time, s.
    """

    size_a: float
    set_point_a: float
    voltage_limit_v: float
    output_on: bool
    limited: bool
    faults: tuple[str, ...]
    time_s: float


def read_status(reply: str, time_s: float, *, plus: bool) -> GenesysStatus | None:
    """Read ``MV(..),PV(..),MC(..),PC(..),SR(hh),FR(hh)``, blanks allowed; None where it is something else.

    Parameters
    ----------
    reply : str
        The reply.
    time_s : float
        Bench time of it, s.
    plus : bool
        Name the faults as a Genesys+ means them.
    """
    parts = [_FIELD.fullmatch(part.strip()) for part in reply.split(",")]
    fields = {part[1]: part[2] for part in parts if part is not None}
    if len(parts) != len(_NAMES) or tuple(fields) != _NAMES:
        return None
    size_a, set_point_a = number_or_none(fields["MC"]), number_or_none(fields["PC"])
    voltage_limit_v = number_or_none(fields["PV"])
    words = (fields["SR"], fields["FR"])
    if (
        size_a is None
        or set_point_a is None
        or voltage_limit_v is None
        or not all(re.fullmatch(r"[0-9A-Fa-f]{2,4}", word) for word in words)
    ):
        return None
    status, faults = (int(word, 16) for word in words)
    names = _PLUS_FAULTS if plus else _FAULTS
    return GenesysStatus(
        size_a,
        set_point_a,
        voltage_limit_v,
        output_on=bool(status & (_CONSTANT_VOLTAGE | _CONSTANT_CURRENT)),
        limited=bool(status & _CONSTANT_VOLTAGE),
        faults=tuple(names.get(bit, f"fault bit {bit}") for bit in range(16) if faults >> bit & 1),
        time_s=time_s,
    )
