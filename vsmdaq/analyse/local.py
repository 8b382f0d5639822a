"""A smooth piece of one branch: local cubic about a field, its value there and its root."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.lsq import LinearFit, fit_linear
from vsmdaq.analyse.parameter import Parameter

__all__ = ["Noise", "Piece", "Sorted", "fit_piece", "sort_branch", "value_at", "window"]

Array = NDArray[np.float64]
_SAME = 1e-9
"""Fields closer than this fraction of the branch's range are the same field."""


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """A branch in ascending order of field: fields, moments, and where they stand in the loop of `n` points."""

    field: Array
    moment: Array
    index: NDArray[np.intp]
    n: int

    @property
    def grain(self) -> float:
        """Distance below which two fields are the same."""
        return _SAME * float(self.field[-1] - self.field[0])


def sort_branch(field: Array, moment: Array, index: NDArray[np.intp]) -> Sorted:
    """Points `index` of a loop, sorted by field."""
    order = index[np.argsort(field[index], kind="stable")]
    return Sorted(field[order], moment[order], order, field.size)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Polynomial p(H) = sum beta_k t^k, t = (H - centre)/width, fitted to points of a branch, `members` the first and one past the last."""

    branch: Sorted
    members: tuple[int, int]
    centre: float
    width: float
    fit: LinearFit

    def powers(self, at: float) -> Array:
        """Factors of the coefficients in p(at)."""
        t = (at - self.centre) / self.width
        return np.asarray(t ** np.arange(self.fit.beta.size), dtype=np.float64)

    def slope_powers(self, at: float) -> Array:
        """Factors of the coefficients in dp/dH at `at`."""
        k = np.arange(self.fit.beta.size)
        t = (at - self.centre) / self.width
        return np.asarray(k * t ** np.maximum(k - 1, 0) / self.width, dtype=np.float64)

    def value(self, at: float) -> Parameter:
        """p(at) and its gradient, with `at` held fixed."""
        c = self.powers(at)
        by_moment, by_field = self.fit.gradient(c)
        d_moment, d_field = np.zeros(self.branch.n), np.zeros(self.branch.n)
        d_moment[self.branch.index[slice(*self.members)]] = by_moment
        d_field[self.branch.index[slice(*self.members)]] = by_field
        return Parameter(float(c @ self.fit.beta), d_moment, d_field)

    def root(self, level: float, slope: float) -> float | None:
        """Field in the window where p(H) = level + slope·H, the nearest to the centre; None where there is none."""
        beta = self.fit.beta.copy()
        beta[0] -= level + slope * self.centre
        if beta.size == 1:
            return None
        beta[1] -= slope * self.width
        largest = float(np.max(np.abs(beta)))
        if largest == 0.0:
            return None
        beta[np.abs(beta) < 1e-13 * largest] = 0.0  # a vanishing leading coefficient would only add a root far out
        roots = np.roots(beta[::-1])
        edge = 1.0 + 1e-9
        real = [float(r.real) for r in roots if abs(r.imag) < 1e-7 and abs(r.real) <= edge]
        inside = [t for t in real if self._covers(self.centre + t * self.width)]
        return self.centre + min(inside, key=abs) * self.width if inside else None

    def _covers(self, at: float) -> bool:
        fields = self.branch.field[slice(*self.members)]
        return bool(fields[0] - self.branch.grain <= at <= fields[-1] + self.branch.grain)


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of a moment and of a field, as far as known: what a good fit leaves over."""

    moment: float
    field: float = 0.0

    def variance(self, slope: float) -> float:
        """Variance of a moment about a curve of this slope."""
        return self.moment**2 + (slope * self.field) ** 2


def value_at(branch: Sorted, at: float, neighbours: int, noise: Noise | None) -> Parameter | None:
    """Moment of a branch at a field that it spans, with its gradient; None where it does not span it."""
    if not branch.field[0] - branch.grain <= at <= branch.field[-1] + branch.grain:
        return None
    piece = fit_piece(branch, at, neighbours, noise)
    return None if piece is None else piece.value(at)


def fit_piece(branch: Sorted, centre: float, neighbours: int, noise: Noise | None) -> Piece | None:
    """Polynomial through the `neighbours` nearest distinct fields on each side of `centre`.

    A point at the centre counts on both sides; within a tenth of a step it is at the centre, so that noise of the fields
    does not change the window of a plan that stops there. Cubic from 4 distinct fields on, else as high as they allow.
    Where the noise is known and the points lie off the cubic by more, the branch bends too much for it: fewer are taken,
    down to 2 on each side. None with fewer than two distinct fields.
    """
    for count in range(neighbours, 1, -1):
        piece = _fit(branch, centre, window(branch, centre, count))
        if piece is None or noise is None or count == 2 or not _bends(piece, noise):
            return piece
    return None


def _fit(branch: Sorted, centre: float, members: tuple[int, int]) -> Piece | None:
    part = slice(*members)
    h = branch.field[part]
    if h.size < 2:
        return None
    width = max(centre - float(h[0]), float(h[-1]) - centre)
    gap = max(branch.grain, 0.01 * float(h[-1] - h[0]))
    distinct = 1 + int(np.count_nonzero(h[1:] - h[:-1] > gap))
    t = (h - centre) / width
    powers = t[:, None] ** np.arange(4)
    for degree in range(min(3, distinct - 1), 0, -1):
        derivative = np.zeros((t.size, degree + 1))
        derivative[:, 1:] = powers[:, :degree] * (np.arange(1, degree + 1) / width)
        fit = fit_linear(powers[:, : degree + 1], derivative, branch.moment[part])
        if fit is not None:
            return Piece(branch, members, centre, width, fit)
    return None


def _bends(piece: Piece, noise: Noise) -> bool:
    """Whether the residuals exceed the noise: chi² beyond its mean by 5 of its standard deviations."""
    dof = piece.fit.dof
    if dof < 1:
        return False
    slope = float(piece.fit.beta[1]) / piece.width
    rounding = 1e-12 * float(np.max(np.abs(piece.branch.moment)))
    limit = (noise.variance(slope) + rounding**2) * (dof + 5.0 * math.sqrt(2.0 * dof))
    return float(piece.fit.residuals @ piece.fit.residuals) > limit


def window(branch: Sorted, centre: float, neighbours: int) -> tuple[int, int]:
    """First and one past the last place of the points to fit, ties and repeats at the edges included."""
    grain, h = branch.grain, branch.field
    under = int(np.searchsorted(h, centre - grain, side="left"))
    over = int(np.searchsorted(h, centre + grain, side="right"))
    most = 64 * neighbours  # enough even where each field was measured many times
    below = _distinct(centre - h[max(0, under - most) : under][::-1], grain)
    above = _distinct(h[over : over + most] - centre, grain)
    near_below, near_above = _is_near(below), _is_near(above)
    exact = over > under
    far_below = _reach(below, neighbours - int(not near_below and (near_above or exact)))
    far_above = _reach(above, neighbours - int(not near_above and (near_below or exact)))
    low = np.searchsorted(h, centre - far_below - grain, side="left")
    high = np.searchsorted(h, centre + far_above + grain, side="right")
    return int(low), int(high)


def _distinct(distances: Array, grain: float) -> Array:
    """First of each run of equal fields; `distances` ascending."""
    if distances.size == 0:
        return distances
    return distances[np.concatenate(([True], distances[1:] - distances[:-1] > grain))]


def _is_near(distances: Array) -> bool:
    return distances.size > 1 and bool(distances[0] < 0.1 * (distances[1] - distances[0]))


def _reach(distances: Array, count: int) -> float:
    return float(distances[min(count, distances.size) - 1]) if distances.size else 0.0
