"""Bring the magnet to a field, monotonically, and read the field that it gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq.measure.noise import NoisePool
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.contracts import Clock, FieldSupply, Gaussmeter, InstrumentFaultError, SettlingError

__all__ = ["Arrival", "FieldControl", "FieldSampler", "current_for"]

"""Longest silence during a ramp: signals and faults are seen within it."""

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
    """The end of a ramp: when the current arrived (bench time, s) and the set-point that it arrived at (A)."""

    time_s: float
    current_a: float


class FieldControl:
    """Set-points of H turned into current ramps, one direction at a time.

    The current is field over field constant; nothing is trimmed afterwards, so a branch of the hysteresis is never
    crossed backwards. What field came out is measured, not assumed.

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
    """

    def __init__(
        self,
        supply: FieldSupply,
        clock: Clock,
        *,
        field_constant_per_m: float,
        rate_a_per_s: float,
        check: Callable[[], None],
    ) -> None:
        self._supply = supply
        self._clock = clock
        self._field_constant_per_m = field_constant_per_m
        self._rate_a_per_s = rate_a_per_s
        self._check = check
        self._set_point_a: float | None = None

    def current_for(self, field_a_per_m: float) -> float:
        """Current (A) for a field (A/m), on the grid of the supply's set-points."""
        supply = self._supply
        return current_for(field_a_per_m, self._field_constant_per_m, supply.resolution_a, supply.limits.max_current_a)

    def go_to(self, field_a_per_m: float) -> Arrival:
        """Ramp to a field and return once the supply has arrived.

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
        if self._set_point_a is None:
            self._set_point_a = self._supply.poll().current_a
        duration_s = abs(target_a - self._set_point_a) / self._rate_a_per_s
        if target_a * self._set_point_a < 0.0:
            duration_s += self._supply.handling.reversal_s
        self._supply.ramp_to(target_a, self._rate_a_per_s)
        started_s = self._clock.now()
        self._set_point_a = target_a
        return Arrival(self._wait(started_s, duration_s), target_a)

    def _wait(self, started_s: float, duration_s: float) -> float:
        """Time (s) of the end of the ramp: as predicted, or when it was first seen done where that was later."""
        end_s = started_s + duration_s
        late = False
        deadline_s = end_s + max(RAMP_GRACE_S, 0.5 * duration_s)
        while True:
            self._check()
            left_s = end_s - self._clock.now()
            self._clock.sleep(min(max(left_s, 0.01), self._supply.handling.poll_interval_s))
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


class FieldSampler:
    """Readings of the gaussmeter, taken as they become new while something else is sampled."""

    def __init__(self, gaussmeter: Gaussmeter, clock: Clock) -> None:
        self._gaussmeter = gaussmeter
        self._clock = clock
        self._noise = NoisePool(0.0, 0.0)
        self.restart()

    def restart(self, every_s: float = 0.0) -> None:
        """Forget the readings of the window; the noise pool stays. New ones come `every_s`, or as fast as they are new."""
        self._every_s = max(every_s, self._gaussmeter.reading_interval_s)
        self._values: list[float] = []
        self._times_s: list[float] = []
        self._u_a_per_m: list[float] = []
        self._flags: set[str] = set()
        self._next_s = self._clock.now()

    @property
    def count(self) -> int:
        """Number of valid readings in the window."""
        return len(self._values)

    @property
    def wanted(self) -> int:
        """Readings a window needs: more while the gaussmeter's noise is not known yet."""
        return 2 if self._noise.dof >= 10 else 8

    @property
    def flags(self) -> tuple[str, ...]:
        """Why readings of the window were bad, as ``field_...``."""
        alone = {"noise_unknown"} if self.count == 1 and self._noise.dof == 0 else set[str]()
        return tuple(sorted(f"field_{flag}" for flag in self._flags | alone))

    def due(self) -> bool:
        """Whether a new value can be had."""
        return self._clock.now() >= self._next_s

    def take(self) -> None:
        """Read once; a bad reading leaves its reason in `flags`."""
        reading = self._gaussmeter.read()
        self._next_s = reading.time_s + self._every_s
        self._flags.update(reading.flags)
        if reading.field_a_per_m is None:
            return
        self._values.append(reading.field_a_per_m)
        self._times_s.append(reading.time_s)
        self._u_a_per_m.append(reading.u_a_per_m)

    def remember(self, point: MomentPoint) -> None:
        """Take over the noise that a point of the record tells; its uncertainty is that of the pool at its time."""
        self._noise = NoisePool(point.u_field_a_per_m * math.sqrt(point.n_field), self._noise.dof + point.n_field - 1)

    def drop_before(self, time_s: float) -> None:
        """Leave out readings older than `time_s`."""
        first = next((i for i, t in enumerate(self._times_s) if t >= time_s), len(self._times_s))
        del self._times_s[:first], self._values[:first], self._u_a_per_m[:first]

    def finish(self) -> tuple[float, float, int]:
        """Mean field (A/m), its standard uncertainty (A/m) and the number of readings.

        The uncertainty is that of the scatter, with what the readings themselves carry: the latter is common to all of them.

        Raises
        ------
        SettlingError
            No valid reading came in the window.
        """
        n = len(self._values)
        if n == 0:
            raise SettlingError(
                f"no valid field reading in the window ({', '.join(self.flags) or 'no reading came'}).",
                timeout_s=0.0,
                instrument=self._gaussmeter.name,
            )
        mean = math.fsum(self._values) / n
        if n > 1:
            self._noise.add(math.fsum((v - mean) ** 2 for v in self._values) / (n - 1), n - 1)
        return mean, math.hypot(self._noise.sigma / math.sqrt(n), max(self._u_a_per_m)), n
