"""Field calibration: the probe at its places one after the other, then the magnet's branches and what it keeps."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.field_calibration import Cycle, FieldCalibration, Histories
from vsmdaq.reduce.probe_places import PROBE, Place, Segment
from vsmdaq.terms import Plan, Step

__all__ = ["plan_field_calibration"]


def plan_field_calibration(procedure: Procedure) -> Plan:
    """Each change of the probe's place begins at zero current: hands stay out of the gap while it pulls."""
    details = procedure.details
    if not isinstance(details, FieldCalibration):
        raise TypeError(f"a field calibration has a FieldCalibration, not {details!r}")
    steps: list[Step] = []
    if details.chamber is not None:
        steps += _at(0.0, Segment.ZERO, Place.CHAMBER, details.points)
    if details.reference is not None:
        steps += _at(0.0, Segment.REFERENCE, Place.REFERENCE, details.points)
    # what the yoke keeps before anything is done to it; and the probe is where it belongs
    steps += _at(0.0, Segment.BEFORE, Place.GAP, 1)
    if details.sample_place is not None:
        field = details.sample_place.field_a_per_m
        # the current goes from zero to the field and back each time: the same small loop of the yoke
        steps += _at(field, Segment.PROBE_FIRST, Place.GAP, details.points)
        steps += _at(field, Segment.SAMPLE, Place.SAMPLE, details.points)
        steps += _at(field, Segment.PROBE_AGAIN, Place.GAP, details.points)
    if details.cycle is not None:
        steps += _cycle(details.cycle)
    if details.histories is not None:
        steps += _histories(details.histories, details.points)
    return Plan(procedure.approach_a_per_m, tuple(steps))


def _at(field: float, segment: Segment, place: Place, points: int) -> list[Step]:
    return [
        Step(field, segment, (0.0,) if number == 0 else (), knob=PROBE, setting=float(place))
        for number in range(points)
    ]


def _cycle(cycle: Cycle) -> list[Step]:
    """Once around unmeasured, then both branches; they share their ends."""
    top, steps = cycle.largest_a_per_m, cycle.steps
    down = [top - 2.0 * top * k / steps for k in range(steps)] + [-top]
    first = _gap(top, Segment.DOWN, (top, -top))
    return [
        first,
        *(_gap(field, Segment.DOWN) for field in down[1:]),
        *(_gap(-field, Segment.UP) for field in down[1:]),
    ]


def _histories(histories: Histories, points: int) -> list[Step]:
    top = histories.saturate_a_per_m
    steps = [_gap(0.0, Segment.AFTER_PLUS, (-top, top)), *[_gap(0.0, Segment.AFTER_PLUS)] * (points - 1)]
    steps += [_gap(0.0, Segment.AFTER_MINUS, (-top,)), *[_gap(0.0, Segment.AFTER_MINUS)] * (points - 1)]
    if histories.demagnetise is not None:
        through = histories.demagnetise.extremes_a_per_m
        steps += [_gap(0.0, Segment.DEMAGNETISED, through), *[_gap(0.0, Segment.DEMAGNETISED)] * (points - 1)]
    return steps


def _gap(field: float, segment: Segment, via: tuple[float, ...] = ()) -> Step:
    return Step(field, segment, via, knob=PROBE, setting=float(Place.GAP))
