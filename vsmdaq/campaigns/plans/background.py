"""Empty holder: the fields of the procedure, at each temperature where it names some."""

from __future__ import annotations

from dataclasses import replace

from vsmdaq.campaigns.plans.segments import plan_segments
from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.terms import Plan, Step

__all__ = ["plan_background"]


def plan_background(procedure: Procedure) -> Plan:
    """As many segments more for each temperature; the first point of each sets it, at the field before."""
    plan = plan_segments(procedure)
    details = procedure.details
    if not isinstance(details, Temperature):
        return plan
    count = 1 + max(plan.segments)
    steps: list[Step] = []
    for number, kelvin in enumerate(details.temperatures_k):
        here = [replace(step, segment=number * count + step.segment) for step in plan.steps]
        # each temperature begins like the first: through the approach
        via = (*(plan.approach_a_per_m if number else ()), *here[0].via_a_per_m)
        here[0] = replace(here[0], knob="temperature_k", setting=kelvin, via_a_per_m=via)
        steps += here
    return Plan(plan.approach_a_per_m, tuple(steps))
