"""A lock-in's output filter as a cascade of n equal RC stages: settling, noise bandwidth, correlation of its samples.

Times are in units of the time constant tau of one stage; `poles` = n is 1, 2, 3, 4 for 6, 12, 18, 24 dB/oct.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "autocorrelation",
    "cutoff_hz",
    "effective_number",
    "noise_bandwidth",
    "noise_v_rms",
    "settling_residual",
    "settling_time",
    "variance_of_mean",
    "variances_of_mean",
]

MAX_POLES = 16
"""More stages than any lock-in has; the closed forms are exact in float up to here."""

_FORGOTTEN_TAU = 120.0  # autocorrelation < 1e-30 for every allowed number of poles


def check_poles(poles: int, smallest: int = 1) -> None:
    """Refuse a number of stages that no filter has.

    Raises
    ------
    ValueError
        `poles` is not within `smallest` ... `MAX_POLES`.
    """
    if not smallest <= poles <= MAX_POLES:
        raise ValueError(f"a filter of {poles} poles was asked for; allowed: {smallest} to {MAX_POLES}")


def settling_residual(elapsed_tau: float, poles: int) -> float:
    """What is left of a step of 1 after `elapsed_tau` time constants: exp(-x) sum_{k<n} x^k/k!.

    Raises
    ------
    ValueError
        `elapsed_tau` < 0, or `poles` out of range.
    """
    check_poles(poles)
    if not elapsed_tau >= 0.0:
        raise ValueError(f"the residual at {elapsed_tau} tau was asked for; allowed: 0 or more")
    term = total = 1.0
    for k in range(1, poles):
        term *= elapsed_tau / k
        total += term
    return math.exp(-elapsed_tau) * total if total < math.inf else 0.0


@lru_cache(maxsize=1024)
def settling_time(residual: float, poles: int) -> float:
    """Time (in tau) after which no more than `residual` of a step is left; errs to the longer side.

    Parameters
    ----------
    residual : float
        Fraction of the step, 1e-15 <= residual <= 1.
    poles : int
        Number of RC stages.

    Raises
    ------
    ValueError
        `residual` or `poles` out of range.
    """
    check_poles(poles)
    if not 1e-15 <= residual <= 1.0:
        raise ValueError(f"settling to {residual} of a step was asked for; allowed: 1e-15 to 1")
    low, high = 0.0, 1.0
    while settling_residual(high, poles) > residual:
        low, high = high, 2.0 * high
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        if settling_residual(middle, poles) > residual:
            low = middle
        else:
            high = middle
    return high if residual < 1.0 else 0.0


@lru_cache(maxsize=8)
def noise_bandwidth(poles: int) -> float:
    """Equivalent noise bandwidth times tau: binomial(2n-2, n-1)/4^n, i.e. 1/4, 1/8, 3/32, 5/64, ...

    White noise of density e (V/sqrt(Hz), rms) at the input leaves the filter with an rms of e sqrt(bandwidth).
    """
    check_poles(poles)
    return math.comb(2 * poles - 2, poles - 1) / 4.0**poles


def cutoff_hz(time_constant_s: float, poles: int) -> float:
    """Frequency (Hz) at which the cascade lets 1/sqrt(2) of a signal pass: sqrt(2^(1/n) - 1)/(2 pi tau).

    Raises
    ------
    ValueError
        The time constant is not above 0, or `poles` is out of range.
    """
    check_poles(poles)
    if not time_constant_s > 0.0:
        raise ValueError(f"a time constant of {time_constant_s} s was given; allowed: above 0")
    return math.sqrt(2.0 ** (1.0 / poles) - 1.0) / (2.0 * math.pi * time_constant_s)


def noise_v_rms(density_v_per_sqrt_hz: float, time_constant_s: float, poles: int) -> float:
    """Standard deviation (V) of one reading of X under white input noise of the given rms density (V/sqrt(Hz))."""
    return density_v_per_sqrt_hz * math.sqrt(noise_bandwidth(poles) / time_constant_s)


def autocorrelation(lag_tau: NDArray[np.float64], poles: int) -> NDArray[np.float64]:
    """Autocorrelation of white noise behind the filter.

    The correlation of the impulse response x^(n-1) exp(-x)/(n-1)! with itself:
    rho(y) = exp(-y) p!/(2p)! sum_i (p+i)!/(i! (p-i)!) (2y)^(p-i), p = n-1.

    Parameters
    ----------
    lag_tau : ndarray of shape (k,)
        Lags in tau; the sign does not matter.
    poles : int
        Number of RC stages.

    Returns
    -------
    ndarray of shape (k,)
        1 at lag 0.
    """
    check_poles(poles)
    p = poles - 1
    lag = np.abs(lag_tau)
    scale = math.factorial(p) / math.factorial(2 * p)
    total = np.zeros_like(lag)
    for i in range(p + 1):  # Horner, from the highest power of 2y down
        total = total * (2.0 * lag) + scale * math.factorial(p + i) / (math.factorial(i) * math.factorial(p - i))
    return np.exp(-lag) * total


def variances_of_mean(spacing_tau: float, n_samples: int, poles: int) -> NDArray[np.float64]:
    """Variance of the mean of the first 1, 2, ..., n samples over the variance of one.

    Parameters
    ----------
    spacing_tau : float
        Time between samples in tau, > 0.
    n_samples : int
        n, at least 1.
    poles : int
        Number of RC stages.

    Returns
    -------
    ndarray of shape (n,)
        (1 + 2 sum_k (1 - k/j) rho(k spacing))/j for j = 1 ... n.

    Raises
    ------
    ValueError
        Spacing or n out of range.
    """
    if not spacing_tau > 0.0 or n_samples < 1:
        raise ValueError(
            f"{n_samples} samples {spacing_tau} tau apart were asked for; allowed: 1 or more, more than 0 apart"
        )
    rho = np.zeros(n_samples)
    remembered = int(min(n_samples, _FORGOTTEN_TAU / spacing_tau + 2.0))
    rho[:remembered] = autocorrelation(np.arange(remembered, dtype=np.float64) * spacing_tau, poles)
    rho[0] = 0.0
    k = np.arange(n_samples)
    j = k + 1.0
    return (1.0 + 2.0 * (np.cumsum(rho) - np.cumsum(k * rho) / j)) / j


@lru_cache(maxsize=4096)
def variance_of_mean(spacing_tau: float, n_samples: int, poles: int) -> float:
    """Variance of the mean of `n_samples` readings `spacing_tau` apart over the variance of one (cached)."""
    return float(variances_of_mean(spacing_tau, n_samples, poles)[-1])


def effective_number(spacing_tau: float, n_samples: int, poles: int) -> float:
    """Number of independent readings that would give a mean of the same standard error; 1 <= it <= n_samples."""
    return 1.0 / variance_of_mean(spacing_tau, n_samples, poles)
