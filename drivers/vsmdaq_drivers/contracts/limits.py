"""Limits of the field current: one value, the narrower of magnet and supply, checked in the driver."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vsmdaq_drivers.contracts.errors import LimitError

__all__ = ["CurrentLimits", "SupplyHandling"]


@dataclass(frozen=True, slots=True)
class CurrentLimits:
    """What magnet and supply together allow.

    Parameters
    ----------
    max_current_a : float
        Largest absolute value of the current, A.
    max_rate_a_per_s : float
        Largest absolute value of dI/dt, A/s.
    """

    max_current_a: float
    max_rate_a_per_s: float

    def narrower(self, other: CurrentLimits) -> CurrentLimits:
        """The limits that satisfy both."""
        return CurrentLimits(
            min(self.max_current_a, other.max_current_a), min(self.max_rate_a_per_s, other.max_rate_a_per_s)
        )

    def check_current(self, current_a: float, *, instrument: str = "") -> float:
        """Return `current_a`, or raise LimitError where it is not finite or beyond the limit."""
        if not math.isfinite(current_a) or abs(current_a) > self.max_current_a:
            raise LimitError("current", current_a, -self.max_current_a, self.max_current_a, "A", instrument=instrument)
        return current_a

    def check_rate(self, rate_a_per_s: float, *, instrument: str = "") -> float:
        """Return `rate_a_per_s`, or raise LimitError where it is not finite, not positive or beyond the limit."""
        if not math.isfinite(rate_a_per_s) or not 0 < rate_a_per_s <= self.max_rate_a_per_s:
            raise LimitError("ramp rate", rate_a_per_s, 0.0, self.max_rate_a_per_s, "A/s", instrument=instrument)
        return rate_a_per_s


@dataclass(frozen=True, slots=True)
class SupplyHandling:
    """How a supply wants to be handled.

    Attributes
    ----------
    poll_interval_s : float
        It is to be polled at least this often while it ramps: a ramp by software takes its steps there.
    reversal_s : float
        What a change of sign takes beside the ramp itself, s; 0 for a bipolar supply.
    zero_a : float
        Measured currents up to this size are zero, as far as it can tell.
    ramps_itself : bool
        It goes from set-point to set-point in a straight line at the rate that it is told, without being polled.
    """

    poll_interval_s: float = 0.5
    reversal_s: float = 0.0
    zero_a: float = 0.02
    ramps_itself: bool = False
