"""Where a field sequence turns: branches of one direction, whatever plateaus and noise there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Branch", "split_branches"]


@dataclass(frozen=True, slots=True)
class Branch:
    """Points `start` to `stop` - 1 of a sequence, from one turning point to the next.

    Attributes
    ----------
    start, stop : int
        Slice of the sequence. Neighbouring branches share their turning point: it lies on both.
    direction : int
        +1 ascending, -1 descending.
    """

    start: int
    stop: int
    direction: int

    @property
    def points(self) -> slice:
        """Slice of the sequence."""
        return slice(self.start, self.stop)


def split_branches(field: ArrayLike, tolerance: float | None = None) -> tuple[Branch, ...]:
    """Split a field sequence at its turning points.

    Parameters
    ----------
    field : array_like, shape (n,)
        Fields in the order of measurement, any unit; finite.
    tolerance : float, optional
        A turn counts when the field has gone back from its extreme by more than this; by default 2 % of the whole
        range. Noise of the field reading must stay below it.

    Returns
    -------
    tuple of Branch
        In order. None for fewer than two points, or where the field nowhere moves by more than the tolerance.

    Raises
    ------
    ValueError
        `field` is no finite column, or `tolerance` is negative.
    """
    h = np.asarray(field, dtype=np.float64)
    if h.ndim != 1 or not np.isfinite(h).all():
        raise ValueError(f"field of shape {h.shape} given; allowed: finite, shape (n,)")
    if h.size < 2:
        return ()
    limit = 0.02 * float(np.ptp(h)) if tolerance is None else tolerance
    if limit < 0.0:
        raise ValueError(f"tolerance {limit} given; allowed: >= 0")
    turns, direction = _turning_points(h, limit)
    if direction == 0:
        return ()
    ends = [0, *turns, h.size - 1]
    signs = [direction * (-1) ** k for k in range(len(ends) - 1)]
    return tuple(Branch(a, b + 1, s) for a, b, s in zip(ends[:-1], ends[1:], signs, strict=True) if b > a)


def _turning_points(h: NDArray[np.float64], limit: float) -> tuple[list[int], int]:
    """Indices of the confirmed extremes, and the first direction (0 where there is none)."""
    turns: list[int] = []
    first = direction = 0
    low = high = 0
    values: list[float] = h.tolist()
    for index, value in enumerate(values):
        if value > values[high]:
            high = index
        if value < values[low]:
            low = index
        if direction >= 0 and values[high] - value > limit:
            if direction > 0 or high > 0:
                turns.append(high)
            first = first or (-1 if high == 0 else 1)
            direction, low = -1, index
            high = index
        elif direction <= 0 and value - values[low] > limit:
            if direction < 0 or low > 0:
                turns.append(low)
            first = first or (1 if low == 0 else -1)
            direction, high = 1, index
            low = index
    # Before the first turn both extremes are tracked: a start within the tolerance of its own extreme is no branch.
    if len(turns) > 0 and abs(values[turns[0]] - values[0]) <= limit:
        turns = turns[1:]
        first = -first
    return turns, first
