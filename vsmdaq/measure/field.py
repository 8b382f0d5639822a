"""Bring the magnet to a field, monotonically, and read the field that it gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsmdaq.measure.feed_forward import Turn, rest_after, turn_for
from vsmdaq.measure.noise import NoisePool
from vsmdaq.terms import MomentPoint, WeightPoint
from vsmdaq_drivers.contracts import Clock, FieldSupply, Gaussmeter, InstrumentFaultError, SettlingError

__all__ = ["Arrival", "FieldControl", "FieldSampler", "Lag", "current_for"]

NEGLIGIBLE = 0.005
"""Part of a step that the field may still be behind when the next step, the other way, makes up for the lag."""

MOVING_SIGMA = 3.5
"""Halves of a window's field readings that differ by more standard errors than this are not the same field."""

SHAPED = 3
"""From so many readings on, their scatter is taken about what is left of the lag: a field that still drifts is not noisy."""

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
    """

    time_s: float
    current_a: float
    rest: float = 1.0


@dataclass(frozen=True, slots=True)
class Lag:
    """First-order lag of the field behind the current: time constant and its standard uncertainty, s."""

    time_constant_s: float
    u_s: float

    @property
    def shortest_s(self) -> float:
        """Two standard uncertainties shorter: what may be made up for without ever going too far."""
        return self.time_constant_s - 2.0 * self.u_s

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
        self._supply.ramp_to(target_a, self._rate_a_per_s)
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
        if abs(peak_a) > self._supply.limits.max_current_a:
            return None
        if self._supply.handling.reversal_s > 0.0 and (peak_a * start_a < 0.0 or peak_a * target_a < 0.0):
            return None
        return turn

    def _beyond_and_back(self, start_a: float, target_a: float, turn: Turn) -> Arrival:
        lag = self._lag
        if lag is None:
            raise ValueError("there is no lag to make up for")
        self._check()  # what has to be done now and then is done before
        step_a = self._supply.resolution_a
        beyond_a = math.copysign(math.floor(turn.beyond_a / step_a) * step_a, target_a - start_a)
        started_s = self._clock.now()
        self._start(round(target_a + beyond_a, 9))
        self._wait_to(started_s + turn.turn_s)
        late_s = self._clock.now() - started_s - turn.turn_s
        self._start(target_a)
        back_s = self._wait(self._clock.now(), abs(beyond_a) / self._rate_a_per_s)
        # the set-point bounds the current: being late, it stood there for a while
        rest = rest_after(turn, abs(target_a - start_a), self._rate_a_per_s, lag.longest_s)
        return Arrival(back_s, target_a, max(rest, late_s / lag.shortest_s * abs(beyond_a / (target_a - start_a)), 0.0))

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


def _scatter(times_s: list[float], values: list[float], lag_s: float) -> tuple[float, float]:
    """Variance of single readings and its degrees of freedom; from SHAPED on beside what is left of the magnet's lag.

    The rest goes as exp(-t/lag); where no lag is known, as a straight line.
    """
    n = len(values)
    if n < 2:
        return 0.0, 0.0
    mean = math.fsum(values) / n
    total = math.fsum((v - mean) ** 2 for v in values)
    if n < SHAPED:
        return total / (n - 1), n - 1
    shape = [math.exp((times_s[0] - t) / lag_s) if lag_s > 0.0 else t for t in times_s]
    middle = math.fsum(shape) / n
    spread = math.fsum((g - middle) ** 2 for g in shape)
    along = math.fsum((g - middle) * (v - mean) for g, v in zip(shape, values, strict=True))
    return max(total - (along**2 / spread if spread > 0.0 else 0.0), 0.0) / (n - 2), n - 2


class FieldSampler:
    """Readings of the gaussmeter, taken as they become new while something else is sampled.

    Parameters
    ----------
    gaussmeter : Gaussmeter
        Read.
    clock : Clock
        Bench time.
    lag_s : float
        Time constant with which a rest of the field's step dies away, s; 0 where it is not known.
    """

    def __init__(self, gaussmeter: Gaussmeter, clock: Clock, lag_s: float = 0.0) -> None:
        self._gaussmeter = gaussmeter
        self._lag_s = lag_s
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
    def interval_s(self) -> float:
        """Time between two new readings of the gaussmeter, s."""
        return self._gaussmeter.reading_interval_s

    @property
    def count(self) -> int:
        """Number of valid readings in the window."""
        return len(self._values)

    @property
    def u_mean_a_per_m(self) -> float:
        """Standard uncertainty of the mean so far, A/m, by the pooled noise or, before there is any, by its own scatter."""
        n = len(self._values)
        own = math.sqrt(_scatter(self._times_s, self._values, self._lag_s)[0])
        sigma = self._noise.sigma if self._noise.dof > 0 else own
        return sigma / math.sqrt(n) if n else math.inf

    @property
    def moving(self) -> bool:
        """Whether the two halves of the readings cannot be the same field."""
        half = len(self._values) // 2
        sigma = self._noise.sigma
        if self._noise.dof == 0 and len(self._values) >= SHAPED:
            sigma = math.sqrt(_scatter(self._times_s, self._values, self._lag_s)[0])
        elif self._noise.dof == 0 or half == 0:
            return False  # nothing to compare with
        difference = math.fsum(self._values[-half:]) / half - math.fsum(self._values[:half]) / half
        return abs(difference) > MOVING_SIGMA * sigma * math.sqrt(2.0 / half)

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

    def recall(self, points: Sequence[MomentPoint | WeightPoint]) -> None:
        """Begin with what the points of a record tell, and with nothing else that was seen."""
        self._noise = NoisePool(0.0, 0.0)
        for point in points:
            self.remember(point)

    def remember(self, point: MomentPoint | WeightPoint) -> None:
        """Take over the noise that a point of the record tells; its uncertainty is that of the pool at its time."""
        dof = point.n_field - (2 if point.n_field >= SHAPED else 1)
        self._noise = NoisePool(point.u_field_a_per_m * math.sqrt(point.n_field), self._noise.dof + dof)

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
        if not self.moving or n >= SHAPED:
            self._noise.add(*_scatter(self._times_s, self._values, self._lag_s))
        return mean, math.hypot(self._noise.sigma / math.sqrt(n), max(self._u_a_per_m)), n
