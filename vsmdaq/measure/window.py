"""A window of samples at one steady state: what is wanted of it, its statistics, what it gave. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vsmdaq.physics.lockin import noise_bandwidth, variance_of_mean
from vsmdaq_drivers.contracts import LockInFilter, LockInReading

__all__ = ["MeasurePolicy", "Statistics", "Window"]

SPACING_TAU = 2.0
"""Samples are this many time constants apart: closer ones of a four-pole filter tell nothing new."""

DRIFT_SIGMA = 3.5
"""Halves of a window that differ by more standard errors than this are not the same steady state."""


@dataclass(frozen=True, slots=True)
class MeasurePolicy:
    """What is wanted of a point.

    Attributes
    ----------
    u_signal_v_rms : float
        Wanted standard error of X, V rms.
    settling_fraction : float
        Part of `u_signal_v_rms` that an unsettled rest may still make up.
    lag_s : float
        Time constant of the magnet's first-order lag, s.
    max_dwell_s : float
        Longest time spent at a point after the arrival of the current, s.
    stop_on_timeout : bool
        Raise SettlingError where a point does not get there in `max_dwell_s`; else it is flagged.
    chooses_filter : bool
        The time constant is chosen at the first point, for the shortest time to the wanted uncertainty.
    field_is_read : bool
        The gaussmeter sees the field itself; not so where a table tells it from the current.
    looks_for_rest : bool
        Points are compared with the steps that led to them, to see what goes on after a step; senseless where time itself is what
        the points differ in.
    """

    u_signal_v_rms: float
    settling_fraction: float
    lag_s: float
    max_dwell_s: float
    stop_on_timeout: bool
    chooses_filter: bool = False
    field_is_read: bool = True
    looks_for_rest: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """Samples of X and Y at one steady state, with the reasons for doubt.

    Means, single-sample (co)variances, standard errors of the means (V rms); drift of X over the window with its standard
    uncertainty; `frequency_hz` is the mean reference.
    """

    x_v_rms: float
    y_v_rms: float
    var_x_v2: float
    var_y_v2: float
    cov_xy_v2: float
    n: int
    n_effective: float
    u_v_rms: float
    drift_v_per_s: float
    u_drift_v_per_s: float
    frequency_hz: float
    sensitivity_v_rms: float
    filter: LockInFilter
    t_start_s: float
    t_end_s: float
    flags: tuple[str, ...]
    samples: tuple[LockInReading, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of equally spaced samples behind the filter.

    Attributes
    ----------
    filter : LockInFilter
        The filter as it is set.
    frequency_hz : float
        Reference frequency; 0 while it is not known.
    density_v_per_sqrt_hz : float
        Noise density at the input, one quadrature.
    read_s : float
        Time that a reading takes: samples cannot be closer.
    """

    filter: LockInFilter
    frequency_hz: float
    density_v_per_sqrt_hz: float
    read_s: float = 0.0

    @property
    def bandwidth_hz(self) -> float:
        """Equivalent noise bandwidth."""
        return noise_bandwidth(self.filter.poles) / self.filter.time_constant_s

    @property
    def sigma_v_rms(self) -> float:
        """Standard deviation of a single sample."""
        return self.density_v_per_sqrt_hz * math.sqrt(self.bandwidth_hz)

    @property
    def spacing_s(self) -> float:
        """Time between samples: a quarter period of 2f beyond a whole number, so that the ripple cancels in every four."""
        shortest_s = max(SPACING_TAU * self.filter.time_constant_s, 1.2 * self.read_s)
        if self.frequency_hz <= 0.0:
            return shortest_s
        ripple_hz = 2.0 * self.frequency_hz
        return round((math.ceil(shortest_s * ripple_hz) + 0.25) / ripple_hz, 5)

    def duration_s(self, policy: MeasurePolicy) -> float:
        """Time from the first to the last sample of a window of the wanted uncertainty, s."""
        return (self.wanted(policy) - 1) * self.spacing_s

    def share(self, n: int) -> float:
        """Variance of the mean of n samples over that of one."""
        return variance_of_mean(self.spacing_s / self.filter.time_constant_s, n, self.filter.poles)

    def wanted(self, policy: MeasurePolicy) -> int:
        """Samples needed for the wanted uncertainty, by the noise and the filter's autocorrelation."""
        share = (policy.u_signal_v_rms / self.sigma_v_rms) ** 2 if self.sigma_v_rms > 0 else math.inf
        # no more than the deadline lets through, so that a wish that cannot be met costs time but no memory
        most = policy.max_dwell_s / self.spacing_s
        n = 4
        while self.share(n) > share and n < most:
            n *= 2
        low, high = n // 2, n
        while n > 4 and high - low > 1:  # share falls with n
            middle = (low + high) // 2
            low, high = (middle, high) if self.share(middle) > share else (low, middle)
        return max(4, min(high, math.ceil(most)))

    def halves(self, samples: Sequence[LockInReading]) -> tuple[float, float]:
        """Difference of the two halves of a window in X (V rms), later minus earlier, and its standard error."""
        half = len(samples) // 2
        # of an odd number the first is left out: a gap between the halves would make them less alike than assumed
        early = math.fsum(s.x_v_rms for s in samples[-2 * half : -half]) / half
        late = math.fsum(s.x_v_rms for s in samples[-half:]) / half
        # var(early - late) = 4 var(half) - 4 var(whole), because their mean is the mean of the whole window
        return late - early, 2.0 * self.sigma_v_rms * math.sqrt(max(self.share(half) - self.share(2 * half), 0.0))

    def steady(self, samples: Sequence[LockInReading]) -> bool:
        """Whether both halves of a window can be the same steady state."""
        difference, sigma = self.halves(samples)
        return abs(difference) <= DRIFT_SIGMA * sigma

    def drift(self, samples: Sequence[LockInReading]) -> tuple[float, float]:
        """Rate of change of X over a window and its standard uncertainty, V/s; the middles of its halves are half of it apart."""
        difference, sigma = self.halves(samples)
        apart_s = 0.5 * len(samples) * self.spacing_s
        return difference / apart_s, sigma / apart_s

    def density_from(self, variance_v2: float, n: int) -> tuple[float, float]:
        """Squared noise density (V²/Hz) that the scatter of a window speaks for, and its degrees of freedom.

        For correlated samples E[s²] = σ² (1 − share) n/(n − 1).
        """
        share = self.share(n)
        sigma2 = variance_v2 * (n - 1) / (n * (1.0 - share))
        return sigma2 / self.bandwidth_hz, 2.0 * max(1.0 / share - 1.0, 0.1)
