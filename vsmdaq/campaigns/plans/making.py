"""Which planner belongs to which kind of procedure."""

from __future__ import annotations

from vsmdaq.campaigns.plans.segments import plan_segments
from vsmdaq.formats.inputs import Procedure
from vsmdaq.terms import Plan

__all__ = ["plan_of"]

PLANNERS = {
    "phase": plan_segments,
    "nickel": plan_segments,
    "background": plan_segments,
    "palladium": plan_segments,
    "loop": plan_segments,
    "gouy": plan_segments,
}


def plan_of(procedure: Procedure) -> Plan:
    """Make the plan of a procedure."""
    return PLANNERS[procedure.kind](procedure)
