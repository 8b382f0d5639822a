"""How to drive the current so that a lagging field arrives with it. Pure.

The field follows the current with a first-order lag tau: tau dH/dt = k I - H. Where |dI/dt| is at most r, the quickest way to
be at rest at the new field is to go beyond the set-point at r and to come back at r (Pontryagin's maximum principle: the current
moves at its bound and turns once). With a = exp(t_turn/tau) both conditions

    I(T) = I_end:   r (2 t_turn - T) = D        k I(T) = H(T):   2 a = 1 + exp(T/tau)

give a = c (1 + sqrt(1 - 1/c)), c = exp(D/(r tau)). All the way k I > H, so the field never turns back; where the true lag is
longer than the one that was counted with, it arrives from the same side, and a known rest of the step is still to come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Turn", "rest_after", "turn_for"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A ramp beyond the set-point and back.

    Attributes
    ----------
    beyond_a : float
        How far beyond the set-point the current goes, A.
    turn_s, total_s : float
        When it turns and when it arrives, s after the start.
    """

    beyond_a: float
    turn_s: float
    total_s: float


def turn_for(step_a: float, rate_a_per_s: float, lag_s: float) -> Turn:
    """The quickest way to bring a field with lag `lag_s` (s) over `step_a` (A, > 0) at `rate_a_per_s` (A/s)."""
    x = step_a / (rate_a_per_s * lag_s)
    log_a = x + math.log1p(math.sqrt(-math.expm1(-x)))
    turn_s = lag_s * log_a
    total_s = turn_s + lag_s * math.log(2.0 - math.exp(-log_a))
    return Turn(rate_a_per_s * (total_s - turn_s), turn_s, total_s)


def rest_after(
    step_a: float, rate_a_per_s: float, lag_s: float, *, up_s: float, stood_s: float, back_s: float
) -> float:
    """Part of the step that a field with this lag still lacks when the current is back; < 0 where it went beyond.

    Parameters
    ----------
    step_a, rate_a_per_s, lag_s : float
        Step (A, > 0), rate (A/s), lag (s).
    up_s, stood_s, back_s : float
        How long the current went up, stood beyond, came back, s.
    """

    def left(ago_s: float) -> float:
        return math.exp(-ago_s / lag_s)

    whole_s = up_s + stood_s + back_s
    return rate_a_per_s * lag_s / step_a * (left(stood_s + back_s) - left(whole_s) - 1.0 + left(back_s))
