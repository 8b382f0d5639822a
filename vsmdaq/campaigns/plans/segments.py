"""Segments of equal steps, one after the other."""

from __future__ import annotations

import math

from vsmdaq.formats.inputs import Procedure
from vsmdaq.terms import Plan, Segment

__all__ = ["plan_segments"]


def plan_segments(procedure: Procedure) -> Plan:
    """Fields of a procedure: the end points of all steps.

    A segment that does not start where the one before (or the approach) ended has its start as a point of its own.
    """
    fields: list[float] = []
    numbers: list[int] = []
    here = procedure.approach_a_per_m[-1] if procedure.approach_a_per_m else None
    for number, segment in enumerate(procedure.segments):
        points = _points(segment, here)
        fields.extend(points)
        numbers.extend([number] * len(points))
        here = segment.stop_a_per_m
    return Plan.of_fields(procedure.approach_a_per_m, fields, numbers)


def _points(segment: Segment, here: float | None) -> list[float]:
    start, stop = segment.start_a_per_m, segment.stop_a_per_m
    # "0.29 MA/m" and "290 kA/m" are one field, whatever the last bit says
    there = here is not None and math.isclose(here, start, rel_tol=1e-9, abs_tol=1e-9)
    steps = [start + (stop - start) * k / segment.steps for k in range(1, segment.steps)]
    return [*([] if there else [start]), *steps, stop]
