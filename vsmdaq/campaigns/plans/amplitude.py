"""Amplitude linearity: one field, the amplitudes one after the other."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.terms import Plan, Step

__all__ = ["plan_amplitude"]


def plan_amplitude(procedure: Procedure) -> Plan:
    """One segment."""
    details = procedure.details
    if not isinstance(details, Amplitude):
        raise TypeError(f"an amplitude run has an Amplitude, not {details!r}")
    steps = [
        Step(details.field_a_per_m, 0, knob="amplitude_m", setting=amplitude) for amplitude in details.amplitudes_m
    ]
    return Plan(procedure.approach_a_per_m, tuple(steps))
