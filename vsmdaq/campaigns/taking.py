"""Take one point of a VSM procedure: go there, wait, measure, and put together what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vsmdaq.campaigns.knobs import Knobs
from vsmdaq.campaigns.steps import field_control, field_sampler, longest_lag_s, look_at_supply
from vsmdaq.campaigns.surroundings import SampleTemperature
from vsmdaq.formats.inputs import Procedure
from vsmdaq.measure import Approach, Arrival, Detector, MeasurePolicy, Window
from vsmdaq.terms import MomentPoint, Step
from vsmdaq_drivers.contracts import LockIn

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["Taker"]

RESTED_S = 1.0
"""What settled before this long ago need not be waited for: ten times the lag of a magnet."""


class Taker:
    """Takes the points of one run, one after the other.

    Parameters
    ----------
    session : Session
        The open bench, and the user's wishes.
    procedure : Procedure
        Rate, tolerance and longest dwell.
    lockin : LockIn
        Set as the procedure wants it.
    policy : MeasurePolicy
        What is wanted of a point.
    knobs : Knobs
        What is set beside the field.

    Attributes
    ----------
    control, sampler, detector
        Magnet, gaussmeter and lock-in, as a run that goes on needs them to get back to where it was.
    """

    def __init__(
        self, session: Session, procedure: Procedure, lockin: LockIn, policy: MeasurePolicy, knobs: Knobs
    ) -> None:
        bench = session.bench
        self._session = session
        self._knobs = knobs
        self._temperature = SampleTemperature(bench)
        self._longest_dwell_s = procedure.max_dwell_s
        self.control = field_control(session, procedure)
        self.sampler = field_sampler(bench)
        self.detector = Detector(
            lockin,
            self.sampler,
            bench.clock,
            policy,
            noise_density_v_per_sqrt_hz=bench.spec.noise_density_v_per_sqrt_hz,
            check=session.check,
        )
        self._approach = Approach(
            self.control,
            self.sampler,
            bench.clock,
            tolerance_a_per_m=procedure.field_tolerance_a_per_m,
            lag_s=longest_lag_s(bench),
            wait_until=self.detector.wait_until,
        )
        self._segment = -1
        self._began_s = 0.0

    def recall(self, done: tuple[MomentPoint, ...]) -> None:
        """Begin with what the points of a record tell of signal and noise."""
        self.detector.recall(done)
        self.sampler.recall(done)

    def take(self, index: int, step: Step) -> tuple[MomentPoint, Window] | None:
        """Measure a point; None where the user did not want it."""
        for field in step.via_a_per_m:
            self.control.go_to(field)
        setting = self._knobs.turn(step)
        arrival, off = self._approach.go_to(step.field_a_per_m)
        if step.segment != self._segment:
            self._segment, self._began_s = step.segment, arrival.time_s
        began_s = self._began_s

        def measured(settling: Arrival) -> tuple[Arrival, Window]:
            if step.after_s is not None:
                self.detector.wait_until(began_s + step.after_s)
            self._temperature.look()
            return settling, self.detector.measure(self._rested(settling))

        taken = self._session.controls.take(measured, arrival)
        if taken is None:
            return None
        settled, window = taken
        arrived_s = settled.time_s if step.after_s is None else began_s
        told_k = setting if step.knob == "temperature_k" else None
        kelvin, doubt = self._temperature.over(window.t_start_s, window.t_end_s, told_k)
        return self._point(
            index, step, replace(settled, time_s=arrived_s), window, setting, kelvin, (*off, *doubt)
        ), window

    def _rested(self, arrival: Arrival) -> Arrival:
        """An arrival for a window that begins long after it: the field has rested, but the window's own time begins now."""
        now_s = self._session.bench.clock.now()
        earliest_s = now_s - min(RESTED_S, 0.5 * self._longest_dwell_s)
        return arrival if arrival.time_s >= earliest_s else replace(arrival, time_s=earliest_s)

    def _point(
        self,
        index: int,
        step: Step,
        arrival: Arrival,
        window: Window,
        setting: float | None,
        temperature_k: float,
        doubts: tuple[str, ...],
    ) -> MomentPoint:
        supply = look_at_supply(self._session.bench)
        mean_field, u_field, n_field = self.sampler.finish()
        of_field = tuple(flag for flag in self.sampler.flags if flag not in window.flags)
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
            temperature_k=temperature_k,
            setting=setting,
            t_arrived_s=arrival.time_s,
            t_start_s=window.t_start_s,
            t_end_s=window.t_end_s,
            flags=(*window.flags, *of_field, *supply.flags, *doubts),
        )
