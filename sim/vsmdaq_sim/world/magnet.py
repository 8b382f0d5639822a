"""Electromagnet: ramped current, field that lags behind it, remanence of the yoke by history."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.world.schema import MagnetTable

__all__ = ["Magnet"]

_SHORTEST_STEP_S = 0.010
_LARGEST_TRAVEL_A = 0.1  # per longer sub-step while ramping: 1.3 kA/m, small against the width of most loops
_CURVATURE_A = 2e-4  # largest departure from a straight line that a longer sub-step may have
_SETTLED = 1e-12


class Magnet:
    """The current is piecewise linear in time; x follows it, first order; H = k x + sum_i w_i (p_i(x) - x).

    The p_i are play operators of half width r_i, w_i r_i add up to the remanence: after positive saturation H is
    +remanence at x = 0, after negative saturation -remanence. All moves are by closed forms, exact for any step in which
    x is monotonic; `next_step_s` never returns a step across a turning point.

    Parameters
    ----------
    table : MagnetTable
        What the world file says.
    advance : callable
        Brings the world to the present; called by everything that looks at the magnet.
    """

    __slots__ = (
        "_advance",
        "_current_a",
        "_k",
        "_plays",
        "_slope_a_per_s",
        "_table",
        "_target_a",
        "_tau_s",
        "_x_a",
        "field",
    )

    def __init__(self, table: MagnetTable, advance: Callable[[], None]) -> None:
        self._table = table
        self._advance = advance
        share = table.remanence_a_per_m / len(table.remanence_radii_a)
        self._plays = [[0.0, radius, share / radius] for radius in table.remanence_radii_a]
        self._k = table.field_constant_per_m - sum(weight for _, _, weight in self._plays)
        self._tau_s = table.lag_s
        self._current_a = self._x_a = self._target_a = self._slope_a_per_s = 0.0
        self.field = 0.0
        """H at the sample (A/m) at the world's own time; see `field_a_per_m` for the present."""

    @property
    def set_point_a(self) -> float:
        """Where the current goes, or stays, A."""
        return self._target_a

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp from the present current.

        Raises
        ------
        ValueError
            Where the current is not finite or the rate is not positive and finite.
        """
        if not math.isfinite(current_a) or not 0.0 < rate_a_per_s < math.inf:
            raise ValueError(
                f"ramp to {current_a!r} A at {rate_a_per_s!r} A/s was asked for; allowed: finite current, rate > 0"
            )
        self._advance()
        self._target_a = current_a
        self._slope_a_per_s = math.copysign(rate_a_per_s, current_a - self._current_a) if self.ramping_now else 0.0

    def stop(self) -> None:
        """Stop a ramp: the current stays where it is."""
        self._advance()
        self._target_a = self._current_a
        self._slope_a_per_s = 0.0

    def current_a(self) -> float:
        """Get the current, A."""
        self._advance()
        return self._current_a

    def ramping(self) -> bool:
        """Tell whether the current is still on its way to the set-point."""
        self._advance()
        return self.ramping_now

    def field_a_per_m(self) -> float:
        """Get the true field at the sample, A/m."""
        self._advance()
        return self.field

    def voltage_v(self) -> float:
        """Get the voltage across the magnet, V: resistance and inductance."""
        self._advance()
        return self._table.resistance_ohm * self._current_a + self._table.inductance_h * self._slope_a_per_s

    # Below: for the world, which decides about the steps.

    @property
    def ramping_now(self) -> bool:
        """As `ramping`, at the world's own time."""
        return self._current_a != self._target_a

    @property
    def moving(self) -> bool:
        """The field still changes."""
        return self._slope_a_per_s != 0.0 or self._x_a != self._current_a

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) that needs no closer look: no turning point, little curvature in between."""
        slope, tau = self._slope_a_per_s, self._tau_s
        curved = self._x_a - self._current_a + slope * tau
        step = _SHORTEST_STEP_S
        while (
            step < limit_s
            and abs(slope) * 2.0 * step <= _LARGEST_TRAVEL_A
            and abs(curved) * (2.0 * step / tau) ** 2 <= 8.0 * _CURVATURE_A
        ):
            step *= 2.0
        step = limit_s if limit_s < 1.5 * step else step  # no small crumb after it
        if slope != 0.0:
            step = min(step, (self._target_a - self._current_a) / slope)
            turn = curved / (slope * tau)  # x turns where exp(-t/tau) is the inverse of this
            if turn > 1.0:
                turn_s = tau * math.log(turn)
                if 1e-9 * tau < turn_s < step:
                    step = turn_s
        return step

    def step(self, duration_s: float) -> None:
        """Move the state on; `duration_s` must not be longer than `next_step_s` allows."""
        slope, tau, start = self._slope_a_per_s, self._tau_s, self._current_a
        curved = self._x_a - start + slope * tau
        end = start + slope * duration_s
        rest = curved * math.exp(-duration_s / tau)
        self._x_a = end - slope * tau + rest
        if slope != 0.0 and abs(end - self._target_a) <= 1e-12 * max(1.0, abs(end)):
            end, self._slope_a_per_s = self._target_a, 0.0
        self._current_a = end
        if self._slope_a_per_s == 0.0 and abs(self._x_a - end) <= _SETTLED * max(1.0, abs(end)):
            self._x_a = end
        self._magnetise()

    def _magnetise(self) -> None:
        x = self._x_a
        field = self._k * x
        for play in self._plays:
            position, radius, weight = play
            if position > x + radius:
                play[0] = position = x + radius
            elif position < x - radius:
                play[0] = position = x - radius
            field += weight * position
        self.field = field
