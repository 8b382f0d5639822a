"""Electromagnet: current by ramp, jump or trip; field that lags behind it, remanence of the yoke by history."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from vsmdaq_sim.world.drive import REST, Drive, Motion
from vsmdaq_sim.world.schema import MagnetTable

__all__ = ["Magnet"]

_SHORTEST_STEP_S = 0.010
_LARGEST_TRAVEL_A = 0.1  # per longer sub-step while ramping: 1.3 kA/m, small against the width of most loops
_CURVATURE_A = 2e-4  # largest departure from a straight line that a longer sub-step may have
_SETTLED = 1e-12


class Magnet:
    """The current is set by the supply; x follows it, first order; H = k x + sum_i w_i (p_i(x) - x).

    The current moves as `Drive` says: in straight and in exponential pieces.

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
        "_decay_s",
        "_drive",
        "_end_a",
        "_extra_ohm",
        "_frozen",
        "_k",
        "_plays",
        "_slope_a_per_s",
        "_table",
        "_target_a",
        "_tau_s",
        "_x_a",
        "field",
        "watch",
    )

    def __init__(self, table: MagnetTable, advance: Callable[[], None]) -> None:
        self._table = table
        self._advance = advance
        share = table.remanence_a_per_m / len(table.remanence_radii_a)
        self._plays = [[0.0, radius, share / radius] for radius in table.remanence_radii_a]
        self._k = table.field_constant_per_m - sum(weight for _, _, weight in self._plays)
        self._tau_s = table.lag_s
        self._current_a = self._x_a = self._target_a = 0.0
        self._extra_ohm, self._frozen = 0.0, False
        self._drive = Drive()
        self._slope_a_per_s = 0.0
        self._end_a = 0.0  # where a straight piece ends, or an exponential one would
        self._decay_s: float | None = None  # time constant of an exponential piece; None for a straight one
        self.field: float = 0.0
        """H at the sample (A/m) at the world's own time; see `field_a_per_m` for the present."""
        self.watch: Callable[[Motion], None] | None = None
        """Called with each new piece of the current's way, as it begins."""

    @property
    def set_point_a(self) -> float:
        """Where the current goes, or stays, A."""
        return self._target_a

    def ramp_to(
        self,
        current_a: float,
        rate_a_per_s: float,
        compliance_v: float = math.inf,
        segments: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Start a ramp from the present current.

        Parameters
        ----------
        current_a : float
            Set-point, A.
        rate_a_per_s : float
            Size of dI/dt, A/s.
        compliance_v : float
            Largest voltage across the magnet, V.
        segments : sequence of (float, float)
            |I| (A) up to which another rate (A/s) holds; ascending. Beyond the last one `rate_a_per_s` does.

        Raises
        ------
        ValueError
            Where the current is not finite, a rate is not positive and finite, the compliance is negative, or the
            segments do not ascend.
        """
        rates = [rate_a_per_s, *(rate for _, rate in segments)]
        if not (math.isfinite(current_a) and all(0.0 < rate < math.inf for rate in rates) and compliance_v >= 0.0):
            raise ValueError(
                f"ramp to {current_a!r} A at {rate_a_per_s!r} A/s within {compliance_v!r} V was asked for;"
                " allowed: finite current, rate > 0, compliance >= 0"
            )
        bounds = [0.0, *(upper_a for upper_a, _ in segments)]
        if not all(lower < upper < math.inf for lower, upper in pairwise(bounds)):
            raise ValueError(f"segments end at {bounds[1:]} A; allowed: finite, ascending from 0")
        self._move(current_a, Drive(rate_a_per_s, compliance_v, tuple(segments)))

    def step_to(self, current_a: float, compliance_v: float) -> None:
        """Set-point of a supply without ramp: the current follows as fast as `compliance_v` (V) drives it.

        Called again with the same current, it changes the compliance.

        Raises
        ------
        ValueError
            Where the current is not finite, or the compliance is negative or not finite.
        """
        if not math.isfinite(current_a) or not 0.0 <= compliance_v < math.inf:
            raise ValueError(
                f"step to {current_a!r} A within {compliance_v!r} V was asked for; allowed: finite current and compliance >= 0"
            )
        self._move(current_a, Drive(math.inf, compliance_v))

    def switch_off(self) -> None:
        """Trip, or output off: no voltage any more, the current runs down by itself; the set-point is 0 A."""
        self._frozen = False
        self._move(0.0, Drive(math.inf, 0.0, on=False))

    def stop(self) -> None:
        """Stop a ramp: the current stays where it is; without effect while switched off."""
        self._advance()
        if not self._drive.on:
            return
        self._target_a = self._current_a
        self._begin_piece()

    def loosen(self, extra_ohm: float) -> None:
        """A contact gets loose: so much more resistance (ohm)."""
        self._advance()
        self._extra_ohm += extra_ohm
        self._begin_piece()

    def freeze(self) -> None:
        """The output stage stays where it is, whatever the set-point, until it is switched off."""
        self._advance()
        self._frozen = True
        self._begin_piece()

    def current_a(self) -> float:
        """Get the current, A."""
        self._advance()
        return self._current_a

    def ramping(self) -> bool:
        """Tell whether the current is not at the set-point: on its way, or kept from it by the compliance."""
        self._advance()
        return self.ramping_now

    def field_a_per_m(self) -> float:
        """Get the true field at the sample, A/m."""
        self._advance()
        return self.field

    def voltage_v(self) -> float:
        """Get the voltage across the magnet, V: resistance and inductance; 0 while the current runs down after a trip."""
        self._advance()
        decay_s = self._decay_s
        slope = self._slope_a_per_s if decay_s is None else (self._end_a - self._current_a) / decay_s
        return (self._table.resistance_ohm + self._extra_ohm) * self._current_a + self._table.inductance_h * slope

    def at_compliance(self) -> bool:
        """Tell whether the voltage is at its limit now."""
        return self._drive.on and abs(self.voltage_v()) >= self._drive.compliance_v * (1.0 - 1e-9)

    def _move(self, current_a: float, drive: Drive) -> None:
        self._advance()
        self._target_a, self._drive = current_a, drive
        self._begin_piece()

    def _begin_piece(self, *, limited: bool = False, after_s: float | None = None) -> None:
        table = self._table
        resistance_ohm = table.resistance_ohm + self._extra_ohm
        piece = REST
        if not self._frozen:
            piece = self._drive.next_piece(
                self._current_a, self._target_a, resistance_ohm, table.inductance_h, limited=limited
            )
        if piece.jump_a is not None:
            self._current_a = piece.jump_a
        self._slope_a_per_s, self._end_a, self._decay_s = piece.slope_a_per_s, piece.end_a, piece.decay_s
        self._tell(after_s)

    def _tell(self, after_s: float | None) -> None:
        """Say how the current goes on from now, or (`after_s`) that long after the world's own time."""
        if self.watch is not None:
            self.watch(Motion(after_s, self._current_a, self._slope_a_per_s, self._end_a, self._decay_s))

    # Below: for the world, which decides about the steps.

    @property
    def ramping_now(self) -> bool:
        """As `ramping`, at the world's own time."""
        return self._current_a != self._target_a

    @property
    def moving(self) -> bool:
        """The field still changes."""
        return self._slope_a_per_s != 0.0 or self._x_a != self._current_a or self._decay_s is not None

    def go(self, limit_s: float) -> float:
        """Move the state on by a step that needs no closer look; returns it (s, at most `limit_s`)."""
        if self._slope_a_per_s != 0.0 or self._decay_s is not None:
            step = self.next_step_s(limit_s)
            self.step(step)
            return step
        # the field alone still follows: most of the steps; to the last bit what the general way gives
        tau, current = self._tau_s, self._current_a
        behind = self._x_a - current
        step = _subdivided_s(limit_s, 0.0, abs(behind) / tau**2)
        x = current + behind * math.exp(-step / tau)
        self._x_a = current if abs(x - current) <= _SETTLED * max(1.0, abs(current)) else x
        self._magnetise()
        return step

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) that needs no closer look: no turning point, little curvature in between."""
        if self._decay_s is not None:
            return self._next_exponential_step_s(limit_s, self._decay_s)
        slope, tau = self._slope_a_per_s, self._tau_s
        curved = self._x_a - self._current_a + slope * tau
        step = _subdivided_s(limit_s, abs(slope), abs(curved) / tau**2)
        if slope != 0.0:
            step = min(step, (self._end_a - self._current_a) / slope)
            turn = curved / (slope * tau)  # x turns where exp(-t/tau) is the inverse of this
            if turn > 1.0:
                turn_s = tau * math.log(turn)
                if 1e-9 * tau < turn_s < step:
                    step = turn_s
        return step

    def _next_exponential_step_s(self, limit_s: float, decay_s: float) -> float:
        tau, left = self._tau_s, self._current_a - self._end_a
        slope, behind = abs(left) / decay_s, self._current_a - self._x_a
        step = _subdivided_s(limit_s, slope, (slope + max(abs(behind) / tau, slope)) / tau)
        if (self._target_a - self._current_a) * (self._end_a - self._target_a) > 0.0:  # met on the way
            step = min(step, decay_s * math.log1p((self._target_a - self._current_a) / (self._end_a - self._target_a)))
        if left != 0.0:
            # I - x is zero where (exp(d t) - 1)/d is this, with d the difference of the two rates
            passed, d = decay_s * behind / left, 1.0 / tau - 1.0 / decay_s
            if passed > 0.0 and d * passed > -1.0:
                turn_s = math.log1p(d * passed) / d if abs(d * passed) > 1e-12 else passed
                if 1e-9 * tau < turn_s < step:
                    step = turn_s
        return step

    def step(self, duration_s: float) -> None:
        """Move the state on; `duration_s` must not be longer than `next_step_s` allows."""
        if self._decay_s is None:
            self._step_straight(duration_s)
        else:
            self._step_exponential(duration_s, self._decay_s)
        if not (self._slope_a_per_s or self._decay_s) and abs(self._x_a - self._current_a) <= _SETTLED * max(
            1.0, abs(self._current_a)
        ):
            self._x_a = self._current_a
        self._magnetise()

    def _step_straight(self, duration_s: float) -> None:
        slope, tau, start = self._slope_a_per_s, self._tau_s, self._current_a
        curved = self._x_a - start + slope * tau
        end = start + slope * duration_s
        self._x_a = end - slope * tau + curved * math.exp(-duration_s / tau)
        if slope != 0.0 and abs(end - self._end_a) <= 1e-12 * max(1.0, abs(end)):
            self._current_a = self._end_a
            corner = self._current_a == self._target_a or self._drive.at_corner(self._current_a)
            self._begin_piece(limited=not corner, after_s=duration_s)
        else:
            self._current_a = end

    def _step_exponential(self, duration_s: float, decay_s: float) -> None:
        tau, limit = self._tau_s, self._end_a
        left = self._current_a - limit
        current_left, x_left = math.exp(-duration_s / decay_s), math.exp(-duration_s / tau)
        apart = duration_s / tau - duration_s / decay_s
        # (1/tau) times the integral of exp(-s/decay) exp(-(t-s)/tau), also where the two time constants are equal
        if abs(apart) < 1.0:
            mixed = duration_s / tau * x_left * (math.expm1(apart) / apart if apart != 0.0 else 1.0)
        else:
            mixed = (current_left - x_left) / (1.0 - tau / decay_s)
        self._x_a = limit + (self._x_a - limit) * x_left + left * mixed
        end = limit + left * current_left
        if abs(end - self._target_a) <= 1e-12 * max(1.0, abs(end)):
            self._current_a = self._target_a
            self._begin_piece(after_s=duration_s)
        elif abs(end - limit) <= _SETTLED * max(1.0, abs(end)):
            self._current_a, self._decay_s = limit, None
            self._tell(duration_s)
        else:
            self._current_a = end

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


def _subdivided_s(limit_s: float, slope_a_per_s: float, bend_a_per_s2: float) -> float:
    """A step (s) up to the limit (s) in which the field moves and bends little."""
    step = _SHORTEST_STEP_S
    while (
        step < limit_s
        and slope_a_per_s * 2.0 * step <= _LARGEST_TRAVEL_A
        and bend_a_per_s2 * (2.0 * step) ** 2 <= 8.0 * _CURVATURE_A
    ):
        step *= 2.0
    return limit_s if limit_s < 1.5 * step else step  # no small crumb after it
