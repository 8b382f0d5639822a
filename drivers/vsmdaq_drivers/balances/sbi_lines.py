"""Lines of Sartorius balances: 14 characters, or six of a label and those 14, before CR LF."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsmdaq_drivers.balances.masses import Mass, mass_of

__all__ = ["SbiLine", "parse_line"]

_WEIGHT = re.compile(r"([ +-]) *([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?: *([A-Za-zµμ%/]{1,3}))? *")
_ERROR = re.compile(r"(?:Err|ERR) *([0-9]{1,3})|(APP|DIS|PRT)\.? ?ER{1,2}\.?", re.IGNORECASE)
_WORDS = {"high": "overload", "h": "overload", "low": "underload", "l": "underload", "c": "adjusting"}
# net weights; other labels are tare memories, piece counts, sample numbers
_WEIGHT_LABELS = {"", "N", "N1", "G", "G#"}
_LABEL = 6
_BODY = 14


@dataclass(frozen=True, slots=True)
class SbiLine:
    """What a line says.

    Attributes
    ----------
    kind : str
        ``"weight"``, ``"overload"``, ``"underload"``, ``"adjusting"``, ``"error_054"`` and the like, or ``"unreadable"``.
    digits, unit : str
        Of a weight; no unit while the load moves.
    """

    kind: str
    digits: str = ""
    unit: str = ""

    def mass(self, unit: str = "") -> Mass | None:
        """Mass in kg, in the unit of the line, else in `unit`; None where that is no unit of mass."""
        return mass_of(self.digits, self.unit or unit)


def parse_line(line: str) -> SbiLine:
    """Read a line without its CR LF; non-verified digits may stand in brackets."""
    if len(line) not in (_BODY, _LABEL + _BODY):
        return SbiLine("unreadable")
    label = line[:-_BODY].strip()
    body = line[-_BODY:]
    text = body.strip()
    if match := _ERROR.fullmatch(text):
        return SbiLine(f"error_{(match[1] or match[2]).lower()}")
    if label in {"", "Stat"}:
        word = text.lower()
        if word in _WORDS or word.startswith("cal"):
            return SbiLine(_WORDS.get(word, "adjusting"))
    match = _WEIGHT.fullmatch(body.replace("[", "").replace("]", ""))
    if match is None or label not in _WEIGHT_LABELS:
        return SbiLine("unreadable")
    return SbiLine("weight", match[1].strip() + match[2], match[3] or "")
