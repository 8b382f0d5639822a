"""Measure the points of a VSM procedure: mount, set the lock-in, go through the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vsmdaq.campaigns.controls import Controls
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.knobs import Knobs
from vsmdaq.campaigns.repeat import repeat
from vsmdaq.campaigns.rewind import first_again, rewind, steps_done
from vsmdaq.campaigns.steps import field_control, field_is_read, field_sampler, longest_lag_s, look_at_supply
from vsmdaq.campaigns.surroundings import SampleTemperature
from vsmdaq.measure import Approach, Arrival, Detector, FieldSampler, MeasurePolicy, Window
from vsmdaq.record import EventLog
from vsmdaq.terms import Artefact, Course, InputError, MomentPoint, Plan, Problem, Step
from vsmdaq_drivers.contracts import LockIn

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["measure_moments"]

RESTED_S = 1.0
"""What settled before this long ago need not be waited for: ten times the lag of a magnet."""


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
    course = points_plan.course()
    steps = steps_done(course, done)
    planned = course.next()
    again = first_again(steps, None if planned is None else planned[1])
    knobs, temperature = Knobs(session, job, events), SampleTemperature(bench)
    session.stage.mount(job.sample.name, events)
    _set_lockin(lockin, job, phase_deg, events)
    if done:
        _as_it_was(lockin, done[max(again - 1, 0)])
    control = field_control(session, job.procedure)
    sampler = field_sampler(bench)
    detector = Detector(
        lockin,
        sampler,
        bench.clock,
        _policy(session, job, artefacts),
        noise_density_v_per_sqrt_hz=bench.spec.noise_density_v_per_sqrt_hz,
        check=session.check,
    )
    detector.recall(done[:again])
    sampler.recall(done[:again])
    rewind(points_plan, steps[:again], done[:again], control, detector.wait_until, events)
    approach = Approach(
        control,
        sampler,
        bench.clock,
        tolerance_a_per_m=job.procedure.field_tolerance_a_per_m,
        lag_s=longest_lag_s(bench),
        wait_until=detector.wait_until,
    )
    segment, began_s = -1, 0.0

    def take(index: int, step: Step) -> tuple[MomentPoint, Window] | None:
        nonlocal segment, began_s
        for field in step.via_a_per_m:
            control.go_to(field)
        setting = knobs.turn(step)
        arrival, off = approach.go_to(step.field_a_per_m)
        if step.segment != segment:
            segment, began_s = step.segment, arrival.time_s

        def measured(settling: Arrival) -> tuple[Arrival, Window]:
            if step.after_s is not None:
                detector.wait_until(began_s + step.after_s)
            temperature.look()
            return settling, detector.measure(_rested(settling, bench.clock.now(), job.procedure.max_dwell_s))

        taken = session.controls.take(measured, arrival)
        if taken is None:
            return None
        settled, window = taken
        since = settled if step.after_s is None else replace(settled, time_s=began_s)
        point = _point(session, window, sampler, since, index, step, setting)
        told_k = setting if step.knob == "temperature_k" else None
        kelvin, doubt = temperature.over(window.t_start_s, window.t_end_s, told_k)
        return replace(point, temperature_k=kelvin, flags=(*point.flags, *off, *doubt)), window

    def retake(index: int, step: Step) -> MomentPoint:
        return _taken(take(index, step))[0]

    with knobs:
        doubts = repeat(session, detector, done[again:], steps[again:], retake, events)
        if done:  # the pools know each point once, as it stands in the record
            detector.recall(done)
            sampler.recall(done)
        for index, step in _wanted(session.controls, course, planned):
            taken = take(index, step)
            if taken is None:
                session.controls.skip(index, step.field_a_per_m)
                continue
            point, doubts = replace(taken[0], flags=(*taken[0].flags, *doubts)), ()
            record(point)
            keep(index, taken[1])
            course.saw(point)


def _taken(taken: tuple[MomentPoint, Window] | None) -> tuple[MomentPoint, Window]:
    """A point of which nobody is told that it could be skipped."""
    if taken is None:
        raise ValueError("a point was skipped while nobody could ask for it")
    return taken


def _wanted(
    controls: Controls, course: Course, planned: tuple[int, Step] | None
) -> Generator[tuple[int, Step], None, None]:
    """The points to measure from `planned` on, until the course or the user ends; those skipped before are passed over."""
    while planned is not None and not controls.finishing:
        if planned[0] not in controls.skipped:
            controls.point(planned[0])
            yield planned
        planned = course.next()
    if planned is not None:
        controls.finish()


def _rested(arrival: Arrival, now_s: float, max_dwell_s: float) -> Arrival:
    """An arrival for a window that begins long after it: the field has rested since, but the window's own time begins now."""
    return replace(arrival, time_s=max(arrival.time_s, now_s - min(RESTED_S, 0.5 * max_dwell_s)))


FIRST_TIME_CONSTANT_S = 0.03
"""Where the time constant is to be chosen, the first look is taken with this one."""


def _set_lockin(lockin: LockIn, job: Job, phase_deg: float, events: EventLog) -> None:
    """Phase and filter; where the lock-in lacks the time constant that is asked for, the next longer one, and it is noted."""
    lockin.phase_deg = phase_deg
    asked_s = job.procedure.time_constant_s or FIRST_TIME_CONSTANT_S
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


def _as_it_was(lockin: LockIn, point: MomentPoint) -> None:
    """Filter and range as a point of the record left them."""
    lockin.set_filter(point.time_constant_s, point.filter_poles)
    lockin.sensitivity_v_rms = point.sensitivity_v_rms


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
        chooses_filter=procedure.time_constant_s is None,
        field_is_read=field_is_read(session.bench),
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
        drift_x_v_per_s=window.drift_v_per_s,
        u_drift_x_v_per_s=window.u_drift_v_per_s,
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
