"""Image effect: all fields from the largest down, at the other polarity up, and back the same way."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.image import Image
from vsmdaq.terms import Plan, Step

__all__ = ["plan_image"]


def plan_image(procedure: Procedure) -> Plan:
    """Four segments a turn; a field at which the way turns back, or that is 0, is measured once there."""
    details = procedure.details
    if not isinstance(details, Image):
        raise TypeError(f"an image run has an Image, not {details!r}")
    up = details.fields_a_per_m
    down = up[::-1]
    away = up[1:] if up[0] == 0.0 else up  # from 0 it goes on, whatever the sign
    fields: list[tuple[float, int]] = []
    for turn in range(details.repeats):
        fields += [(field, 4 * turn) for field in (down if turn == 0 else down[1:])]
        fields += [(-field, 4 * turn + 1) for field in away]
        fields += [(-field, 4 * turn + 2) for field in down[1:]]
        fields += [(field, 4 * turn + 3) for field in away]
    steps = tuple(Step(field + 0.0, segment) for field, segment in fields)  # no -0
    return Plan((*procedure.approach_a_per_m, down[0]), steps)
