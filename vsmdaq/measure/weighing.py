"""One honest weight: wait for the magnet and the balance, average, judge steadiness from the readings themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq.measure.field import Arrival
from vsmdaq.measure.field_sampler import FieldSampler
from vsmdaq.measure.noise import NoisePool
from vsmdaq.terms import WeightPoint
from vsmdaq_drivers.contracts import Balance, Clock, SettlingError

__all__ = ["WeighPolicy", "Weigher", "Weight"]

READ_EVERY_S = 0.25
"""Readings this far apart are taken as independent: the balances known here refresh ten times a second."""


@dataclass(frozen=True, slots=True)
class WeighPolicy:
    """What is wanted of a weight.

    Attributes
    ----------
    readings : int
        Readings to average once the balance says stable.
    lag_s : float
        Time constant of the magnet's lag, s; ten of them pass before a reading counts.
    max_dwell_s : float
        Longest time at a point, s.
    stop_on_timeout : bool
        Raise SettlingError instead of flagging a point that does not get steady.
    """

    readings: int
    lag_s: float
    max_dwell_s: float
    stop_on_timeout: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """Mean apparent mass (kg), variance of single readings, its standard error, window and reasons for doubt."""

    mass_kg: float
    var_mass_kg2: float
    n: int
    u_mass_kg: float
    t_start_s: float
    t_end_s: float
    flags: tuple[str, ...]


class Weigher:
    """Takes weights with one balance; pools its noise over the points."""

    def __init__(
        self, balance: Balance, sampler: FieldSampler, clock: Clock, policy: WeighPolicy, check: Callable[[], None]
    ) -> None:
        self._balance = balance
        self._sampler = sampler
        self._clock = clock
        self._policy = policy
        self._check = check
        # a first guess, worth three readings: rounding alone gives half of it
        self._noise = NoisePool(balance.readability_kg / math.sqrt(3.0), 3.0)

    def remember(self, point: WeightPoint) -> None:
        """Take over the noise that a point of the record tells."""
        if point.n >= self._policy.readings:
            self._noise.add(point.var_mass_kg2, point.n - 1)

    def weigh(self, arrival: Arrival) -> Weight:
        """Wait for steady state after `arrival` and average.

        Raises
        ------
        SettlingError
            No valid stable readings in time (always where there are none at all; else by the policy).
        """
        self.wait_until(arrival.time_s + 10.0 * self._policy.lag_s)
        deadline_s = arrival.time_s + self._policy.max_dwell_s
        self._sampler.restart()
        values: list[float] = []
        times_s: list[float] = []
        bad: set[str] = set()
        while len(values) < self._policy.readings or self._sampler.count < self._sampler.wanted:
            if self._clock.now() > deadline_s:
                break
            reading = self._balance.read()
            if self._sampler.due():
                self._sampler.take()
            bad.update(reading.flags)
            if reading.mass_kg is None or not reading.stable:
                values, times_s = [], []
                self._sampler.restart()
            else:
                values.append(reading.mass_kg)
                times_s.append(reading.time_s)
                if len(values) >= self._policy.readings and self._drifts(values):
                    values, times_s = values[len(values) // 2 :], times_s[len(values) // 2 :]
                    self._sampler.drop_before(times_s[0])
            self.wait_until(reading.time_s + READ_EVERY_S)
        return self._reduce(values, times_s, bad)

    def _drifts(self, values: list[float]) -> bool:
        half = len(values) // 2
        difference = math.fsum(values[-half:]) / half - math.fsum(values[:half]) / half
        return abs(difference) > 3.5 * self._noise.sigma * math.sqrt(2.0 / half)

    def _reduce(self, values: list[float], times_s: list[float], bad: set[str]) -> Weight:
        flags = [f"balance_{flag}" for flag in sorted(bad)]
        n = len(values)
        if n < self._policy.readings:
            flags.append("balance_not_steady")
        if n < 2 or (self._policy.stop_on_timeout and n < self._policy.readings):
            raise SettlingError(
                f"{n} stable readings within {self._policy.max_dwell_s:g} s, {self._policy.readings} are wanted "
                f"({', '.join(flags)}).",
                timeout_s=self._policy.max_dwell_s,
                instrument=self._balance.name,
            )
        mean = math.fsum(values) / n
        variance = math.fsum((v - mean) ** 2 for v in values) / (n - 1)
        sigma = math.sqrt(variance)
        if n >= self._policy.readings:  # what is not steady says nothing of the noise
            self._noise.add(variance, n - 1)
            sigma = 0.0
        u_mass_kg = max(sigma, self._noise.sigma) / math.sqrt(n)
        flags.extend(self._sampler.flags)
        return Weight(mean, variance, n, u_mass_kg, times_s[0], times_s[-1], tuple(flags))

    def wait_until(self, time_s: float) -> None:
        """Wait in short steps, so that interruptions are seen."""
        while (left_s := time_s - self._clock.now()) > 0:
            self._check()
            self._clock.sleep(min(left_s, 0.5))
