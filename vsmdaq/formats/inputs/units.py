"""Units that values in the user's files may carry, by dimension."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vsmdaq.formats.inputs.wording import one
from vsmdaq.physics.constants import MU0

__all__ = ["DIMENSIONS", "Dimension", "normal_unit"]

_OERSTED = 1000.0 / (4.0 * math.pi)
_EMU_SUSCEPTIBILITY = 4.0e-3 * math.pi


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a value may be written in.

    Attributes
    ----------
    name : str
        As messages call it.
    si : str
        Unit of the values inside.
    units : mapping of str to float
        How many `si` one of the unit is; ``""`` is no unit.
    example : str
        The unit that advice shows.
    """

    name: str
    si: str
    units: Mapping[str, float]
    example: str

    @property
    def allowed(self) -> str:
        """What a value must look like."""
        if "" in self.units:
            return f"{one(self.name)}: a number, or one with {', '.join(unit for unit in self.units if unit)}"
        return f"{one(self.name)} with its unit ({', '.join(self.units)})"


def _micro(units: Mapping[str, float]) -> dict[str, float]:
    """Add the spelling with µ to each unit that is written with u."""
    both: dict[str, float] = {}
    for unit, factor in units.items():
        both[unit] = factor
        if unit.startswith("u"):
            both[f"µ{unit[1:]}"] = factor
    return both


_TABLE: tuple[tuple[str, str, dict[str, float], str], ...] = (
    ("length", "m", {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}, "mm"),
    ("mass", "kg", {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "ug": 1e-9}, "mg"),
    ("time", "s", {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0, "d": 86400.0}, "s"),
    ("frequency", "Hz", {"Hz": 1.0, "kHz": 1e3}, "Hz"),
    ("current", "A", {"A": 1.0, "mA": 1e-3}, "A"),
    ("current rate", "A/s", {"A/s": 1.0, "mA/s": 1e-3, "A/min": 1.0 / 60.0}, "A/s"),
    (
        "field",
        "A/m",
        {"A/m": 1.0, "kA/m": 1e3, "MA/m": 1e6, "Oe": _OERSTED, "kOe": 1e3 * _OERSTED, "T": 1.0 / MU0, "mT": 1e-3 / MU0},
        "kA/m",
    ),
    (
        "field per current",
        "1/m",
        {
            "A/m per A": 1.0,
            "kA/m per A": 1e3,
            "(A/m)/A": 1.0,
            "(kA/m)/A": 1e3,
            "Oe per A": _OERSTED,
            "Oe/A": _OERSTED,
            "mT per A": 1e-3 / MU0,
            "mT/A": 1e-3 / MU0,
            "1/m": 1.0,
        },
        "kA/m per A",
    ),
    ("moment", "A m2", {"A m2": 1.0, "mA m2": 1e-3, "uA m2": 1e-6, "nA m2": 1e-9, "emu": 1e-3}, "A m2"),
    ("voltage", "V", {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "nV": 1e-9}, "mV"),
    (
        "noise density",
        "V/sqrt(Hz)",
        {"V/sqrt(Hz)": 1.0, "uV/sqrt(Hz)": 1e-6, "nV/sqrt(Hz)": 1e-9},
        "nV/sqrt(Hz)",
    ),
    ("voltage per length", "V/m", {"V/m": 1.0, "V/mm": 1e3, "mV/mm": 1.0}, "V/mm"),
    ("temperature", "K", {"K": 1.0, "°C": 1.0}, "K"),
    ("temperature difference", "K", {"K": 1.0, "mK": 1e-3}, "K"),
    ("temperature rate", "K/s", {"K/s": 1.0, "K/min": 1.0 / 60.0, "K/h": 1.0 / 3600.0}, "K/min"),
    ("pressure", "Pa", {"Pa": 1.0, "hPa": 1e2, "kPa": 1e3, "mbar": 1e2, "bar": 1e5}, "kPa"),
    ("temperature coefficient", "1/K", {"1/K": 1.0, "%/K": 1e-2, "ppm/K": 1e-6}, "1/K"),
    (
        "mass susceptibility",
        "m3/kg",
        {
            "m3/kg": 1.0,
            "emu/(g Oe)": _EMU_SUSCEPTIBILITY,
            "cm3/g (cgs)": _EMU_SUSCEPTIBILITY,
            "cm3/g (SI)": 1e-3,
        },
        "m3/kg",
    ),
    ("density", "kg/m3", {"kg/m3": 1.0, "g/cm3": 1e3}, "g/cm3"),
    ("molar mass", "kg/mol", {"kg/mol": 1.0, "g/mol": 1e-3}, "g/mol"),
    ("acceleration", "m/s2", {"m/s2": 1.0}, "m/s2"),
    ("angle", "deg", {"deg": 1.0, "°": 1.0, "rad": 180.0 / math.pi}, "deg"),
    ("coupling constant", "H/m3", {"H/m3": 1.0}, "H/m3"),
    ("ratio", "1", {"": 1.0, "%": 1e-2, "ppm": 1e-6}, ""),
)

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {name: Dimension(name, si, MappingProxyType(_micro(units)), example) for name, si, units, example in _TABLE}
)
"""All dimensions by name.

Fields in tesla are mu0 H. A mass susceptibility in plain cm3/g is refused: whether the 4 pi of CGS is in it cannot be told.
Oersted and emu: R. B. Goldfarb, F. R. Fickett, NBS Special Publication 696 (1985).
"""

_SPELLINGS = (
    ("·", " "),
    ("⋅", " "),
    ("*", " "),
    ("²", "2"),
    ("³", "3"),
    ("^", ""),
    ("√Hz", "sqrt(Hz)"),
    ("μ", "µ"),  # Greek mu to the micro sign
    ("℃", "°C"),
    ("º", "°"),
)


def normal_unit(unit: str) -> str:
    """One spelling for the ways to write a unit: ``A·m²`` is ``A m2``, ``nV/√Hz`` is ``nV/sqrt(Hz)``."""
    for old, new in _SPELLINGS:
        unit = unit.replace(old, new)
    return " ".join(unit.split())
