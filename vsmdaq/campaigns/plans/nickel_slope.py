"""Slope of a soft sphere: from the one field to its opposite in equal steps, and back."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.nickel_slope import NickelSlope
from vsmdaq.terms import Plan, Step

__all__ = ["plan_nickel_slope"]


def plan_nickel_slope(procedure: Procedure) -> Plan:
    """One segment for each way; the turning point is measured once."""
    details = procedure.details
    if not isinstance(details, NickelSlope):
        raise TypeError(f"a slope method has a NickelSlope, not {details!r}")
    down = [details.field_a_per_m * (1.0 - 2.0 * k / details.steps) for k in range(details.steps + 1)]
    up = down[-2::-1]
    return Plan(procedure.approach_a_per_m, (*(Step(field, 0) for field in down), *(Step(field, 1) for field in up)))
