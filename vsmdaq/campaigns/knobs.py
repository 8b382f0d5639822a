"""What is set beside the field before a point: nothing in most procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.record import EventLog
from vsmdaq.terms import InputError, Problem, Step

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["turn"]


def turn(session: Session, step: Step, events: EventLog) -> float | None:
    """Set the knob of a step and read it back; None where the step has none.

    Raises
    ------
    InputError
        Nothing on this bench can be set so.
    """
    del events
    if not step.knob:
        return None
    problem = Problem("knob", step.knob, "nothing that this bench can set")
    raise InputError(session.bench.spec.name, (problem,))
