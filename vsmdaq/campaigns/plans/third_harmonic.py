"""Third harmonic: at the field and at its opposite, the harmonics in turn, so that a drift counts for both alike."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.third_harmonic import ThirdHarmonic
from vsmdaq.terms import Plan, Step

__all__ = ["plan_third_harmonic"]


def plan_third_harmonic(procedure: Procedure) -> Plan:
    """One segment a field; 1, 3 at the field, 3, 1 at its opposite."""
    details = procedure.details
    if not isinstance(details, ThirdHarmonic):
        raise TypeError(f"a run at the third harmonic has a ThirdHarmonic, not {details!r}")
    steps: list[Step] = []
    for turn in range(details.repeats):
        for side, (sign, harmonics) in enumerate(((1.0, (1, 3)), (-1.0, (3, 1)))):
            steps += [
                Step(sign * details.field_a_per_m, 2 * turn + side, knob="harmonic", setting=float(n))
                for n in harmonics
            ]
    return Plan(procedure.approach_a_per_m, tuple(steps))
