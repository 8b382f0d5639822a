"""One closed loop between two fields: the area that it encloses, and what it is at zero field and zero moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.crossing import crossing, split_field
from vsmdaq.analyse.local import Noise, sort_branch, value_at
from vsmdaq.analyse.parameter import Parameter, combine

__all__ = ["enclosed_area", "half_height", "half_width"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_NEIGHBOURS = 4


def enclosed_area(field: Array, moment: Array, loop: Index) -> Parameter | str:
    """Size of the integral of m dH around the points `loop`, straight lines between them, closed by one more.

    Positive for a loop that is walked as losses demand (the way with falling field lies above), with its gradient.
    """
    if loop.size < 4:
        return "fewer than 4 points"
    h, m = field[loop], moment[loop]
    after, before = np.roll(np.arange(loop.size), -1), np.roll(np.arange(loop.size), 1)
    # area = -1/2 sum m_i (h_{i+1} - h_{i-1}) = -integral of m dH around the loop
    d_moment, d_field = np.zeros(moment.size), np.zeros(field.size)
    np.add.at(d_moment, loop, -0.5 * (h[after] - h[before]))
    np.add.at(d_field, loop, 0.5 * (m[after] - m[before]))
    return Parameter(float(-0.5 * np.sum(m * (h[after] - h[before]))), d_moment, d_field)


def half_height(field: Array, moment: Array, ways: tuple[Index, Index], noise: Noise | None) -> Parameter | str:
    """Half the distance in m of both ways (falling, rising field) at field 0."""
    found = [
        value_at(sort_branch(field, moment, way), 0.0, _NEIGHBOURS, noise) if way.size > 1 else None for way in ways
    ]
    falling, rising = found
    if falling is None or rising is None:
        return "the loop does not pass field 0"
    return combine([(0.5, falling), (-0.5, rising)])


def half_width(field: Array, moment: Array, ways: tuple[Index, Index], noise: Noise | None) -> Parameter | str:
    """Half the distance in H of both ways (falling, rising field) at m = 0."""
    nothing = Parameter(0.0, np.zeros(moment.size), np.zeros(field.size))
    found: list[Parameter] = []
    for way in ways:
        if way.size < 2:
            return "too few points"
        branch = sort_branch(field, moment, way)
        orientation = 1.0 if branch.moment[-1] >= branch.moment[0] else -1.0
        start = split_field(branch, 0.0, 0.0, orientation)
        if start is None:
            return "the loop does not cross m = 0 on both ways"
        one = crossing(branch, start, (nothing, None), orientation, _NEIGHBOURS, noise)
        if isinstance(one, str):
            return one
        found.append(one)
    return combine([(-0.5, found[0]), (0.5, found[1])])
