"""Procedures that live on what the sample went through: virgin curve, minor loops, remanence curves, FORC, demagnetisation."""

from __future__ import annotations

from typing import cast

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.demagnetise import Demagnetise
from vsmdaq.formats.inputs.kinds.forc import Forc
from vsmdaq.formats.inputs.kinds.minor import Minor
from vsmdaq.formats.inputs.kinds.remanence import Remanence
from vsmdaq.formats.inputs.kinds.virgin import Virgin
from vsmdaq.terms import Plan, Step

__all__ = ["plan_demagnetise", "plan_forc", "plan_minor", "plan_remanence", "plan_virgin"]


def plan_virgin(procedure: Procedure) -> Plan:
    """Demagnetise, unmeasured, then measure from zero on."""
    details = cast("Virgin", procedure.details)
    approach = (*procedure.approach_a_per_m, *details.demagnetise.extremes_a_per_m)
    return Plan(approach, tuple(Step(field, 0) for field in details.fields_a_per_m))


def plan_minor(procedure: Procedure) -> Plan:
    """Two segments a loop, each with both of its ends: up from the reversal (or down from it), and back to it."""
    details = cast("Minor", procedure.details)
    steps: list[Step] = []
    for number, loop in enumerate(details.loops):
        first, last = loop.reversal_a_per_m, loop.return_a_per_m
        there = [first + (last - first) * k / loop.steps for k in range(loop.steps)] + [last]
        # a loop closes that begins where it was left before: from saturation, or from its own return field
        begin = (details.saturation_a_per_m,) if number == 0 or details.each else (last,)
        steps += [Step(field, 2 * number, begin if k == 0 else ()) for k, field in enumerate(there)]
        steps += [Step(field, 2 * number + 1) for field in there[-2::-1]]
    return Plan(procedure.approach_a_per_m, tuple(steps))


def plan_remanence(procedure: Procedure) -> Plan:
    """Each field is measured at, then zero current after it.

    Segments 0 (in the field) and 1 (at zero current) are the IRM, 2 and 3 the backfield curve; the first point of segment 3 is the
    remanence after saturation.
    """
    details = cast("Remanence", procedure.details)
    sign = 1.0 if details.saturation_a_per_m > 0.0 else -1.0
    approach = procedure.approach_a_per_m
    if details.demagnetise is not None:
        approach = (*approach, *(sign * field for field in details.demagnetise.extremes_a_per_m))
    steps: list[Step] = []
    for size in details.irm_a_per_m:
        steps += [Step(sign * size, 0), Step(0.0, 1)]
    if details.dcd_a_per_m:
        steps.append(Step(0.0, 3, (details.saturation_a_per_m,)))
    for size in details.dcd_a_per_m:
        steps += [Step(-sign * size, 2), Step(0.0, 3)]
    return Plan(approach, tuple(steps))


def plan_forc(procedure: Procedure) -> Plan:
    """For each curve: saturation, a calibration point (even segment), the curve (odd segment); one calibration point more at the end."""
    details = cast("Forc", procedure.details)
    saturate = (details.saturation_a_per_m,)
    steps: list[Step] = []
    number = 0
    for reversal in details.reversals_a_per_m:
        steps.append(Step(details.calibration_a_per_m, number, saturate))
        steps += [Step(field, number + 1) for field in details.curve_a_per_m(reversal)]
        number += 2
    steps.append(Step(details.calibration_a_per_m, number, saturate))
    return Plan(procedure.approach_a_per_m, tuple(steps))


def plan_demagnetise(procedure: Procedure) -> Plan:
    """Zero current before the cycle (segment 0), after each half cycle (1), and at the end some times more (2)."""
    details = cast("Demagnetise", procedure.details)
    steps = [Step(0.0, 0)]
    steps += [Step(0.0, 1, (field,)) for field in details.cycle.extremes_a_per_m]
    steps += [Step(0.0, 2)] * details.points
    return Plan(procedure.approach_a_per_m, tuple(steps))
