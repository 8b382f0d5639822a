"""Weight lines of an MT-SICS balance: host unit and display unit, and the states that stand in for a weight."""

from __future__ import annotations

from vsmdaq_sim.instruments.balances.scale import UNITS, Scale
from vsmdaq_sim.instruments.common.arguments import RefusedCommandError, parse_float
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import BalancePart

__all__ = ["SicsScale"]


class SicsScale:
    """A scale that speaks MT-SICS.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    capacity_kg : float
        Largest load, kg.
    unit : str
        Host unit and display unit, as they are at first.

    Attributes
    ----------
    scale : Scale
        Zero, tare and steps; its unit is the host unit.
    display_unit : str
        Of the commands that end in U.
    """

    def __init__(self, balance: BalancePart, capacity_kg: float, unit: str = "g") -> None:
        self.scale = Scale(balance, capacity_kg, unit)
        self.display_unit = unit

    def line(self, *, displayed: bool = False) -> Reply:
        """``S S      1.0000 g``, ``S D ...``, ``S +`` or ``S -``."""
        beyond = self.scale.beyond()
        if beyond:
            return f"S {beyond}"
        state = "S" if self.scale.stable() else "D"
        return self.answer(f"S {state}", self.scale.net_kg(), unit=self.display_unit if displayed else "")

    def answer(self, head: str, mass_kg: float, *, unit: str = "") -> Reply:
        """A line with a weight: right-aligned in ten characters, and unit."""
        name = unit or self.scale.unit
        text = f"{head} {self.scale.digits(mass_kg, name):>10} {name}"
        return text if text.isascii() else text.encode("latin-1") + b"\r\n"

    def capacity_text(self) -> str:
        """Capacity with its unit."""
        return f"{self.scale.digits(self.scale.capacity_kg)} {self.scale.unit}"

    def tare(self, *, immediate: bool) -> Reply:
        """Take the present load for tare."""
        name = "TI" if immediate else "T"
        beyond = self.scale.take_tare()
        if beyond:
            return f"{name} {beyond}"
        return self.answer(f"{name} {'S' if self.scale.stable() else 'D'}", self.scale.tare_kg)

    def zero(self, *, immediate: bool) -> Reply:
        """Take the present load for zero."""
        stable = self.scale.stable()
        beyond = self.scale.take_zero()
        if beyond:
            return f"{'ZI' if immediate else 'Z'} {beyond}"
        return f"ZI {'S' if stable else 'D'}" if immediate else "Z A"

    def default_threshold_kg(self) -> float:
        """Change that ``SR`` reports: 12.5 % of the weight, at least 30 steps."""
        return max(0.125 * abs(self.scale.net_kg()), 30.0 * self.scale.step_kg)

    def parse(self, arguments: list[str]) -> float | None:
        """``value unit``, in the host unit, in kg; None where it is something else."""
        words = [word for word in arguments if word]
        if len(words) != 2 or words[1] != self.scale.unit:
            return None
        try:
            return parse_float(words[0]) * UNITS[words[1]]
        except RefusedCommandError:
            return None
