"""Centring: a scan along each axis through the centres of those before; each ends at its own centre.

Where the next scan lies follows from what the last one found, so the points are placed while the run goes on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vsmdaq.analyse.extremum import find_extremum
from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.terms import MomentPoint, Plan, Step

__all__ = ["CentringRule", "plan_centring"]

_GRID_M = 1e-6
"""Positions are asked for on a grid that a dial or a stage can show."""


@dataclass(frozen=True, slots=True)
class CentringRule:
    """Scans of `points` each; segment 2 k is the scan along the k-th axis, 2 k + 1 the point at its centre."""

    field_a_per_m: float
    axes: tuple[str, ...]
    starts_m: tuple[float, ...]
    half_ranges_m: tuple[float, ...]
    points: int

    @property
    def expected_points(self) -> int:
        """How many points there will be."""
        return len(self.axes) * (self.points + 1)

    def course(self, steps: Sequence[Step]) -> _Course:
        """Begin a walk."""
        if steps:
            raise ValueError("a centring has no points that are fixed in advance")
        return _Course(self)


class _Course:
    """Scan by scan."""

    def __init__(self, rule: CentringRule) -> None:
        self._rule = rule
        self._next = 0
        self._seen: dict[int, list[tuple[float, complex]]] = {}

    def next(self) -> tuple[int, Step] | None:
        rule, index = self._rule, self._next
        if index >= rule.expected_points:
            return None
        self._next += 1
        axis, k = divmod(index, rule.points + 1)
        start, half = rule.starts_m[axis], rule.half_ranges_m[axis]
        if k < rule.points:
            position, segment = start + half * (2.0 * k / (rule.points - 1) - 1.0), 2 * axis
        else:
            position, segment = self._centre(axis), 2 * axis + 1
        setting = round(round(position / _GRID_M) * _GRID_M, 9)
        return index, Step(rule.field_a_per_m, segment, knob=f"{rule.axes[axis]}_m", setting=setting)

    def saw(self, point: MomentPoint) -> None:
        self._next = max(self._next, point.index + 1)
        if point.setting is not None:
            signal = complex(point.x_v_rms, point.y_v_rms)
            self._seen.setdefault(point.segment, []).append((point.setting, signal))

    def _centre(self, axis: int) -> float:
        """Extremum of the scan; its middle where there is none (the reduction flags that)."""
        seen = self._seen.get(2 * axis, [])
        total = sum((signal for _, signal in seen), 0j)
        if not abs(total) > 0.0:
            return self._rule.starts_m[axis]
        turn = total.conjugate() / abs(total)
        found = find_extremum([place for place, _ in seen], [(signal * turn).real for _, signal in seen])
        return self._rule.starts_m[axis] if found is None or not math.isfinite(found) else found


def plan_centring(procedure: Procedure) -> Plan:
    """No step is fixed; the rule places them."""
    details = procedure.details
    if not isinstance(details, Centring):
        raise TypeError(f"a centring has a Centring, not {details!r}")
    rule = CentringRule(details.field_a_per_m, details.axes, details.starts_m, details.half_ranges_m, details.points)
    return Plan((*procedure.approach_a_per_m, details.field_a_per_m), (), rule)
