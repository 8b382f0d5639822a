"""Segments one after the other, each with its own placement of points; lists of fields; both again and again."""

from __future__ import annotations

import math

from vsmdaq.campaigns.plans.adaptive import plan_adaptive
from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.placement import DenseSegment, FieldList, Placement
from vsmdaq.terms import Plan, Step

__all__ = ["plan_segments"]


def plan_segments(procedure: Procedure) -> Plan:
    """Fields of a procedure: the end points of all steps.

    A segment that does not start where the one before (or the approach) ended has its start as a point of its own.
    """
    if procedure.adaptive is not None:
        return plan_adaptive(procedure.approach_a_per_m, procedure.adaptive)
    steps: list[Step] = []
    here = procedure.approach_a_per_m[-1] if procedure.approach_a_per_m else None
    for number, segment in enumerate(procedure.segments * procedure.repeats):
        if isinstance(segment, FieldList):
            steps += [Step(field, number, segment.via_a_per_m) for field in segment.fields_a_per_m]
            here = segment.fields_a_per_m[-1]
            continue
        start, stop = segment.start_a_per_m, segment.stop_a_per_m
        # "0.29 MA/m" and "290 kA/m" are one field, whatever the last bit says
        there = here is not None and math.isclose(here, start, rel_tol=1e-9, abs_tol=1e-9)
        fields = [*([] if there else [start]), *_inside(segment), stop]
        steps += [Step(field, number) for field in fields]
        here = stop
    return Plan(procedure.approach_a_per_m, tuple(steps))


def _inside(segment: Placement) -> list[float]:
    """Fields between the ends of a segment."""
    if isinstance(segment, FieldList):
        return []
    start, stop = segment.start_a_per_m, segment.stop_a_per_m
    if isinstance(segment, DenseSegment):
        return [_dense(segment, k / segment.steps) for k in range(1, segment.steps)]
    return [start + (stop - start) * k / segment.steps for k in range(1, segment.steps)]


def _dense(segment: DenseSegment, share: float) -> float:
    """Field up to which a share of the steps has been gone: the integral of the density, inverted by bisection."""
    start, stop = segment.start_a_per_m, segment.stop_a_per_m
    at, width = segment.dense_at_a_per_m, segment.dense_width_a_per_m
    length = stop - start
    if length == 0.0:
        return start

    def gone(part: float) -> float:
        peak = math.atan((start + part * length - at) / width) - math.atan((start - at) / width)
        return part + abs(peak) / math.pi

    low, high, wanted = 0.0, 1.0, share * gone(1.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if gone(middle) < wanted else (low, middle)
    return start + 0.5 * (low + high) * length
