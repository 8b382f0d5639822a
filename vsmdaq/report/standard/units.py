"""One system of units throughout a report: every value goes through here, SI as it is kept or CGS-EMU.

Frequencies, times, temperatures, angles and electrical readings (Hz, s, K, deg, V, A) are the same in both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vsmdaq.physics.units import to_cgs
from vsmdaq.report.rounding import pretty_number, pretty_quantity
from vsmdaq.report.standard.fields import Measured
from vsmdaq.report.tables import pretty_unit
from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty import coverage_factor

__all__ = ["SYSTEMS", "System", "Units"]

System = Literal["si", "cgs"]
SYSTEMS: tuple[System, ...] = ("si", "cgs")

PROBABILITY = 0.95

_SAME = re.compile(r"(?:1/)?(?:Hz|s|K|deg|rad|V)(?:[ /](?:Hz|s|K|deg|rad|V))*")
_KINDS: Mapping[str, str] = {
    "A m2": "moment",
    "A m2/kg": "mass magnetization",
    "T": "induction",
    "m3/kg": "mass susceptibility",
    "m3/mol": "molar susceptibility",
    "kg": "mass",
    "kg/m3": "density",
    "m": "length",
    "H/m3": "coil gradient",
}
_OERSTED = to_cgs(1.0, "A/m", "field")[0]
_DERIVED: Mapping[str, tuple[float, str]] = {
    "J/m3": (to_cgs(1.0, "T", "induction")[0] * _OERSTED, "G Oe"),
    "A m2/V": (to_cgs(1.0, "A m2", "moment")[0], "emu/V"),
    "V m/A": (1.0 / _OERSTED, "V/Oe"),
    "1/m2": (1e-4, "1/cm2"),
    "kg/mol": (1e3, "g/mol"),
}


@dataclass(frozen=True, slots=True)
class Units:
    """Values in one system of units."""

    system: System

    def factor(self, name: str, unit: str) -> tuple[float, str] | None:
        """What an SI value is multiplied with, and its unit; None where CGS has no word for it.

        Parameters
        ----------
        name : str
            What is measured: it decides between the two meanings of A/m, m3 and 1.
        unit : str
            SI unit.
        """
        if self.system == "si" or _SAME.fullmatch(unit):
            return 1.0, unit
        if unit in _DERIVED:
            return _DERIVED[unit]
        kind = _KINDS.get(unit)
        if unit == "A/m":
            kind = "magnetization" if "magneti" in name else "field"
        elif unit == "m3":
            kind = "volume" if "volume" in name else "moment per field"
        elif unit == "1":
            if "susceptibility" not in name:
                return 1.0, "1"
            kind = "susceptibility"
        return None if kind is None else to_cgs(1.0, unit, kind)

    def measured(self, name: str, value: Estimate | Quantity) -> Measured | None:
        """A value with its uncertainties, U for 95 % from its degrees of freedom; None where CGS has no word for it."""
        found = self.factor(name, value.unit)
        if found is None:
            return None
        scale, unit = found
        k = coverage_factor(value.dof, PROBABILITY) if value.u > 0.0 else 0.0
        return Measured(value.value * scale, value.u * scale, k * value.u * scale, k, value.dof, unit)

    def text(self, name: str, value: float, unit: str) -> str:
        """A bare value with its unit, for sentences; four digits. Raises ValueError where CGS has no word for it."""
        found = self.factor(name, unit)
        if found is None:
            raise ValueError(f"{name}: {unit} has no CGS unit")
        return f"{pretty_number(value * found[0], 4)} {pretty_unit(found[1])}".rstrip()


def shown(value: Measured) -> str:
    """``(2.001 ± 0.012) × 10⁻⁶ A m²``; "no u stated" where there is none."""
    unit = pretty_unit(value.unit)
    if value.u == 0.0 or not math.isfinite(value.expanded):
        return f"{pretty_number(value.value)} {unit}".rstrip() + " (no u stated)"
    return f"{pretty_quantity(value.value, value.expanded)} {unit}".rstrip()
