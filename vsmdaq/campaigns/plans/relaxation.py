"""Relaxation: before each field a point at the saturating one, then points at times after the arrival."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.relaxation import Relaxation
from vsmdaq.terms import Plan, Step

__all__ = ["plan_relaxation"]


def plan_relaxation(procedure: Procedure) -> Plan:
    """Two segments a field: 2 k is the point at saturation, 2 k + 1 the series after it."""
    details = procedure.details
    if not isinstance(details, Relaxation):
        raise TypeError(f"a relaxation has a Relaxation, not {details!r}")
    steps: list[Step] = []
    for number, field in enumerate(details.fields_a_per_m):
        steps.append(Step(details.saturate_a_per_m, 2 * number, after_s=details.hold_s))
        steps += [Step(field, 2 * number + 1, after_s=after_s) for after_s in details.times_s]
    return Plan(procedure.approach_a_per_m, tuple(steps))
