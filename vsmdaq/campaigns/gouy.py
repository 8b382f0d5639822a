"""Measure a Gouy run: the empty tube through all fields, then the filled one through the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.rewind import rewind_weights
from vsmdaq.campaigns.steps import field_control, field_sampler, longest_lag_s, look_at_supply
from vsmdaq.measure import Arrival, FieldSampler, Weigher, WeighPolicy, Weight
from vsmdaq.record import EventLog
from vsmdaq.terms import HUNG_AGAIN, Plan, WeightPoint

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["measure_gouy"]


def measure_gouy(
    session: Session,
    job: Job,
    points_plan: Plan,
    record: Callable[[WeightPoint], None],
    events: EventLog,
    done: Sequence[WeightPoint] = (),
) -> None:
    """Measure every field of the plan with both tubes; segment 0 is the blank, 1 the sample tube."""
    bench = session.bench
    if bench.balance is None or job.blank is None or job.tube is None:
        raise ValueError("a Gouy procedure needs a balance and two tubes")
    control = field_control(session, job.procedure)
    sampler = field_sampler(bench)
    policy = WeighPolicy(
        readings=job.procedure.readings,
        lag_s=longest_lag_s(bench),
        max_dwell_s=job.procedure.max_dwell_s,
        stop_on_timeout=job.procedure.on_timeout == "stop",
    )
    weigher = Weigher(bench.balance, sampler, bench.clock, policy, session.check)
    for point in done:
        weigher.remember(point)
        sampler.remember(point)
    fields = points_plan.fields_a_per_m
    passed = session.controls.skipped.union(point.index for point in done)
    left = [index for index in range(2 * len(fields)) if index not in passed]
    for segment, tube in enumerate((job.blank, job.tube)):
        before = [point for point in done if point.segment == segment]
        coming = [index for index in left if index // len(fields) == segment]
        if not coming or session.controls.finishing:
            continue
        control.go_to(0.0)  # hands stay out of the gap while it pulls
        session.stage.hang(tube.name, events)
        rewind_weights(points_plan.approach_a_per_m, before, control, weigher.wait_until, events)
        again = bool(before)
        for index in coming:
            if session.controls.finishing:
                break
            field = fields[index % len(fields)]
            session.controls.point(index)
            arrival = control.go_to(field)
            taken = session.controls.take(lambda settled: (settled, weigher.weigh(settled)), arrival)
            left.remove(index)
            if taken is None:
                session.controls.skip(index, field)
                continue
            point = _point(session, taken[1], sampler, taken[0], index, segment, field)
            record(replace(point, flags=(*point.flags, HUNG_AGAIN)) if again else point)
            again = False
    if left:
        session.controls.finish()


def _point(
    session: Session,
    weight: Weight,
    sampler: FieldSampler,
    arrival: Arrival,
    index: int,
    segment: int,
    field: float,
) -> WeightPoint:
    bench = session.bench
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
