"""The way of the field through a plan, and how long it should take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.terms import Plan

__all__ = ["Way", "way_of"]


@dataclass(frozen=True, slots=True)
class Way:
    """Predicted times of the field's way through a plan, s.

    Attributes
    ----------
    legs_s : tuple of float
        Ramps to each point from the one before, the first from zero through the approach.
    waits_s : tuple of float
        Time that the plan itself lets pass at each point, beyond a ramp.
    back_s : float
        From the last point to zero.
    """

    legs_s: tuple[float, ...]
    waits_s: tuple[float, ...]
    back_s: float


def way_of(job: Job, bench: BenchSpec) -> Way:
    """Predict the ramps of a procedure from distance and rate; those of a rule, which are not known yet, are left out."""
    plan = plan_of(job.procedure)
    rate = job.procedure.rate_a_per_s * bench.magnet.field_constant_per_m.value
    stops: list[tuple[float, ...]] = [(*step.via_a_per_m, step.field_a_per_m) for step in plan.steps]
    if job.procedure.kind == "gouy":
        blank = _legs((0.0, *plan.approach_a_per_m), stops, rate)
        filled = _legs((0.0, *plan.approach_a_per_m), stops, rate)
        back_s = abs(stops[-1][-1]) / rate
        return Way((*blank, filled[0] + back_s, *filled[1:]), (0.0,) * (2 * len(stops)), back_s)
    legs = _legs((0.0, *plan.approach_a_per_m), stops, rate)
    return Way(tuple(legs), _waits(plan), abs(stops[-1][-1]) / rate if stops else 0.0)


def _legs(begin: tuple[float, ...], stops: Sequence[tuple[float, ...]], rate: float) -> list[float]:
    legs: list[float] = []
    here = begin
    for fields in stops:
        legs.append(math.fsum(abs(b - a) for a, b in pairwise((*here, *fields))) / rate)
        here = fields[-1:]
    return legs


def _waits(plan: Plan) -> tuple[float, ...]:
    waits: list[float] = []
    before_s, segment = 0.0, None
    for step in plan.steps:
        if step.segment != segment:
            before_s, segment = 0.0, step.segment
        after_s = before_s if step.after_s is None else step.after_s
        waits.append(max(after_s - before_s, 0.0))
        before_s = after_s
    return tuple(waits)
