"""M against temperature: at each field one point a temperature, or one every interval while it drifts."""

from __future__ import annotations

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.terms import Plan, Step

__all__ = ["plan_temperature"]


def plan_temperature(procedure: Procedure) -> Plan:
    """One segment a field. A temperature is set before the field is: the first one of a series at the field before."""
    details = procedure.details
    if not isinstance(details, Temperature):
        raise TypeError(f"a temperature run has a Temperature, not {details!r}")
    steps: list[Step] = []
    for number, field in enumerate(details.fields_a_per_m):
        series = [Step(field, number, after_s=after_s) for after_s in details.times_s] or [
            Step(field, number, knob="temperature_k", setting=kelvin) for kelvin in details.temperatures_k
        ]
        if details.saturate_a_per_m is not None:
            first = series[0]
            series[0] = Step(
                field, number, (details.saturate_a_per_m,), first.knob, first.setting, after_s=first.after_s
            )
        steps += series
    return Plan(procedure.approach_a_per_m, tuple(steps))
