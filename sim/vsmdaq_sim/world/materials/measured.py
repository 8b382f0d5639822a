"""A material that is a measured loop."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from vsmdaq_sim.world.errors import MaterialRangeError

__all__ = ["MeasuredLoop", "branch_moment"]

_SNAP = 0.95


def branch_moment(fields: Sequence[float], moments: Sequence[float], field_a_per_m: float) -> float:
    """Interpolate linearly on a branch with ascending `fields` (A/m); the ends are held by the caller's range check."""
    index = min(max(bisect_right(fields, field_a_per_m), 1), len(fields) - 1)
    low, high = fields[index - 1], fields[index]
    share = (field_a_per_m - low) / (high - low)
    return moments[index - 1] + share * (moments[index] - moments[index - 1])


class MeasuredLoop:
    """A measured major loop; between its branches the state is a weight that follows the direction of the field.

    Parameters
    ----------
    name : str
        For messages.
    descending, ascending : tuple of two sequences of float
        Fields (A/m, ascending in both) and moments (A m2) of the branches.
    crossover_a_per_m : float
        Travel of the field over which a state between the branches comes e times nearer to that of its direction.
    """

    __slots__ = ("_ascending", "_crossover", "_descending", "_field", "_high", "_low", "_name", "_weight")

    def __init__(
        self,
        name: str,
        descending: tuple[Sequence[float], Sequence[float]],
        ascending: tuple[Sequence[float], Sequence[float]],
        crossover_a_per_m: float,
    ) -> None:
        self._name = name
        self._descending = descending
        self._ascending = ascending
        self._crossover = crossover_a_per_m
        self._low = max(descending[0][0], ascending[0][0])
        self._high = min(descending[0][-1], ascending[0][-1])
        self._field = 0.0
        self._weight = 0.5  # share of the ascending branch; a virgin sample starts in the middle

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` and return the moment there.

        Raises
        ------
        MaterialRangeError
            Beyond the fields that were measured; where the sample stands is not changed then.
        """
        if not self._low <= field_a_per_m <= self._high:
            raise MaterialRangeError(self._name, field_a_per_m, self._low, self._high)
        travel = field_a_per_m - self._field
        self._field = field_a_per_m
        if travel != 0.0:
            towards = 1.0 if travel > 0.0 else 0.0
            kept = math.exp(-abs(travel) / self._crossover)
            self._weight = towards + (self._weight - towards) * kept
            if not _SNAP * self._low <= field_a_per_m <= _SNAP * self._high:
                self._weight = towards
        up = branch_moment(*self._ascending, field_a_per_m)
        down = branch_moment(*self._descending, field_a_per_m)
        return down + self._weight * (up - down)
