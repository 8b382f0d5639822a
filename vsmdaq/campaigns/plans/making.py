"""Which planner belongs to which kind of procedure."""

from __future__ import annotations

from vsmdaq.campaigns.plans.amplitude import plan_amplitude
from vsmdaq.campaigns.plans.background import plan_background
from vsmdaq.campaigns.plans.centring import plan_centring
from vsmdaq.campaigns.plans.field_calibration import plan_field_calibration
from vsmdaq.campaigns.plans.history import (
    plan_demagnetise,
    plan_forc,
    plan_minor,
    plan_remanence,
    plan_virgin,
)
from vsmdaq.campaigns.plans.image import plan_image
from vsmdaq.campaigns.plans.nickel_slope import plan_nickel_slope
from vsmdaq.campaigns.plans.relaxation import plan_relaxation
from vsmdaq.campaigns.plans.segments import plan_segments
from vsmdaq.campaigns.plans.temperature import plan_temperature
from vsmdaq.campaigns.plans.third_harmonic import plan_third_harmonic
from vsmdaq.formats.inputs import Procedure
from vsmdaq.terms import Plan

__all__ = ["plan_of"]

PLANNERS = {
    "phase": plan_segments,
    "nickel": plan_segments,
    "background": plan_background,
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
    "field-calibration": plan_field_calibration,
    "nickel-slope": plan_nickel_slope,
    "image": plan_image,
    "third-harmonic": plan_third_harmonic,
}


def plan_of(procedure: Procedure) -> Plan:
    """Make the plan of a procedure."""
    return PLANNERS[procedure.kind](procedure)
