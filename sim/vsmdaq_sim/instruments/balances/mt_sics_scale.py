"""Zero, tare, display steps and weight lines of an MT-SICS balance; grams on the wire, kilograms inside."""

from __future__ import annotations

import math

from vsmdaq_sim.instruments.common.arguments import RefusedCommandError, parse_float
from vsmdaq_sim.instruments.common.ports import BalancePart

__all__ = ["Scale"]

_ZERO_RANGE = 0.02  # of capacity


class Scale:
    """What the display shows of the weighing cell's indication.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    capacity_kg : float
        Largest load, kg.
    """

    def __init__(self, balance: BalancePart, capacity_kg: float) -> None:
        self.capacity_kg = capacity_kg
        self.tare_kg = 0.0
        self._zero_kg = 0.0
        self._balance = balance
        self._step_kg = balance.readability_kg
        self._decimals = max(0, -math.floor(math.log10(self._step_kg * 1e3) + 1e-9))

    def stable(self) -> bool:
        """The stability detector."""
        return self._balance.stable()

    def rounded_kg(self, mass_kg: float) -> float:
        """To the display's step."""
        return round(mass_kg / self._step_kg) * self._step_kg

    def net_kg(self) -> float:
        """What is shown."""
        return self._gross_kg() - self.tare_kg

    def _gross_kg(self) -> float:
        return self._balance.apparent_mass_kg() - self._zero_kg

    def out_of_range(self) -> str:
        """``+`` overload, ``-`` underload, or nothing."""
        gross_kg = self._gross_kg()
        if gross_kg > self.capacity_kg:
            return "+"
        return "-" if gross_kg < -self.capacity_kg else ""

    def line(self) -> str:
        """``S S      1.0000 g``, ``S D ...``, ``S +`` or ``S -``."""
        beyond = self.out_of_range()
        if beyond:
            return f"S {beyond}"
        return f"S {'S' if self.stable() else 'D'} {self.text(self.net_kg())}"

    def text(self, mass_kg: float) -> str:
        """Weight right-aligned in ten characters, and unit."""
        grams = self.rounded_kg(mass_kg) * 1e3
        return f"{grams + 0.0:>10.{self._decimals}f} g"

    def capacity_text(self) -> str:
        """Capacity in g."""
        return f"{self.capacity_kg * 1e3:.{self._decimals}f}"

    def tare(self, *, immediate: bool) -> str:
        """Take the present load for tare."""
        name = "TI" if immediate else "T"
        beyond = self.out_of_range()
        if beyond:
            return f"{name} {beyond}"
        gross_kg = self.rounded_kg(self._gross_kg())
        if gross_kg < -_ZERO_RANGE * self.capacity_kg:
            return f"{name} -"  # below what an empty pan may show
        self.tare_kg = gross_kg
        return f"{name} {'S' if self.stable() else 'D'} {self.text(gross_kg)}"

    def zero(self, *, immediate: bool) -> str:
        """Take the present load for zero, within the zero range; clears the tare."""
        name = "ZI" if immediate else "Z"
        load_kg = self._balance.apparent_mass_kg()
        if abs(load_kg) > _ZERO_RANGE * self.capacity_kg:
            return f"{name} {'+' if load_kg > 0.0 else '-'}"
        stable = self.stable()
        self._zero_kg, self.tare_kg = load_kg, 0.0
        return f"ZI {'S' if stable else 'D'}" if immediate else "Z A"

    def default_threshold_kg(self) -> float:
        """Change that ``SR`` reports: 12.5 % of the weight, at least 30 steps."""
        return max(0.125 * abs(self.net_kg()), 30.0 * self._step_kg)

    def parse(self, arguments: list[str]) -> float | None:
        """``value g`` in kg; None where it is something else."""
        words = [word for word in arguments if word]
        if len(words) != 2 or words[1] != "g":
            return None
        try:
            return parse_float(words[0]) * 1e-3
        except RefusedCommandError:
            return None
