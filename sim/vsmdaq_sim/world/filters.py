"""A cascade of RC poles as a linear system: exact transition over any time, and the noise that it passes.

Stage k obeys ``dy_k/dt = (y_{k-1} - y_k)/tau_k`` with y_0 the input. For identical poles the transition is
``Phi_{k,k-j} = exp(-x) x**j / j!`` with x = dt/tau; a cascade with different poles goes through the matrix exponential.
Matrices are cached by time constants and duration in nanoseconds.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rows", "innovation", "noise_step", "stationary_covariance", "transition"]

Rows = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=1024)
def transition(taus_s: tuple[float, ...], duration_ns: int) -> Rows:
    """Get the lower triangle of ``expm(A dt)``, row by row."""
    count = len(taus_s)
    if len(set(taus_s)) == 1:
        x = duration_ns * 1e-9 / taus_s[0]
        terms = [math.exp(-x)]
        for j in range(1, count):
            terms.append(terms[-1] * x / j)
        return tuple(tuple(terms[k::-1]) for k in range(count))
    from scipy.linalg import expm  # noqa: PLC0415 - only the synchronous filter needs it

    full = expm(_system(taus_s) * (duration_ns * 1e-9))
    return tuple(tuple(float(full[k, j]) for j in range(k + 1)) for k in range(count))


def _system(taus_s: tuple[float, ...]) -> NDArray[np.float64]:
    rates = 1.0 / np.array(taus_s)
    matrix: NDArray[np.float64] = -np.diag(rates) + np.diag(rates[1:], -1)
    return matrix


@lru_cache(maxsize=64)
def stationary_covariance(taus_s: tuple[float, ...]) -> NDArray[np.float64]:
    """Covariance of the stages (1/s) for white noise of unit one-sided density at the input.

    The last diagonal element is the equivalent noise bandwidth, Hz: 1/(4 tau), 1/(8 tau), 3/(32 tau), 5/(64 tau).
    """
    count = len(taus_s)
    if all(tau == taus_s[0] for tau in taus_s):
        # integral of h_i h_j with h_i = t**(i-1) exp(-t/tau) / (tau**i (i-1)!); two-sided density is half the one-sided
        values = [[math.comb(i + j, i) / 2.0 ** (i + j + 2) / taus_s[0] for j in range(count)] for i in range(count)]
        return np.array(values)
    from scipy.linalg import solve_continuous_lyapunov  # noqa: PLC0415 - as above

    source = np.zeros((count, count))
    source[0, 0] = 0.5 / taus_s[0] ** 2
    return np.asarray(solve_continuous_lyapunov(_system(taus_s), -source), dtype=np.float64)


def innovation(taus_s: tuple[float, ...], duration_ns: int) -> NDArray[np.float64]:
    """Get lower triangular L with ``L L^T = P - Phi P Phi^T``: what new noise adds in `duration_ns`, unit density."""
    phi = _square(transition(taus_s, duration_ns))
    covariance = stationary_covariance(taus_s)
    values, vectors = np.linalg.eigh(covariance - phi @ covariance @ phi.T)
    # For short times the smallest eigenvalues (about x**7) drown in rounding: negative ones stand for zero.
    factor = vectors * np.sqrt(np.clip(values, 0.0, None))
    _, upper = np.linalg.qr(factor.T)
    lower: NDArray[np.float64] = upper.T
    return lower


@lru_cache(maxsize=1024)
def noise_step(taus_s: tuple[float, ...], duration_ns: int) -> Rows:
    """Get rows that take (old state 1, deviate 1, old state 2, deviate 2, ...) to the new states, for unit density."""
    phi, lower = transition(taus_s, duration_ns), innovation(taus_s, duration_ns)
    return tuple(
        tuple(float(value) for j in range(k + 1) for value in (row[j], lower[k, j])) for k, row in enumerate(phi)
    )


def _square(rows: Rows) -> NDArray[np.float64]:
    matrix = np.zeros((len(rows), len(rows)))
    for k, row in enumerate(rows):
        matrix[k, : k + 1] = row
    return matrix
