"""Measure the points of a VSM procedure: mount, set the lock-in, go through the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.knobs import turn
from vsmdaq.campaigns.rewind import rewind
from vsmdaq.campaigns.steps import field_control, longest_lag_s, look_at_supply
from vsmdaq.measure import Arrival, Detector, FieldSampler, MeasurePolicy, Window
from vsmdaq.record import EventLog
from vsmdaq.terms import Artefact, InputError, MomentPoint, Plan, Problem, Step
from vsmdaq_drivers.contracts import LockIn

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["measure_moments"]


def measure_moments(
    session: Session,
    job: Job,
    points_plan: Plan,
    artefacts: Mapping[str, Artefact],
    phase_deg: float,
    record: Callable[[MomentPoint], None],
    keep: Callable[[int, Window], None],
    events: EventLog,
    done: Sequence[MomentPoint] = (),
) -> None:
    """Measure every point of the plan and hand each to `record`, then its samples to `keep`.

    `done` are the points that stand in the record already: they are not measured again, but the field is taken through
    what the sample remembers of them.

    Raises
    ------
    BenchError
        From the instruments.
    Interrupted
        By a signal.
    """
    bench = session.bench
    lockin = bench.lockin
    if lockin is None or job.sample is None:
        raise ValueError("a moment procedure needs a lock-in and a sample")
    session.stage.mount(job.sample.name, events)
    _set_lockin(lockin, job, phase_deg, events)
    control = field_control(session, job.procedure)
    sampler = FieldSampler(bench.gaussmeter, bench.clock)
    detector = Detector(
        lockin,
        sampler,
        bench.clock,
        _policy(session, job, artefacts),
        noise_density_v_per_sqrt_hz=bench.spec.noise_density_v_per_sqrt_hz,
        check=session.interrupts.check,
    )
    course = points_plan.course()
    for point in done:
        course.saw(point)
        detector.remember(point)
        sampler.remember(point)
    rewind(points_plan, done, control, bench.clock, events)
    segment, began_s = -1, 0.0
    while (planned := course.next()) is not None:
        index, step = planned
        for field in step.via_a_per_m:
            control.go_to(field)
        setting = turn(session, step, events)
        arrival = control.go_to(step.field_a_per_m)
        if step.segment != segment:
            segment, began_s = step.segment, arrival.time_s
        if step.after_s is not None:
            detector.wait_until(began_s + step.after_s)
        window = detector.measure(arrival)
        point = _point(session, window, sampler, arrival, index, step, setting)
        record(point)
        keep(index, window)
        course.saw(point)


def _set_lockin(lockin: LockIn, job: Job, phase_deg: float, events: EventLog) -> None:
    """Phase and filter; where the lock-in lacks the time constant that is asked for, the next longer one, and it is noted."""
    lockin.phase_deg = phase_deg
    asked_s = job.procedure.time_constant_s
    longer = [value for value in lockin.time_constants_s if value >= asked_s * (1.0 - 1e-6)]
    if not longer:
        given, longest = f"{asked_s:g} s", f"up to {lockin.time_constants_s[-1]:g} s, the longest of {lockin.name}"
        raise InputError(
            f"procedure {job.procedure.name!r}",
            (Problem("measure.time_constant", given, longest, "Nothing was sent."),),
        )
    if longer[0] > asked_s * (1.0 + 1e-6):
        events.record("time_constant", {"asked_s": asked_s, "used_s": longer[0], "lockin": lockin.name})
    lockin.set_filter(longer[0], job.procedure.poles)


def _policy(session: Session, job: Job, artefacts: Mapping[str, Artefact]) -> MeasurePolicy:
    """Turn the wanted u(m) into volts by the calibration; before there is one, take what a second of averaging gives."""
    procedure = job.procedure
    if "moment" in artefacts:
        u_signal = procedure.u_moment_a_m2 / artefacts["moment"].values["moment_per_volt"].value
    else:
        u_signal = session.bench.spec.noise_density_v_per_sqrt_hz / math.sqrt(2.0)
    return MeasurePolicy(
        u_signal_v_rms=u_signal,
        settling_fraction=procedure.settling_fraction,
        lag_s=longest_lag_s(session.bench),
        max_dwell_s=procedure.max_dwell_s,
        stop_on_timeout=procedure.on_timeout == "stop",
    )


def _point(
    session: Session,
    window: Window,
    sampler: FieldSampler,
    arrival: Arrival,
    index: int,
    step: Step,
    setting: float | None,
) -> MomentPoint:
    bench = session.bench
    supply = look_at_supply(bench)
    mean_field, u_field, n_field = sampler.finish()
    return MomentPoint(
        index=index,
        segment=step.segment,
        set_field_a_per_m=step.field_a_per_m,
        set_current_a=arrival.current_a,
        current_a=supply.current_a,
        field_a_per_m=mean_field,
        u_field_a_per_m=u_field,
        n_field=n_field,
        x_v_rms=window.x_v_rms,
        y_v_rms=window.y_v_rms,
        var_x_v2=window.var_x_v2,
        var_y_v2=window.var_y_v2,
        cov_xy_v2=window.cov_xy_v2,
        n=window.n,
        n_effective=window.n_effective,
        u_x_v_rms=window.u_v_rms,
        u_y_v_rms=window.u_v_rms,
        frequency_hz=window.frequency_hz,
        sensitivity_v_rms=window.sensitivity_v_rms,
        time_constant_s=window.filter.time_constant_s,
        filter_poles=window.filter.poles,
        temperature_k=bench.spec.temperature.value,
        setting=setting,
        t_arrived_s=arrival.time_s,
        t_start_s=window.t_start_s,
        t_end_s=window.t_end_s,
        flags=(*window.flags, *supply.flags),
    )
