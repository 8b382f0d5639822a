"""First-order reversal curves: drift taken off, and the FORC distribution by local surfaces, with its uncertainty.

C. R. Pike, A. P. Roberts, K. L. Verosub, J. Appl. Phys. 85, 6660 (1999): rho = -1/2 d2m/(dHa dH). At each node the surface
a1 + a2 Ha + a3 Ha² + a4 H + a5 H² + a6 Ha H is fitted to 2 S + 1 curves of 2 S + 1 points each; rho = -a6/2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Calibration", "ForcCurves", "ForcMap", "drift_of", "forc_distribution"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_CHANCE = 0.01
"""Drift is taken off where noise alone would make the calibration points differ so much with less than this chance."""


@dataclass(frozen=True, slots=True, eq=False)
class ForcCurves:
    """Points of all curves (n,): number of the curve (from 0, the highest reversal field first), its reversal field, field, moment."""

    curve: Index
    reversal: Array
    field: Array
    moment: Array


@dataclass(frozen=True, slots=True, eq=False)
class ForcMap:
    """The distribution at some of the points.

    Attributes
    ----------
    place : ndarray of int, shape (k,)
        The points.
    density, u : ndarray, shape (k,)
        rho (moment per square of field) and its standard uncertainty by the noise.
    scatter : float
        Standard deviation of a moment about the surfaces (root mean square over them).
    members : ndarray of int, shape (k, w)
        The points of each surface; `gain`, same shape, is the derivative of the density by their moments (0 for padding).
    """

    place: Index
    density: Array
    u: Array
    scatter: float
    members: Index
    gain: Array

    def gradient(self, factors: Array, points: int) -> Array:
        """Derivative (n,) of the sum of `factors` (k,) times density with respect to the moments of all `points`."""
        result = np.zeros(points)
        np.add.at(result, self.members, factors[:, None] * self.gain)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Calibration points in time (k,): when (s), moment, its noise."""

    time_s: Array
    moment: Array
    u: Array

    @property
    def mean(self) -> float:
        """Mean by weight."""
        return float(np.average(self.moment, weights=1.0 / self.u**2))

    @property
    def chance(self) -> float:
        """Chance that noise alone makes them differ so much; 1 for fewer than two."""
        if self.moment.size < 2:
            return 1.0
        from scipy.special import gammaincc  # noqa: PLC0415 - scipy is slow to import

        chi2 = float(np.sum(((self.moment - self.mean) / self.u) ** 2))
        return float(gammaincc(0.5 * (self.moment.size - 1), 0.5 * chi2))


def drift_of(calibration: Calibration, time_s: Array) -> Array | None:
    """What to take off moments at some times: the calibration points' distance from their mean, pro rata in time.

    None where it does not stand out of their noise: then taking it off would only add noise.
    """
    if calibration.chance >= _CHANCE:
        return None
    return np.interp(time_s, calibration.time_s, calibration.moment - calibration.mean)


def forc_distribution(curves: ForcCurves, smoothing: int, u_moment: Array | None = None) -> ForcMap:
    """Find the distribution at each point about which the surface can be fitted.

    Parameters
    ----------
    curves : ForcCurves
        The measurement; fields may lie anywhere, the surfaces are fitted where they are.
    smoothing : int
        S, at least 1. On each of the S curves before and after, the 2 S + 1 points nearest in field are taken, as far as they lie
        within half a step of the window of the node's own curve.
    u_moment : ndarray, shape (n,), optional
        Noise of the moments; without it the scatter about all surfaces tells it.
    """
    if smoothing < 1:
        raise ValueError(f"smoothing {smoothing} given; allowed: at least 1")
    starts = (
        np.searchsorted(curves.curve, np.arange(int(curves.curve[-1]) + 2)) if curves.curve.size else np.zeros(1, int)
    )
    places: list[int] = []
    windows: list[Index] = []
    for number in range(starts.size - 1):
        low, high = int(starts[number]), int(starts[number + 1])
        for place in range(low, high):
            window = _window(curves, starts, number, place, smoothing)
            if window is not None:
                places.append(place)
                windows.append(window)
    if not places:
        nothing = np.zeros(0)
        no_places = np.zeros(0, dtype=np.intp)
        return ForcMap(no_places, nothing, nothing, 0.0, no_places.reshape(0, 1), nothing.reshape(0, 1))
    return _fit(curves, np.array(places, dtype=np.intp), windows, u_moment)


def _window(curves: ForcCurves, starts: Index, number: int, place: int, smoothing: int) -> Index | None:
    """Points about a node; None where they do not determine the surface."""
    low, high = int(starts[number]), int(starts[number + 1])
    first, last = max(place - smoothing, low), min(place + smoothing, high - 1)
    if last - first < 2:
        return None
    step = (curves.field[last] - curves.field[first]) / (last - first)
    centre, reach = float(curves.field[place]), (smoothing + 0.5) * float(step)
    parts: list[Index] = []
    for other in range(max(number - smoothing, 0), min(number + smoothing, starts.size - 2) + 1):
        begin, end = int(starts[other]), int(starts[other + 1])
        inside = np.searchsorted(curves.field[begin:end], [centre - reach, centre + reach])
        parts.append(np.arange(begin + int(inside[0]), begin + int(inside[1])))
    full = [part for part in parts if part.size >= 3]
    if len(full) < 3:
        return None
    return np.concatenate(parts)


def _fit(curves: ForcCurves, places: Index, windows: list[Index], u_moment: Array | None) -> ForcMap:
    """All surfaces at once, windows padded with weight 0."""
    longest = max(window.size for window in windows)
    members = np.zeros((places.size, longest), dtype=np.intp)
    weight = np.zeros((places.size, longest))
    for row, window in enumerate(windows):
        members[row, : window.size] = window
        weight[row, : window.size] = 1.0
    a = curves.reversal[members] - curves.reversal[places][:, None]
    b = curves.field[members] - curves.field[places][:, None]
    unit_a = np.max(np.abs(a) * weight, axis=1)
    unit_b = np.max(np.abs(b) * weight, axis=1)
    x, y = a / unit_a[:, None], b / unit_b[:, None]
    design = np.stack([np.ones_like(x), x, x * x, y, y * y, x * y], axis=2) * weight[:, :, None]
    moment = curves.moment[members] - curves.moment[places][:, None]
    normal = np.einsum("nki,nkj->nij", design, design)
    good = np.linalg.cond(normal) < 1e10
    places, members, design = places[good], members[good], design[good]
    moment, weight = moment[good], weight[good]
    inverse = np.linalg.inv(normal[good])
    beta = np.einsum("nij,nkj,nk->ni", inverse, design, moment)
    residual = (moment - np.einsum("nki,ni->nk", design, beta)) * weight
    dof = np.sum(weight, axis=1) - 6
    scatter = float(np.sqrt(np.sum(residual**2) / max(float(np.sum(np.maximum(dof, 0.0))), 1.0)))
    factor = -0.5 / (unit_a * unit_b)[good]
    gain = factor[:, None] * np.einsum("nj,nkj->nk", inverse[:, 5, :], design)
    noise = scatter if u_moment is None else u_moment[members]
    u = np.sqrt(np.sum((gain * noise) ** 2, axis=1))
    return ForcMap(places, beta[:, 5] * factor, u, scatter, members, gain)
