"""Bring the field to a set-point within a tolerance, by what the gaussmeter says, without ever turning back."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq.measure.field import Arrival, FieldControl
from vsmdaq.measure.field_sampler import FieldSampler
from vsmdaq_drivers.contracts import Clock

__all__ = ["Approach"]

TRIALS = 6
"""Steps onward before what is still missing is flagged: each takes most of it."""

SHARE = 0.9
"""Part of what is missing that a step makes up for: noise must not lead it beyond."""

READINGS = 20
"""At most so many readings of the field tell where it is."""


def _beyond(arrival: Arrival) -> tuple[str, ...]:
    """What a point has to say where the field went beyond on its way there."""
    return (f"field_went_beyond({arrival.beyond_a_per_m:.0f}A/m)",) if arrival.beyond_a_per_m > 0.0 else ()


class Approach:
    """Goes to fields; where a tolerance is given, trims them.

    Along a branch what was missing at one point is added to the set-point of the next, so that most need no trimming.

    Parameters
    ----------
    control : FieldControl
        The magnet.
    sampler : FieldSampler
        Reads the field.
    clock : Clock
        Bench time.
    tolerance_a_per_m : float or None
        Largest difference of the field, as read, from its set-point; None to measure it only.
    lag_s : float
        Longest lag of the field that is counted with, s.
    wait_until : callable
        Waits until a bench time (s); interruptions are seen meanwhile.
    """

    def __init__(
        self,
        control: FieldControl,
        sampler: FieldSampler,
        clock: Clock,
        *,
        tolerance_a_per_m: float | None,
        lag_s: float,
        wait_until: Callable[[float], None],
    ) -> None:
        self._control = control
        self._sampler = sampler
        self._clock = clock
        self._tolerance_a_per_m = tolerance_a_per_m
        self._lag_s = lag_s
        self._wait_until = wait_until
        self._last_a_per_m = 0.0
        self._shift_a_per_m = 0.0
        self._direction = 0.0

    def go_to(self, field_a_per_m: float) -> tuple[Arrival, tuple[str, ...]]:
        """Go to a field; returns the arrival, and why it is not within the tolerance (nothing where it is).

        Raises
        ------
        BenchError
            As `FieldControl.go_to`.
        """
        step = field_a_per_m - self._last_a_per_m
        direction = math.copysign(1.0, step) if step else self._direction
        if direction != self._direction:
            self._direction, self._shift_a_per_m = direction, 0.0
        self._last_a_per_m = field_a_per_m
        tolerance = self._tolerance_a_per_m
        if tolerance is None:
            arrival = self._control.go_to(field_a_per_m, promptly=True)
            return arrival, _beyond(arrival)
        # half the tolerance short of it: what was learnt on the last point holds about
        ahead = max(min(direction * self._shift_a_per_m - 0.5 * tolerance, self._room(field_a_per_m)), 0.0) * direction
        arrival = self._control.go_to(field_a_per_m + ahead, promptly=True)
        trimmed, off = self._trim(field_a_per_m, ahead, arrival, abs(step), tolerance)
        return trimmed, (*_beyond(arrival), *off)

    def _trim(
        self, field_a_per_m: float, ahead: float, arrival: Arrival, step: float, tolerance: float
    ) -> tuple[Arrival, tuple[str, ...]]:
        for _ in range(TRIALS):
            missing = self._direction * (field_a_per_m - self._look(arrival, step, tolerance))
            self._shift_a_per_m = ahead + self._direction * missing
            if missing < -tolerance:
                return arrival, (f"field_beyond({-missing:+.0f}A/m)",)
            if missing <= tolerance:
                return arrival, ()
            step = min(SHARE * missing, self._room(field_a_per_m + ahead))
            if step <= 0.0:
                break
            ahead += self._direction * step
            arrival = self._control.go_to(field_a_per_m + ahead)
        missing = self._direction * (field_a_per_m - self._look(arrival, step, tolerance))
        short = () if abs(missing) <= tolerance else (f"field_short({missing:+.0f}A/m)",)
        return arrival, short

    def _room(self, set_point_a_per_m: float) -> float:
        """How much farther (A/m) the magnet goes in this direction."""
        return self._control.highest_field_a_per_m - self._direction * set_point_a_per_m

    def _look(self, arrival: Arrival, step: float, tolerance: float) -> float:
        """The field (A/m) once it stands, known to a fifth of the tolerance or by READINGS readings."""
        left = arrival.rest * step / (0.2 * tolerance)
        settled_s = arrival.time_s + self._lag_s * math.log(max(left, 1.0)) + self._sampler.interval_s
        self._wait_until(settled_s)
        self._sampler.restart()
        while True:
            self._sampler.take()
            n = self._sampler.count
            if n >= 2 and self._sampler.u_mean_a_per_m <= 0.2 * tolerance:
                break
            if n >= READINGS:
                break
            self._wait_until(self._clock.now() + self._sampler.interval_s)
        return self._sampler.finish()[0]
