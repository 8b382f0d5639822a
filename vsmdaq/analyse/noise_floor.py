"""Noise density and time constant of a lock-in's output filter, from equally spaced samples at rest.

Behind the filter samples are correlated. With rho_k their autocorrelation and n of them, the scatter s² of a sample about
the mean has the expectation sigma² (1 - share) n/(n - 1), share being the variance of the mean over that of a sample, and
about n²/sum_ij rho_ij² degrees of freedom (a chi-squared variable of the same mean and variance).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.lockin import autocorrelation, noise_bandwidth, variance_of_mean

__all__ = ["MemoryTime", "NoiseFloor", "memory_time", "noise_floor"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """Noise density (V rms/sqrt(Hz)), its standard uncertainty and 95 % interval, and the degrees of freedom behind it."""

    density_v_per_sqrt_hz: float
    u_v_per_sqrt_hz: float
    low_v_per_sqrt_hz: float
    high_v_per_sqrt_hz: float
    dof: float


@dataclass(frozen=True, slots=True)
class MemoryTime:
    """Time constant (s) that the autocorrelation speaks for, with its standard uncertainty."""

    time_constant_s: float
    u_s: float


def noise_floor(channels: Sequence[Array], spacing_s: float, time_constant_s: float, poles: int) -> NoiseFloor:
    """Density at the input from the scatter of independent channels (X and Y).

    Parameters
    ----------
    channels : sequence of ndarray, shape (n,)
        Samples, V rms, n > 3, of one length.
    spacing_s, time_constant_s : float
        Time between samples, time constant of one stage of the filter, s.
    poles : int
        Stages of the filter.

    Raises
    ------
    ValueError
        No channel, too few samples, or channels of different length.
    """
    lengths = {channel.size for channel in channels}
    if len(lengths) != 1 or min(lengths) < 4:
        raise ValueError(f"channels of {sorted(lengths)} samples were given; allowed: one length, 4 or more")
    (n,) = lengths
    spacing_tau = spacing_s / time_constant_s
    share = variance_of_mean(spacing_tau, n, poles)
    scatter = math.fsum(float(np.var(channel)) for channel in channels) / len(channels)
    sigma2 = scatter / (1.0 - share)
    dof = len(channels) * _dof(spacing_tau, n, poles)
    density = math.sqrt(sigma2 * time_constant_s / noise_bandwidth(poles))
    low, high = _interval(dof)
    return NoiseFloor(density, density / math.sqrt(2.0 * dof), density * low, density * high, dof)


def memory_time(channels: Sequence[Array], spacing_s: float, time_constant_s: float, poles: int) -> MemoryTime | None:
    """Time constant from the autocorrelation, at the lag where it tells most; None where it is out of all proportion.

    Parameters and errors as for `noise_floor`. The uncertainty is Bartlett's for the model's autocorrelation.
    """
    n = channels[0].size
    spacing_tau = spacing_s / time_constant_s
    rho = autocorrelation(np.arange(n, dtype=np.float64) * spacing_tau, poles)
    k = int(np.argmin(np.abs(rho[1 : n // 4] - 0.5))) + 1
    share = variance_of_mean(spacing_tau, n, poles)
    centred = [channel - channel.mean() for channel in channels]
    c0 = math.fsum(float(c @ c) for c in centred) / n
    ck = math.fsum(float(c[k:] @ c[:-k]) for c in centred) / (n - k)
    found = ck / c0 * (1.0 - share) + share  # the mean that was taken off is itself correlated
    u_found = math.sqrt(_bartlett(rho, k) / (n * len(channels)))
    shortest, longest = 0.05, 20.0
    y = k * spacing_tau

    def beyond(scale: float) -> float:
        return float(autocorrelation(np.array([y / scale]), poles)[0]) - found

    at = _solve(beyond, shortest, longest)
    if at is None:
        return None
    near = autocorrelation(np.array([y / (at * 1.001), y / (at * 0.999)]), poles)
    slope = float(near[0] - near[1]) / (0.002 * at)
    return MemoryTime(at * time_constant_s, u_found / abs(slope) * time_constant_s)


def _dof(spacing_tau: float, n: int, poles: int) -> float:
    rho = autocorrelation(np.arange(n, dtype=np.float64) * spacing_tau, poles)
    k = np.arange(1, n)
    total = n + 2.0 * float(np.sum((n - k) * rho[1:] ** 2))
    return max(n * n / total - 1.0, 1.0)


def _interval(dof: float) -> tuple[float, float]:
    """Factors on a standard deviation that make its 95 % interval."""
    from scipy.special import chdtri  # noqa: PLC0415  scipy is loaded where it is used

    return math.sqrt(dof / float(chdtri(dof, 0.025))), math.sqrt(dof / float(chdtri(dof, 0.975)))


def _bartlett(rho: Array, k: int) -> float:
    """Variance of an autocorrelation at lag k, times n (Bartlett 1946)."""
    n = rho.size
    i = np.arange(-(n - 1), n)

    def at(lag: NDArray[np.int64]) -> Array:
        size = np.abs(lag)
        return np.where(size < n, rho[np.minimum(size, n - 1)], 0.0)

    r, rk = at(i), float(rho[k])
    terms = r**2 + at(i + k) * at(i - k) - 4.0 * rk * r * at(i - k) + 2.0 * rk**2 * r**2
    return float(np.sum(terms))


def _solve(function: Callable[[float], float], low: float, high: float) -> float | None:
    from scipy.optimize import brentq  # noqa: PLC0415  scipy is loaded where it is used

    try:
        root: Any = brentq(function, low, high)
    except ValueError:
        return None
    return float(root)
