"""Remanence curves: the field that takes the remanence away, S-ratios, and Wohlfarth's delta M.

E. P. Wohlfarth, J. Appl. Phys. 29, 595 (1958): without interaction the backfield curve of a saturated sample is
m_d(H) = m_rs - 2 m_i(H), with m_i from the demagnetised state. delta M = m_d/m_rs - (1 - 2 m_i/m_rs) is what differs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.crossing import crossing, split_field
from vsmdaq.analyse.local import Noise, Sorted, sort_branch, value_at
from vsmdaq.analyse.parameter import Parameter, combine, quotient

__all__ = ["RemanenceCurve", "delta_m", "remanent_coercive_field", "s_ratio"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_NEIGHBOURS = 3
"""Fields on each side of what is looked for: remanence curves have few points, and bend."""


@dataclass(frozen=True, slots=True, eq=False)
class RemanenceCurve:
    """Remanences after fields, as places in the points of a run.

    Attributes
    ----------
    field, moment : ndarray, shape (n,)
        All points of the run.
    peak, rest : ndarray of int, shape (k,)
        Where the magnetising fields and the remanences after them stand.
    noise : Noise or None
        What is known of the noise.
    """

    field: Array
    moment: Array
    peak: Index
    rest: Index
    noise: Noise | None = None

    def at(self, field: float) -> Parameter | None:
        """Remanence after a field, with its gradient by all points; None outside the curve."""
        found = value_at(self._pairs(), field, _NEIGHBOURS, self.noise)
        return None if found is None else self._spread(found)

    def zero(self) -> Parameter | str:
        """Field after which nothing is left, or why there is none."""
        pairs = self._pairs()
        rises = pairs.moment[-1] >= pairs.moment[0]
        orientation = 1.0 if rises else -1.0
        start = split_field(pairs, 0.0, 0.0, orientation)
        if start is None:
            return "the remanence does not change its sign"
        nothing = Parameter(0.0, np.zeros(pairs.n), np.zeros(pairs.n))
        found = crossing(pairs, start, (nothing, None), orientation, _NEIGHBOURS, self.noise)
        return found if isinstance(found, str) else self._spread(found)

    def _pairs(self) -> Sorted:
        return sort_branch(self.field[self.peak], self.moment[self.rest], np.arange(self.peak.size))

    def _spread(self, found: Parameter) -> Parameter:
        """Gradients at the places of all points."""
        d_moment, d_field = np.zeros(self.moment.size), np.zeros(self.field.size)
        np.add.at(d_moment, self.rest, found.d_moment)
        np.add.at(d_field, self.peak, found.d_field)
        return Parameter(found.value, d_moment, d_field)


def remanent_coercive_field(backfield: RemanenceCurve) -> Parameter | str:
    """Size of the backfield after which no remanence is left, or why it cannot be had."""
    if backfield.peak.size < 2:
        return "fewer than 2 points of a backfield curve"
    found = backfield.zero()
    if isinstance(found, str):
        return found
    return combine([(1.0 if found.value >= 0.0 else -1.0, found)])


def s_ratio(backfield: RemanenceCurve, saturation: Parameter, field: float) -> Parameter | str:
    """-m(after the backfield)/m(after saturation), or why it cannot be had; `field` with its sign."""
    after = backfield.at(field)
    if after is None:
        return "the field is not within the measured backfield"
    return quotient(combine([(-1.0, after)]), saturation)


def delta_m(backfield: RemanenceCurve, irm: RemanenceCurve, saturation: Parameter, field: float) -> Parameter | None:
    """Delta M at a size of field, given with the sign of the IRM's; None where one of the curves does not reach."""
    down, up = backfield.at(-field), irm.at(field)
    if down is None or up is None:
        return None
    both = quotient(combine([(1.0, down), (2.0, up)]), saturation)
    return Parameter(both.value - 1.0, both.d_moment, both.d_field)
