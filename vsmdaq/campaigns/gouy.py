"""Measure a Gouy run: the empty tube through all fields, then the filled one through the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.steps import field_control, longest_lag_s, look_at_supply
from vsmdaq.measure import Arrival, FieldSampler, Weigher, WeighPolicy
from vsmdaq.record import EventLog
from vsmdaq.terms import Plan, WeightPoint

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["measure_gouy"]


def measure_gouy(
    session: Session,
    job: Job,
    points_plan: Plan,
    record: Callable[[WeightPoint], None],
    events: EventLog,
) -> None:
    """Measure every field of the plan with both tubes; segment 0 is the blank, 1 the sample tube."""
    bench = session.bench
    if bench.balance is None or job.blank is None or job.tube is None:
        raise ValueError("a Gouy procedure needs a balance and two tubes")
    control = field_control(session, job.procedure)
    sampler = FieldSampler(bench.gaussmeter, bench.clock)
    policy = WeighPolicy(
        readings=job.procedure.readings,
        lag_s=longest_lag_s(bench),
        max_dwell_s=job.procedure.max_dwell_s,
        stop_on_timeout=job.procedure.on_timeout == "stop",
    )
    weigher = Weigher(bench.balance, sampler, bench.clock, policy, session.interrupts.check)
    index = 0
    for segment, tube in enumerate((job.blank, job.tube)):
        control.go_to(0.0)  # hands stay out of the gap while it pulls
        session.stage.hang(tube.name, events)
        for field in points_plan.approach_a_per_m:
            control.go_to(field)
        for field in points_plan.fields_a_per_m:
            arrival = control.go_to(field)
            record(_point(session, weigher, sampler, arrival, index, segment, field))
            index += 1


def _point(
    session: Session,
    weigher: Weigher,
    sampler: FieldSampler,
    arrival: Arrival,
    index: int,
    segment: int,
    field: float,
) -> WeightPoint:
    bench = session.bench
    weight = weigher.weigh(arrival)
    supply = look_at_supply(bench)
    mean_field, u_field, n_field = sampler.finish()
    return WeightPoint(
        index=index,
        segment=segment,
        set_field_a_per_m=field,
        set_current_a=arrival.current_a,
        current_a=supply.current_a,
        field_a_per_m=mean_field,
        u_field_a_per_m=u_field,
        n_field=n_field,
        mass_kg=weight.mass_kg,
        var_mass_kg2=weight.var_mass_kg2,
        n=weight.n,
        u_mass_kg=weight.u_mass_kg,
        temperature_k=bench.spec.temperature.value,
        t_start_s=weight.t_start_s,
        t_end_s=weight.t_end_s,
        flags=(*weight.flags, *supply.flags),
    )
