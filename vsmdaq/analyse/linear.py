"""Straight lines with what is needed to judge them, the line in H² of a Gouy balance, and even and odd parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["EvenOdd", "Line", "even_odd", "fit_line", "fit_line_in_square"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """y = intercept + slope·x, weighted least squares.

    Attributes
    ----------
    intercept, slope : float
        Unit of y, unit of y per unit of x.
    covariance : ndarray, shape (2, 2)
        Of (intercept, slope), from the stated uncertainties; without them, from the scatter.
    d_y, d_x : ndarray, shape (2, n)
        Derivatives of (intercept, slope) with respect to each y and each x; weights held fixed.
    chi2 : float
        Sum of (residual/u)²; without stated uncertainties u is the scatter, and it is `dof` by construction.
    dof : int
        n - 2.
    scatter : float
        Standard deviation of y about the line for a point of mean weight.
    """

    intercept: float
    slope: float
    covariance: Array
    d_y: Array
    d_x: Array
    chi2: float
    dof: int
    scatter: float

    def lack_of_fit_probability(self) -> float:
        """Chance of a chi² this large or larger if the points do lie on a line; 1 without degrees of freedom."""
        if self.dof < 1:
            return 1.0
        from scipy.special import gammaincc  # noqa: PLC0415 - scipy is slow to import

        return float(gammaincc(0.5 * self.dof, 0.5 * self.chi2))


def fit_line(x: ArrayLike, y: ArrayLike, u_y: ArrayLike | None = None) -> Line:
    """Fit a straight line.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        n >= 2, with two different x at least.
    u_y : array_like, optional
        Standard uncertainty of y (scalar or shape (n,), > 0); weights are 1/u_y². Without it all weigh the same.

    Raises
    ------
    ValueError
        Shapes differ, values are not finite, u_y is not positive, or all x are equal.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape or xs.size < 2:
        raise ValueError(f"x {xs.shape} and y {ys.shape} given; allowed: both of shape (n,), n >= 2")
    u = np.broadcast_to(np.asarray(1.0 if u_y is None else u_y, dtype=np.float64), xs.shape)
    if not (np.isfinite(xs).all() and np.isfinite(ys).all() and np.isfinite(u).all() and (u > 0.0).all()):
        raise ValueError("x, y or u_y that is not finite, or u_y <= 0, given; allowed: finite values, u_y > 0")
    weight = (float(np.min(u)) / u) ** 2
    total = float(np.sum(weight))
    centre = float(weight @ xs) / total
    dx = xs - centre
    spread = float(weight @ dx**2)
    if not spread > 0.0 or float(np.ptp(xs)) <= 1e-12 * float(np.max(np.abs(xs))):
        raise ValueError(f"x all equal to {centre} given; allowed: two different x at least")
    d_slope = weight * dx / spread
    slope = float(d_slope @ ys)
    d_mean = weight / total
    d_intercept = d_mean - centre * d_slope
    mean = float(d_mean @ ys)
    residual = ys - mean - slope * dx
    dof = xs.size - 2
    squares = float(weight @ residual**2)  # times 1/min(u)² it is chi²
    unit = float(np.min(u)) ** 2 if u_y is not None else (squares / dof if dof > 0 else 0.0)
    inverse = np.array([[1.0 / total + centre**2 / spread, -centre / spread], [-centre / spread, 1.0 / spread]])
    by_x_slope = weight * residual / spread - slope * d_slope
    # intercept = mean - slope·centre, and the centre moves with x too
    by_x = np.stack([-centre * by_x_slope - slope * d_mean, by_x_slope])
    chi2 = squares / unit if unit > 0.0 else 0.0
    scatter = float(np.sqrt(squares / dof / (total / xs.size))) if dof > 0 else 0.0
    return Line(
        mean - slope * centre, slope, inverse * unit, np.stack([d_intercept, d_slope]), by_x, chi2, dof, scatter
    )


def fit_line_in_square(field_a_per_m: ArrayLike, force_n: ArrayLike, u_force_n: ArrayLike | None = None) -> Line:
    """Fit force = intercept + slope·H², as a Gouy balance gives it; slope in N/(A/m)².

    `d_x` of the result is with respect to the fields themselves (A/m), not their squares. Otherwise as `fit_line`.
    """
    h = np.asarray(field_a_per_m, dtype=np.float64)
    line = fit_line(h**2, force_n, u_force_n)
    d_field = line.d_x * (2.0 * h)
    return Line(line.intercept, line.slope, line.covariance, line.d_y, d_field, line.chi2, line.dof, line.scatter)


@dataclass(frozen=True, slots=True, eq=False)
class EvenOdd:
    """Parts of a quantity that was measured at +x and -x.

    Attributes
    ----------
    x : ndarray, shape (k,)
        Half the difference of each pair's x, >= 0, ascending.
    even, odd : ndarray, shape (k,)
        [y(+x) + y(-x)]/2 and [y(+x) - y(-x)]/2.
    plus, minus : ndarray of int, shape (k,)
        Places of each pair's points in what was given.
    unpaired : tuple of int
        Places of the points that have no partner within the tolerance.
    """

    x: Array
    even: Array
    odd: Array
    plus: NDArray[np.intp]
    minus: NDArray[np.intp]
    unpaired: tuple[int, ...]


def even_odd(x: ArrayLike, y: ArrayLike, tolerance: float) -> EvenOdd:
    """Pair each point at +x with one at -x and split y into its even and odd parts.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        One branch, or single-valued data; any order.
    tolerance : float
        Points pair when |x_i + x_j| does not exceed this. Each is used once; one at 0 pairs with itself.

    Raises
    ------
    ValueError
        Shapes differ, values are not finite, or the tolerance is negative.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape or not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise ValueError(f"x {xs.shape} and y {ys.shape} given; allowed: finite, both of shape (n,)")
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance {tolerance} given; allowed: >= 0")
    order = np.argsort(np.abs(xs), kind="stable")
    ups = [int(i) for i in order if xs[i] > 0.0]
    downs = [int(i) for i in order if xs[i] < 0.0]
    pairs = [(int(i), int(i)) for i in order if xs[i] == 0.0]
    unpaired: list[int] = []
    i = j = 0
    while i < len(ups) and j < len(downs):
        gap = float(xs[ups[i]] + xs[downs[j]])
        if abs(gap) <= tolerance:
            pairs.append((ups[i], downs[j]))
            i, j = i + 1, j + 1
        elif gap < 0.0:
            unpaired.append(ups[i])
            i += 1
        else:
            unpaired.append(downs[j])
            j += 1
    unpaired += ups[i:] + downs[j:]
    plus = np.array([a for a, _ in pairs], dtype=np.intp)
    minus = np.array([b for _, b in pairs], dtype=np.intp)
    half = 0.5 * (xs[plus] - xs[minus])
    even, odd = 0.5 * (ys[plus] + ys[minus]), 0.5 * (ys[plus] - ys[minus])
    return EvenOdd(half, even, odd, plus, minus, tuple(sorted(unpaired)))
