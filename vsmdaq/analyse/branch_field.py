"""True field of a magnet that keeps some of it, by the branch that it is on: tables of reported and true field.

A superconducting magnet (flux that is trapped in its wire) or a yoke has another field on the way down than on the way up at the
same reported one. A table that is looked up as one function of the reported field gives the field of either branch, by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vsmdaq.analyse.branches import split_branches

__all__ = ["BranchField", "TrueField", "true_fields"]

FloatArray = NDArray[np.float64]

REACHED = 0.005
"""A turn that is no farther from the end of the table than this part of its range began there."""


@dataclass(frozen=True, slots=True, eq=False)
class BranchField:
    """True against reported field (A/m), each branch with reported fields that rise; both end where the cycle turned."""

    descending_reported_a_per_m: FloatArray
    descending_a_per_m: FloatArray
    ascending_reported_a_per_m: FloatArray
    ascending_a_per_m: FloatArray

    @property
    def range_a_per_m(self) -> tuple[float, float]:
        """Lowest and highest reported field that both branches cover."""
        down, up = self.descending_reported_a_per_m, self.ascending_reported_a_per_m
        return float(max(down[0], up[0])), float(min(down[-1], up[-1]))

    def on(self, reported_a_per_m: ArrayLike, direction: int) -> FloatArray:
        """True field (A/m) on the branch of a direction (-1 descending, +1 ascending).

        Raises
        ------
        ValueError
            A field is outside the table.
        """
        reported = np.asarray(reported_a_per_m, dtype=np.float64)
        grid, true = (
            (self.descending_reported_a_per_m, self.descending_a_per_m)
            if direction < 0
            else (self.ascending_reported_a_per_m, self.ascending_a_per_m)
        )
        low, high = self.range_a_per_m
        slack = REACHED * (high - low)
        if np.any(reported < low - slack) or np.any(reported > high + slack):
            raise ValueError(
                f"fields from {np.min(reported):g} to {np.max(reported):g} A/m were asked for; the table goes from {low:g} to {high:g} A/m"
            )
        # what is reported beyond the last row, by the rounding of a set-point, goes on with the correction of that row
        inside = np.clip(reported, grid[0], grid[-1])
        result: FloatArray = np.interp(inside, grid, true) + (reported - inside)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class TrueField:
    """True field and standard uncertainty for not knowing the branch (A/m), (n,) each; 0 where the branch is known."""

    field_a_per_m: FloatArray
    u_branch_a_per_m: FloatArray


def true_fields(table: BranchField, reported_a_per_m: ArrayLike) -> TrueField:
    """True fields of a sequence in the order of measurement.

    A branch is known that begins at the end of the table. One that begins elsewhere lies between the branches, nobody has
    measured where: halfway, with the uncertainty of a rectangle as wide as the gap.

    Raises
    ------
    ValueError
        A field is outside the table.
    """
    reported = np.asarray(reported_a_per_m, dtype=np.float64)
    down, up = table.on(reported, -1), table.on(reported, 1)
    low, high = table.range_a_per_m
    slack = REACHED * (high - low)
    field, u = 0.5 * (down + up), np.abs(down - up) / math.sqrt(12.0)
    for branch in split_branches(reported):
        began = reported[branch.start]
        known = began >= high - slack if branch.direction < 0 else began <= low + slack
        if known:
            field[branch.points] = (down if branch.direction < 0 else up)[branch.points]
            u[branch.points] = 0.0
    return TrueField(field, u)
