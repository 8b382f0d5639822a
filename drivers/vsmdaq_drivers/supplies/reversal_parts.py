"""What a reversal of polarity needs of a supply, and its thresholds and times; see `reversal`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from vsmdaq_drivers.contracts import LimitError
from vsmdaq_drivers.entry import Option

__all__ = ["REVERSAL_OPTIONS", "Look", "ReversalTimes", "Stage", "SwitchedSupply"]

REVERSAL_OPTIONS = {
    "zero_current": Option("zero_current_a", "current", "the polarity is switched up to this measured current (0.1 A)"),
    "dwell": Option("dwell_s", "time", "time with the output off before it is switched (1 s); more than 5 L/R"),
    "settle": Option("settle_s", "time", "time until the switch is asked where it is (0.3 s)"),
    "patience": Option("patience_s", "time", "longest time for any single step of it (10 s)"),
}
"""What a bench file may say of it."""

_HIGHEST_ZERO_A = 1.0
_SHORTEST_DWELL_S = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the supply: size of the measured current (A), set-point (A), output on, no fault, bench time (s)."""

    size_a: float
    set_point_a: float
    output_on: bool
    healthy: bool
    time_s: float


class SwitchedSupply(Protocol):
    """What the sequence needs of a supply with a polarity switch."""

    @property
    def name(self) -> str:
        """Driver and address, for messages."""
        ...

    def send_set_point(self, size_a: float) -> str:
        """Send a set-point (A, >= 0); returns the command, for messages."""
        ...

    def read_set_point(self) -> float:
        """Ask for the set-point, A."""
        ...

    def send_output(self, *, on: bool) -> None:
        """Switch the output; what became of it is seen in the next look."""
        ...

    def send_polarity(self, sign: int) -> None:
        """Move the polarity switch: 1 normal, -1 reversed."""
        ...

    def read_polarity(self) -> int:
        """Position of the switch: 1 normal, -1 reversed, 0 in between."""
        ...


@dataclass(frozen=True, slots=True)
class ReversalTimes:
    """When the switch may be moved, and how long anything may take.

    Parameters
    ----------
    zero_a : float
        The measured current counts as zero up to this, A; at most 1.
    dwell_s : float
        Time with the output off before the switch is moved, s; at least 0.1.
    settle_s : float
        Time that the switch is given before its position is asked, s.
    patience_s : float
        Longest time for any single one of these things, s.
    """

    zero_a: float
    dwell_s: float
    settle_s: float
    patience_s: float

    def checked(self, instrument: str) -> ReversalTimes:
        """Return these times, or raise LimitError where one is out of its range."""
        longest_s = 60.0
        for quantity, value, lowest, highest, unit in (
            ("current at which the polarity may be switched", self.zero_a, 1e-3, _HIGHEST_ZERO_A, "A"),
            ("dwell before the polarity is switched", self.dwell_s, _SHORTEST_DWELL_S, longest_s, "s"),
            ("time for the polarity switch to settle", self.settle_s, 0.0, longest_s, "s"),
            ("patience with the polarity switch", self.patience_s, 0.5, longest_s, "s"),
        ):
            if not lowest <= value <= highest:
                raise LimitError(quantity, value, lowest, highest, unit, instrument=instrument)
        return self


class Stage(Enum):
    """Where the sequence is."""

    RAMP = "output on, the set-point walks or rests"
    ZERO = "set-point at zero, the current has to follow"
    OFF = "output off"
    SWITCHING = "the switch moves"
    ON = "the output has to come on"
    FAILED = "something could not be verified"
