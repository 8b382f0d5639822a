"""How a supply moves the current of an inductive magnet: at its rate, as long as its voltage is enough.

The supply wants ``|dI/dt| = rate`` towards its set-point. That takes ``R I + L dI/dt``; where this is more than the compliance V
the output stays at ±V, and the current goes exponentially, with L/R, towards ±V/R. On the way to a set-point the voltage needed
only grows, so that a straight piece comes first, then an exponential one, never the other way round. A jump of the
set-point is an infinite rate; a trip is a compliance of 0 V: the current runs down through a short circuit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["REST", "Drive", "Motion", "Piece"]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the way: a straight line to `end_a`, or (`decay_s` given) an exponential towards `end_a`.

    `jump_a` is a current (A) that is there at once: without inductance nothing holds it back.
    """

    slope_a_per_s: float
    end_a: float
    decay_s: float | None = None
    jump_a: float | None = None


REST = Piece(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Motion:
    """How the current goes on from an instant: I (A), and dI/dt (A/s) or an exponential towards `end_a` with `decay_s`.

    `after_s` is how long after the world's own time that instant is; None for an order from outside, which comes at that time.
    """

    after_s: float | None
    current_a: float
    slope_a_per_s: float
    end_a: float
    decay_s: float | None


@dataclass(frozen=True, slots=True)
class Drive:
    """What the supply does.

    Attributes
    ----------
    rate_a_per_s : float
        Rate beyond the last segment, ``inf`` for a supply that jumps.
    compliance_v : float
        Largest voltage, V.
    segments : tuple of (float, float)
        |I| (A) up to which a segment reaches, and its rate (A/s); ascending.
    on : bool
        The output stage is on.
    """

    rate_a_per_s: float = math.inf
    compliance_v: float = math.inf
    segments: tuple[tuple[float, float], ...] = ()
    on: bool = True

    def next_piece(
        self, current_a: float, target_a: float, resistance_ohm: float, inductance_h: float, *, limited: bool
    ) -> Piece:
        """The piece that comes next; `limited` after a straight one that ended because the voltage did."""
        compliance_v = self.compliance_v
        held = resistance_ohm * abs(current_a) <= compliance_v * (1.0 + _ROUNDING)
        if current_a == target_a and held:
            return REST
        sign = math.copysign(1.0, target_a - current_a if current_a != target_a else target_a)
        reach_a = sign * compliance_v / resistance_ohm if resistance_ohm > 0.0 else sign * math.inf
        rate, corner_a = self._segment(current_a, sign)
        left_v = sign * compliance_v - resistance_ohm * current_a
        steepest = left_v / inductance_h if inductance_h > 0.0 else sign * math.inf
        if held and not limited and rate < math.inf and rate <= sign * steepest:
            edge_a = reach_a - sign * inductance_h * rate / resistance_ohm if resistance_ohm > 0.0 else reach_a
            end_a = _nearer(sign, _nearer(sign, target_a, corner_a), edge_a)
            if sign * end_a > sign * current_a:  # else the voltage ends just here
                return Piece(sign * rate, end_a)
        if inductance_h == 0.0:
            return Piece(0.0, 0.0, jump_a=_nearer(sign, target_a, reach_a))
        if resistance_ohm == 0.0:
            return Piece(sign * compliance_v / inductance_h, target_a)
        return Piece(0.0, reach_a, decay_s=inductance_h / resistance_ohm)

    def at_corner(self, current_a: float) -> bool:
        """Whether a segment ends at this current: the next piece is straight again."""
        return any(abs(current_a) == upper_a for upper_a, _ in self.segments) or (
            current_a == 0.0 and bool(self.segments)
        )

    def _segment(self, current_a: float, sign: float) -> tuple[float, float]:
        """Rate (A/s) at a current for a move in a direction, and the current (A) at which it changes."""
        outwards = sign * current_a >= 0.0
        below_a = 0.0
        for upper_a, rate in self.segments:
            inside = abs(current_a) < upper_a if outwards else abs(current_a) <= upper_a
            if inside:
                return rate, sign * (upper_a if outwards else -below_a)
            below_a = upper_a
        return self.rate_a_per_s, sign * (math.inf if outwards or not self.segments else -below_a)


def _nearer(sign: float, one_a: float, other_a: float) -> float:
    """Which of two currents comes first in a direction."""
    return one_a if sign * one_a <= sign * other_a else other_a
