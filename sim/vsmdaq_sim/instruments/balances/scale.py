"""Zero, tare, units and display steps that any balance has between its cell and its interface; kilograms inside."""

from __future__ import annotations

import math
from typing import Final

from vsmdaq_sim.instruments.common.ports import BalancePart

__all__ = ["UNITS", "Scale"]

UNITS: Final = {
    "kg": 1.0,
    "g": 1e-3,
    "mg": 1e-6,
    "µg": 1e-9,
    "ct": 2e-4,
    "lb": 0.45359237,
    "oz": 0.028349523125,
    "ozt": 0.0311034768,
    "GN": 64.79891e-6,
    "dwt": 1.55517384e-3,
    "t": 11.6638038e-3,  # tola, as A&D has it
    "N": 1.0 / 9.80665,
    "PCS": 1e-4,  # pieces of 0.1 g
    "%": 1e-3,  # of a reference of 100 g
}
"""What one of each unit of the display weighs, kg."""

_ZERO_RANGE = 0.02  # of capacity


class Scale:
    """What the display shows of the weighing cell's indication.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    capacity_kg : float
        Largest load, kg.
    unit : str
        Of the display.

    Attributes
    ----------
    capacity_kg, tare_kg : float
        Largest load and tare in use, kg.
    unit : str
        Of the display, out of `UNITS`.
    """

    def __init__(self, balance: BalancePart, capacity_kg: float, unit: str = "g") -> None:
        if unit not in UNITS:
            raise ValueError(f"unit: given {unit!r}; allowed: {', '.join(UNITS)}")
        if not capacity_kg > 0.0:
            raise ValueError(f"capacity_kg: given {capacity_kg}; it must be positive")
        self.capacity_kg = capacity_kg
        self.tare_kg = 0.0
        self.unit = unit
        self._zero_kg = 0.0
        self._balance = balance
        self.step_kg = balance.readability_kg

    def stable(self) -> bool:
        """The stability detector."""
        return self._balance.stable()

    def rounded_kg(self, mass_kg: float) -> float:
        """To the display's step."""
        return round(mass_kg / self.step_kg) * self.step_kg

    def gross_kg(self) -> float:
        """Load above the zero, kg."""
        return self._balance.apparent_mass_kg() - self._zero_kg

    def net_kg(self) -> float:
        """What is shown, kg."""
        return self.gross_kg() - self.tare_kg

    def beyond(self) -> str:
        """``+`` overload, ``-`` underload, or nothing."""
        gross_kg = self.gross_kg()
        if gross_kg > self.capacity_kg:
            return "+"
        return "-" if gross_kg < -self.capacity_kg else ""

    def decimals(self, unit: str) -> int:
        """Digits behind the point: the last one is the step of the display, or finer in units that do not fit it."""
        if unit == "PCS":
            return 0
        return max(0, -math.floor(math.log10(self.step_kg / UNITS[unit]) + 1e-9))

    def digits(self, mass_kg: float, unit: str = "") -> str:
        """Weight in the unit of the display, or another, as a plain number with its sign if negative."""
        name = unit or self.unit
        value = self.rounded_kg(mass_kg) / UNITS[name]
        text = f"{value:.{self.decimals(name)}f}"
        return text if float(text) else text.lstrip("-")

    def take_tare(self) -> str:
        """Take the present load for tare; ``+`` or ``-`` where it is out of the range for that."""
        gross_kg = self.rounded_kg(self.gross_kg())
        if beyond := self.beyond():
            return beyond
        if gross_kg < -_ZERO_RANGE * self.capacity_kg:
            return "-"  # below what an empty pan may show
        self.tare_kg = gross_kg
        return ""

    def take_zero(self) -> str:
        """Take the present load for zero, within the zero range, and clear the tare; ``+`` or ``-`` beyond it."""
        load_kg = self._balance.apparent_mass_kg()
        if abs(load_kg) > _ZERO_RANGE * self.capacity_kg:
            return "+" if load_kg > 0.0 else "-"
        self._zero_kg, self.tare_kg = load_kg, 0.0
        return ""

    def adjust(self) -> bool:
        """Adjust with the internal weight, and set the zero; False where the pan is loaded."""
        if abs(self._balance.apparent_mass_kg()) > _ZERO_RANGE * self.capacity_kg:
            return False
        self._balance.adjust()
        self.take_zero()
        return True

    def adjust_with_load(self) -> None:
        """Adjust with what lies on the pan."""
        self._balance.adjust()
