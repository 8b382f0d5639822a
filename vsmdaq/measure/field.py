"""Bring the magnet to a field, monotonically."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq.measure.feed_forward import Turn, rest_after, turn_for
from vsmdaq_drivers.contracts import Clock, FieldSupply, InstrumentFaultError, SettlingError

__all__ = ["Arrival", "FieldControl", "Lag", "current_for"]

NEGLIGIBLE = 0.005
"""Part of a step that the field may still be behind when the next step, the other way, makes up for the lag."""

EARLY = 0.3
"""Part of the way back by which a turn may come early, for fear of being late; beyond that, plain ramps are better."""

FORGOTTEN = 0.98
"""What is left of the worst delay at each instant that was met."""

BEYOND = 0.02
"""Part of a step by which a field may have gone beyond before its point says so."""

RAMP_GRACE_S = 5.0
"""A ramp that takes this much longer than rate and distance say is not arriving."""


def current_for(field_a_per_m: float, field_constant_per_m: float, step_a: float, highest_a: float = math.inf) -> float:
    """Current (A) for a field (A/m) by the field constant ((A/m)/A), on the grid of the supply's set-points (A).

    The nearest set-point; for a field within a step of the limit `highest_a` (A) the last one that is not beyond it.
    """
    steps = round(field_a_per_m / field_constant_per_m / step_a)
    if highest_a < abs(steps) * step_a < highest_a + step_a:
        steps -= int(math.copysign(1, steps))
    # to the nA: 543000 * 1e-4 is a little more than 54.3, and beyond a limit of 54.3 A
    return round(steps * step_a, 9)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The end of a ramp.

    Attributes
    ----------
    time_s : float
        When the current arrived, bench time.
    current_a : float
        The set-point that it arrived at.
    rest : float
        Largest part of the field's step that may still come, with the magnet's lag: 1 after a plain ramp.
    beyond_a_per_m : float
        By so much the field went beyond on its way, because a command came late; 0 where it did not.
    """

    time_s: float
    current_a: float
    rest: float = 1.0
    beyond_a_per_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Lag:
    """First-order lag of the field behind the current: time constant and its standard uncertainty, s."""

    time_constant_s: float
    u_s: float

    @property
    def shortest_s(self) -> float:
        """Three standard uncertainties shorter: what may be made up for without going too far."""
        return self.time_constant_s - 3.0 * self.u_s

    @property
    def longest_s(self) -> float:
        """Two standard uncertainties longer: what waiting counts with."""
        return self.time_constant_s + 2.0 * self.u_s


class FieldControl:
    """Set-points of H turned into current ramps, one direction of the field at a time.

    The current is field over field constant. Where the lag is known, the current goes a little beyond and comes back, so that
    the field arrives with it (see `feed_forward`); the field itself never turns. What field came out is measured, not assumed.

    Parameters
    ----------
    supply : FieldSupply
        The magnet supply, with its limits.
    clock : Clock
        Bench time.
    field_constant_per_m : float
        Field per current, (A/m)/A.
    rate_a_per_s : float
        Ramp rate.
    check : callable
        Called between messages; raises to end the run (interruption, stop request).
    lag : Lag or None
        Lag to make up for; None for plain ramps.
    interrupted : callable, optional
        Called instead of `check` on a way that goes beyond: it raises at once or returns at once. What takes time there (a
        hold, a look at an instrument) would leave the current beyond, and the field would follow it.
    """

    def __init__(
        self,
        supply: FieldSupply,
        clock: Clock,
        *,
        field_constant_per_m: float,
        rate_a_per_s: float,
        check: Callable[[], None],
        lag: Lag | None = None,
        interrupted: Callable[[], None] | None = None,
    ) -> None:
        self._supply = supply
        self._clock = clock
        self._field_constant_per_m = field_constant_per_m
        self._rate_a_per_s = rate_a_per_s
        self._check = check
        self._interrupted = interrupted or check
        self._lag = lag if supply.handling.ramps_itself else None
        self._set_point_a: float | None = None
        self._behind_a = 0.0  # what the field still lacked when the current last arrived, and when that was
        self._arrived_s = 0.0
        self._jitter_s = 0.0  # by how much an instant may be missed, as far as was seen
        self._command_s = 0.0  # how long the last command of a ramp took: the next one cannot come sooner

    @property
    def highest_field_a_per_m(self) -> float:
        """Largest field that the limits allow, A/m."""
        return self._supply.limits.max_current_a * abs(self._field_constant_per_m)

    def current_for(self, field_a_per_m: float) -> float:
        """Current (A) for a field (A/m), on the grid of the supply's set-points."""
        supply = self._supply
        return current_for(field_a_per_m, self._field_constant_per_m, supply.resolution_a, supply.limits.max_current_a)

    def go_to(self, field_a_per_m: float, *, promptly: bool = False) -> Arrival:
        """Ramp to a field and return once the supply has arrived.

        Parameters
        ----------
        field_a_per_m : float
            Where to.
        promptly : bool
            Make up for the lag, where it is known: the current goes beyond and comes back.

        Raises
        ------
        LimitError
            Before anything is sent.
        InstrumentFaultError
            The supply reports a fault on the way.
        SettlingError
            The ramp does not end in time.
        """
        target_a = self.current_for(field_a_per_m)
        start_a = self._supply.poll().current_a if self._set_point_a is None else self._set_point_a
        turn = self._turn(start_a, target_a) if promptly else None
        if turn is None:
            duration_s = abs(target_a - start_a) / self._rate_a_per_s
            if target_a * start_a < 0.0:
                duration_s += self._supply.handling.reversal_s
            self._start(target_a)
            arrival = Arrival(self._wait(self._clock.now(), duration_s), target_a)
        else:
            arrival = self._beyond_and_back(start_a, target_a, turn)
        self._behind_a, self._arrived_s = arrival.rest * (target_a - start_a), arrival.time_s
        return arrival

    def _start(self, target_a: float) -> None:
        began_s = self._clock.now()
        self._supply.ramp_to(target_a, self._rate_a_per_s)
        self._command_s = self._clock.now() - began_s
        self._set_point_a = target_a

    def _turn(self, start_a: float, target_a: float) -> Turn | None:
        """How to make up for the lag; None where it is not known or there is no room for it."""
        step_a = abs(target_a - start_a)
        if self._lag is None or self._lag.shortest_s <= 0.0 or step_a < 10.0 * self._supply.resolution_a:
            return None
        behind_a = self._behind_a * math.exp((self._arrived_s - self._clock.now()) / self._lag.longest_s)
        if behind_a * (target_a - start_a) < 0.0 and abs(behind_a) > NEGLIGIBLE * step_a:
            return None  # a field that has not come to rest is closer than it seems, and would be driven too far
        turn = turn_for(step_a, self._rate_a_per_s, self._lag.shortest_s)
        peak_a = target_a + math.copysign(turn.beyond_a, target_a - start_a)
        reverses = self._supply.handling.reversal_s > 0.0 and (peak_a * start_a < 0.0 or peak_a * target_a < 0.0)
        if reverses or abs(peak_a) > self._supply.limits.max_current_a or not self._in_time(turn):
            return None
        return turn

    def _in_time(self, turn: Turn) -> bool:
        """Whether the supply can be told to turn in time: so small a step may be over before, or be lost to being early."""
        early = self._jitter_s <= EARLY * (turn.total_s - turn.turn_s)
        return early and turn.turn_s - self._jitter_s >= self._command_s

    def _beyond_and_back(self, start_a: float, target_a: float, turn: Turn) -> Arrival:
        lag = self._lag
        if lag is None:
            raise ValueError("there is no lag to make up for")
        self._check()  # what has to be done now and then is done before
        rate, grid_a, step_a = self._rate_a_per_s, self._supply.resolution_a, abs(target_a - start_a)
        # the set-point bounds the current: a late turn lets it stand there, an early one is on the safe side
        up_s = turn.turn_s - self._jitter_s
        beyond_a = math.copysign(math.floor((rate * up_s - step_a) / grid_a) * grid_a, target_a - start_a)
        started_s = self._clock.now()
        self._start(round(target_a + beyond_a, 9))
        first_s = self._clock.now() - started_s
        self._wait_to(started_s + up_s)
        turned_s = self._clock.now()
        self._start(target_a)
        second_s = self._clock.now() - turned_s
        # when the two commands took effect, each may have been as late as they differ
        stood_s = max(turned_s - started_s - up_s, 0.0) + abs(second_s - first_s)
        self._missed_by(stood_s)
        back_s = abs(beyond_a) / rate
        end_s = self._wait(self._clock.now(), back_s)

        def rest(lag_s: float, stood_s: float) -> float:
            return rest_after(step_a, rate, lag_s, up_s=up_s, stood_s=stood_s, back_s=back_s)

        went_beyond = -min(rest(lag.time_constant_s, stood_s), 0.0)
        beyond_a_per_m = went_beyond * step_a * abs(self._field_constant_per_m) if went_beyond > BEYOND else 0.0
        return Arrival(end_s, target_a, max(rest(lag.longest_s, 0.0), went_beyond, 0.0), beyond_a_per_m)

    def _missed_by(self, late_s: float) -> None:
        """Take note of an instant that was missed; the worst counts, and is slowly forgotten."""
        self._jitter_s = max(late_s, FORGOTTEN * self._jitter_s)

    def _wait_to(self, time_s: float) -> None:
        self._interrupted()
        while (left_s := time_s - self._clock.now()) > 0:
            self._clock.sleep(min(left_s, 0.5))
            self._interrupted()

    def _wait(self, started_s: float, duration_s: float) -> float:
        """Time (s) of the end of the ramp: as predicted, or when it was first seen done where that was later."""
        end_s = started_s + duration_s
        late = False
        deadline_s = end_s + max(RAMP_GRACE_S, 0.5 * duration_s)
        while True:
            self._check()
            now_s = self._clock.now()
            nap_s = min(max(end_s - now_s, 0.01), self._supply.handling.poll_interval_s)
            self._clock.sleep(nap_s)
            self._missed_by(self._clock.now() - now_s - nap_s)
            reading = self._supply.poll()
            if reading.faults:
                raise InstrumentFaultError(reading.faults, instrument=self._supply.name)
            if not reading.ramping:
                # where it was late, the end lies between two looks: take the later one
                return reading.time_s if late else min(end_s, reading.time_s)
            late = reading.time_s > end_s
            if reading.time_s > deadline_s:
                raise SettlingError(
                    f"the ramp to {reading.set_point_a:+.3f} A should have taken {duration_s:.1f} s; "
                    f"after {reading.time_s - started_s:.1f} s it is not done, I = {reading.current_a:+.3f} A "
                    f"({', '.join(reading.flags) or 'no flags'}).",
                    timeout_s=deadline_s - started_s,
                    instrument=self._supply.name,
                )
