"""Readings of the field, taken along while something else is sampled."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vsmdaq.measure.noise import NoisePool
from vsmdaq.terms import MomentPoint, WeightPoint
from vsmdaq_drivers.contracts import Clock, Gaussmeter, SettlingError

__all__ = ["FieldSampler"]

KNOWN = 10.0
"""Degrees of freedom from which on the noise counts as known."""

MOVING_SIGMA = 3.5
"""Halves of a window's field readings that differ by more standard errors than this are not the same field."""

SCATTERED = 8.0
"""Readings of a window that scatter by more than so many times their noise are not readings of one field."""

UNEVEN = 1e-3
"""Nor are those that scatter by more than this part of the largest field that was seen; less may be a rest of the lag."""

SHAPED = 3
"""From so many readings on, their scatter is taken about what is left of the lag: a field that still drifts is not noisy."""


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
        self._largest_a_per_m = 0.0
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
        return 2 if self._noise.dof >= KNOWN else 8

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
        self._largest_a_per_m = max(self._largest_a_per_m, abs(point.field_a_per_m))
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
        variance, dof = _scatter(self._times_s, self._values, self._lag_s)
        self._largest_a_per_m = max(self._largest_a_per_m, abs(mean))
        most = max(SCATTERED * self._noise.sigma, UNEVEN * self._largest_a_per_m)
        if self._noise.dof >= KNOWN and variance > most**2:
            self._flags.add(f"scatter({math.sqrt(variance):.0f}A/m)")
        elif not self.moving or n >= SHAPED:
            self._noise.add(variance, dof)
        return mean, math.hypot(self._noise.sigma / math.sqrt(n), max(self._u_a_per_m)), n
