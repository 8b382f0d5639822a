"""Errors of the ESP motion controllers, and the numbers that an axis only keeps."""

from __future__ import annotations

__all__ = [
    "AXIS_MISSING",
    "AXIS_OUT_OF_RANGE",
    "DEGREE",
    "HARDWARE_LIMIT",
    "MILLIMETRE",
    "NOT_ENABLED",
    "NO_AXIS",
    "NO_PARAMETER",
    "NUMBERS",
    "TOO_FAST",
    "UNKNOWN_COMMAND",
    "ControllerError",
    "error_text",
]

UNKNOWN_COMMAND, NO_AXIS, AXIS_MISSING, NO_PARAMETER = 6, 9, 37, 38
AXIS_OUT_OF_RANGE, HARDWARE_LIMIT, NOT_ENABLED, TOO_FAST = 1, 4, 13, 24  # of an axis
DEGREE, MILLIMETRE = 7, 2
"""Units of a rotation stage and of a linear one (``SN``)."""

_TEXTS = {
    0: "NO ERROR DETECTED",
    UNKNOWN_COMMAND: "COMMAND DOES NOT EXIST",
    NO_AXIS: "AXIS NUMBER OUT OF RANGE",
    AXIS_MISSING: "AXIS NUMBER MISSING",
    NO_PARAMETER: "COMMAND PARAMETER MISSING",
}
_AXIS_TEXTS = {
    AXIS_OUT_OF_RANGE: "PARAMETER OUT OF RANGE",
    HARDWARE_LIMIT: "POSITIVE HARDWARE LIMIT DETECTED",
    NOT_ENABLED: "MOTOR NOT ENABLED",
    TOO_FAST: "SPEED OUT OF RANGE",
}
NUMBERS = {
    "AC": (20.0, 1e-6, 1e4),
    "AG": (20.0, 1e-6, 1e4),
    "AE": (80.0, 1e-6, 1e4),
    "AU": (80.0, 1e-6, 1e4),
    "VU": (20.0, 1e-6, 1e4),
    "JH": (10.0, 0.0, 1e4),
    "JW": (1.0, 0.0, 1e4),
    "OH": (5.0, 0.0, 1e4),
    "OM": (1.0, 0.0, 6.0),
    "SU": (0.001, 0.0, 1e3),
    "FE": (1.0, 0.0, 1e3),
    "ZA": (0.0, 0.0, 65535.0),
    "ZH": (0.0, 0.0, 65535.0),
    "ZS": (0.0, 0.0, 65535.0),
}
"""Numbers that are only kept: default, lowest, highest."""


class ControllerError(Exception):
    """A command is not carried out; `number` is what ``TE?`` will say."""

    def __init__(self, number: int, axis: int = 0) -> None:
        self.number = 100 * axis + number
        super().__init__(str(self.number))


def error_text(number: int) -> str:
    """Get the words of an error; those of an axis are 100 times the axis plus a number."""
    return _AXIS_TEXTS.get(number % 100, "ERROR") if number >= 100 else _TEXTS.get(number, "ERROR")
