"""Which planner belongs to which kind of procedure."""

from __future__ import annotations

from vsmdaq.campaigns.plans.amplitude import plan_amplitude
from vsmdaq.campaigns.plans.centring import plan_centring
from vsmdaq.campaigns.plans.history import (
    plan_demagnetise,
    plan_forc,
    plan_minor,
    plan_remanence,
    plan_virgin,
)
from vsmdaq.campaigns.plans.relaxation import plan_relaxation
from vsmdaq.campaigns.plans.segments import plan_segments
from vsmdaq.campaigns.plans.temperature import plan_temperature
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
    "relaxation": plan_relaxation,
    "temperature": plan_temperature,
    "centring": plan_centring,
    "amplitude": plan_amplitude,
    "virgin": plan_virgin,
    "minor": plan_minor,
    "remanence": plan_remanence,
    "forc": plan_forc,
    "demagnetise": plan_demagnetise,
}


def plan_of(procedure: Procedure) -> Plan:
    """Make the plan of a procedure."""
    return PLANNERS[procedure.kind](procedure)
