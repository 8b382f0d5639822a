"""SI to CGS-EMU and back, for display and for files of other instruments. Inside, everything is SI.

A/m is two things: a field (Oe) and a magnetisation (emu/cm3), and 1 may be a susceptibility (times 1/4 pi) or any ratio.
So where a unit has two meanings the kind must be said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["CONVERSIONS", "Conversion", "from_cgs", "to_cgs"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """One line of the table: value in CGS = `factor` times value in SI.

    Attributes
    ----------
    si, cgs : str
        Unit symbols.
    kind : str
        What the unit measures.
    factor : float
        CGS value of 1 SI unit.
    """

    si: str
    cgs: str
    kind: str
    factor: float


_4PI = 4.0 * math.pi

CONVERSIONS: tuple[Conversion, ...] = (
    Conversion("A/m", "Oe", "field", _4PI * 1e-3),
    Conversion("T", "Oe", "field", 1e4),  # mu0 H in tesla, the field itself in oersted
    Conversion("T", "G", "induction", 1e4),
    Conversion("A m2", "emu", "moment", 1e3),
    Conversion("A/m", "emu/cm3", "magnetization", 1e-3),
    Conversion("A m2/kg", "emu/g", "mass magnetization", 1.0),
    Conversion("1", "emu/(cm3 Oe)", "susceptibility", 1.0 / _4PI),
    Conversion("m3", "emu/Oe", "moment per field", 1e6 / _4PI),
    Conversion("m3/kg", "cm3/g", "mass susceptibility", 1e3 / _4PI),
    Conversion("m3/mol", "cm3/mol", "molar susceptibility", 1e6 / _4PI),
    Conversion("H/m3", "Oe/(A cm)", "coil gradient", 1e2),
    Conversion("N", "dyn", "force", 1e5),
    Conversion("kg", "g", "mass", 1e3),
    Conversion("m", "cm", "length", 1e2),
    Conversion("m3", "cm3", "volume", 1e6),
    Conversion("kg/m3", "g/cm3", "density", 1e-3),
)
"""All conversions; in CGS-EMU 1 emu/Oe = 1 cm3. Source: R. B. Goldfarb, F. R. Fickett, NBS Special Publication 696 (1985)."""


def to_cgs(value: float, unit: str, kind: str = "") -> tuple[float, str]:
    """Convert an SI value for display.

    Parameters
    ----------
    value : float
        Number in `unit`.
    unit : str
        SI unit as in `CONVERSIONS`.
    kind : str
        What is measured; needed where the unit has two meanings (A/m, T, m3).

    Returns
    -------
    tuple of (float, str)
        Number and CGS unit.

    Raises
    ------
    ValueError
        No conversion for the unit and kind, or more than one.
    """
    found = _find([c for c in CONVERSIONS if c.si == unit], "SI", unit, kind)
    return value * found.factor, found.cgs


def from_cgs(value: float, unit: str, kind: str = "") -> tuple[float, str]:
    """Convert a CGS value to SI; arguments and errors as in `to_cgs`, with a CGS unit."""
    found = _find([c for c in CONVERSIONS if c.cgs == unit], "CGS", unit, kind)
    return value / found.factor, found.si


def _find(candidates: list[Conversion], system: str, unit: str, kind: str) -> Conversion:
    matching = [c for c in candidates if kind in ("", c.kind)]
    if len(matching) == 1:
        return matching[0]
    offered = candidates or CONVERSIONS
    allowed = ", ".join(f"{c.si if system == 'SI' else c.cgs} ({c.kind})" for c in offered)
    asked = f"{unit!r}" + (f" as {kind!r}" if kind else "")
    reason = "has several meanings, say which" if matching else "is not in the table"
    raise ValueError(f"conversion of the {system} unit {asked} was asked for; it {reason}; allowed: {allowed}")
