"""One honest point of X and Y: range, steady state, dwell, standard error.

The wait before a window follows from the step that is really seen in the signal: what is left of it, after the magnet's
lag and the filter's poles, must be a stated fraction of the wanted uncertainty. The dwell follows from the pooled noise
density and the filter's autocorrelation. Whether the window was steady is judged from its own samples afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from vsmdaq.measure.field import Arrival
from vsmdaq.measure.field_sampler import FieldSampler
from vsmdaq.measure.filters import FilterChoice, best_time_constant_s
from vsmdaq.measure.following import Rest
from vsmdaq.measure.noise import NoisePool
from vsmdaq.measure.ranging import next_range, range_for
from vsmdaq.measure.settling import Settling
from vsmdaq.measure.window import MeasurePolicy, Statistics, Window
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.contracts import Clock, LockIn, LockInReading, LockInStatus, SettlingError

__all__ = ["LONGEST_PROBE_S", "Detector"]

FIELD_READINGS = 4
"""Readings of the field spread over a window: its noise is far below what the slope of m makes visible."""

FILTER_EVERY_S = 10.0
"""The filter is asked for once in each so many seconds of the clock, even where a point has no time to spare for it."""

LONGEST_PROBE_S = 6.0
"""A window that is as long as this anyway needs no longer one to look for what goes on."""

DYING_AWAY = 0.5
"""A drift that is still more than this part of what it was half a window before will not be over soon."""


class Detector:
    """Takes windows with one lock-in; remembers range, noise and the last signal between points.

    Parameters
    ----------
    lockin : LockIn
        The instrument, prepared, filter and phase set.
    sampler : FieldSampler
        Read along in the same window.
    clock : Clock
        Bench time.
    policy : MeasurePolicy
        What is wanted.
    noise_density_v_per_sqrt_hz : float
        What the bench file expects of the input noise, V/sqrt(Hz).
    check : callable
        Called between messages; raises to end the run.
    """

    def __init__(
        self,
        lockin: LockIn,
        sampler: FieldSampler,
        clock: Clock,
        policy: MeasurePolicy,
        *,
        noise_density_v_per_sqrt_hz: float,
        check: Callable[[], None],
    ) -> None:
        self._lockin = lockin
        self._sampler = sampler
        self._clock = clock
        self._policy = policy
        self._check = check
        self._filter = lockin.filter()
        self._sensitivity_v_rms = lockin.sensitivity_v_rms
        self._expected_density = noise_density_v_per_sqrt_hz
        self._density = NoisePool(noise_density_v_per_sqrt_hz, 20.0)
        self._last = 0j
        self._frequency_hz = 0.0
        self._filter_changed = False
        self._chosen = False
        self._rest = Rest(policy.u_signal_v_rms, looked_for=policy.looks_for_rest)
        self._windows = 1
        self._read_s = self._filter_s = self._before_s = 0.0
        self._settled_s = 0.0
        self._asked_s = -math.inf

    @property
    def noise_density_v_per_sqrt_hz(self) -> float:
        """Pooled noise density of one quadrature, V/sqrt(Hz)."""
        return self._density.sigma

    @property
    def _statistics(self) -> Statistics:
        return Statistics(self._filter, self._frequency_hz, self._density.sigma, self._read_s)

    @property
    def _settling(self) -> Settling:
        interval_s = self._sampler.interval_s if self._policy.field_is_read else None
        return Settling(self._filter, self._policy.lag_s, interval_s)

    def recall(self, points: Sequence[MomentPoint]) -> None:
        """Begin with what the points of a record tell, and with nothing else that was seen."""
        self._density = NoisePool(self._expected_density, 20.0)
        self._rest = Rest(self._policy.u_signal_v_rms, looked_for=self._policy.looks_for_rest)
        for point in points:
            self.remember(point)

    def remember(self, point: MomentPoint) -> None:
        """Take over what a point of the record tells: the signal that was last seen, and the noise."""
        if self._read_s == 0.0:
            self._timed_read()
        self._frequency_hz = point.frequency_hz
        self._chosen = True
        self._rest.next_window()
        window_s = point.t_end_s - point.t_start_s
        self._rest.saw(point.x_v_rms, point.drift_x_v_per_s, point.u_drift_x_v_per_s, window_s, moving=False)
        self._last = complex(point.x_v_rms, point.y_v_rms)
        if not any(flag.startswith("not_steady") for flag in point.flags):
            self._density.add(*self._statistics.density_from(0.5 * (point.var_x_v2 + point.var_y_v2), point.n))

    def measure(self, arrival: Arrival) -> Window:
        """Wait for steady state after `arrival` and take one window.

        Raises
        ------
        SettlingError
            Under the policy "stop", where steady state or the wanted uncertainty is not reached in time.
        """
        deadline_s = arrival.time_s + self._policy.max_dwell_s
        self._filter_changed = False
        self._windows = self._rest.next_window()
        step_v, changed_s = self._look(arrival)
        flags: list[str] = []
        while True:
            self._wait_settled(arrival, changed_s, step_v)
            # overloads of the way here are latched: they must not count for the window; another filter does
            if self._status().settings_changed or self._filter_turned():
                changed_s = self._clock.now()
                self._wait_settled(arrival, changed_s, step_v)
            samples = self._sample(deadline_s)
            status = self._status()
            if not self._disturbed(status):
                break
            flags.extend(f"retaken_{flag}" for flag in status.flags)
            if self._clock.now() > deadline_s:
                flags.extend(status.flags)
                break
            changed_s = self._recover(status)
        if self._filter_changed:
            flags.append("time_constant_changed")
        moving = self._sampler.moving
        if self._windows > 1 and not moving and not self._statistics.steady(samples):
            # a long window after the steepest point that still goes on: that belongs to the sample
            self._rest.goes_on(self._statistics.drift(samples)[0])
        if self._rest.doubt:
            flags.append(self._rest.doubt)
        window = self._reduce(samples, flags, arrival.time_s)
        window_s = window.t_end_s - window.t_start_s
        self._rest.saw(window.x_v_rms, window.drift_v_per_s, window.u_drift_v_per_s, window_s, moving=moving)
        self._last = complex(window.x_v_rms, window.y_v_rms)
        return window

    def _look(self, arrival: Arrival) -> tuple[float, float]:
        """Let most of the step come through, set range and filter; returns the step (V rms) and the time of a change."""
        self.wait_until(arrival.time_s + self._settling.wait_s(0.1, arrival.rest, 0.0))
        reading = self._timed_read()
        self._frequency_hz = reading.frequency_hz
        signal = complex(reading.x_v_rms, reading.y_v_rms)
        # room for noise, or a small signal gets a range that its own noise overloads
        wanted = range_for(
            abs(signal) + 4.0 * self._statistics.sigma_v_rms, self._sensitivity_v_rms, self._lockin.sensitivities_v_rms
        )
        changed_s = -math.inf
        if wanted != self._sensitivity_v_rms:
            changed_s = self._set_range(wanted)
            reading = self._after_change(changed_s)
            signal = complex(reading.x_v_rms, reading.y_v_rms)
        if self._policy.chooses_filter and not self._chosen:
            changed_s = self._choose_filter(abs(signal), changed_s)
        return 1.1 * abs(signal - self._last) + 3.0 * self._statistics.sigma_v_rms, changed_s

    def _timed_read(self) -> LockInReading:
        """Read once; how long that takes is learnt."""
        started_s = self._clock.now()
        reading = self._lockin.read()
        self._read_s = self._clock.now() - started_s
        return reading

    def _choose_filter(self, signal_v_rms: float, changed_s: float) -> float:
        """Set the filter that suits signal and wish best; returns the time of the change."""
        self._chosen = True
        choice = FilterChoice(self._frequency_hz, signal_v_rms, self._density.sigma, self._read_s)
        best_s = best_time_constant_s(self._lockin.time_constants_s, self._filter.poles, choice, self._policy)
        if best_s == self._filter.time_constant_s:
            return changed_s
        self._lockin.set_filter(best_s, self._filter.poles)
        self._filter = self._lockin.filter()
        return self._clock.now()

    def _set_range(self, sensitivity_v_rms: float) -> float:
        self._lockin.sensitivity_v_rms = sensitivity_v_rms
        self._sensitivity_v_rms = sensitivity_v_rms
        return self._clock.now()

    def _after_change(self, changed_s: float) -> LockInReading:
        """A reading after the filter has forgotten the old range; goes up further while the output overloads."""
        while True:
            self.wait_until(changed_s + self._settling.after_change_s(0.01))
            self._status()
            reading = self._lockin.read()
            status = self._status()
            if not status.overloads or self._sensitivity_v_rms == self._lockin.sensitivities_v_rms[-1]:
                return reading
            changed_s = self._set_range(next_range(self._sensitivity_v_rms, self._lockin.sensitivities_v_rms))

    def _wait_settled(self, arrival: Arrival, changed_s: float, step_v: float) -> None:
        rest_v = self._policy.settling_fraction * self._policy.u_signal_v_rms
        statistics = self._statistics
        window_s = statistics.duration_s(self._policy)
        relative = min(rest_v / step_v, 1.0) if step_v > 0 else 1.0
        settled_s = arrival.time_s + self._settling.wait_s(relative, arrival.rest, window_s) + self._rest.extra_s
        if changed_s > -math.inf:
            size_v = abs(self._last) + step_v + self._sensitivity_v_rms
            settled_s = max(settled_s, changed_s + self._settling.after_change_s(min(rest_v / size_v, 1.0)))
        self._settled_s = settled_s
        self.wait_until(settled_s - self._before_s)

    def _filter_turned(self) -> bool:
        """Ask for the filter while there is time, and now and then when there is none: turned by hand, it sets no bit."""
        now_s = self._clock.now()
        asked_already = now_s // FILTER_EVERY_S == self._asked_s // FILTER_EVERY_S
        if now_s + self._filter_s > self._settled_s and asked_already:
            self.wait_until(self._settled_s)
            return False
        found = self._lockin.filter()
        self._asked_s = self._clock.now()
        self._filter_s = self._asked_s - now_s
        self._before_s = self._filter_s + self._read_s
        turned = found != self._filter
        if turned:
            self._filter, self._filter_changed = found, True
        self.wait_until(self._settled_s)
        return turned

    def _sample(self, deadline_s: float) -> list[LockInReading]:
        """Sample until the mean is as good as wanted and the halves agree; keeps the later half where they do not.

        A field that still moves is waited for. A drift that does not die away at a field that stands is the sample's own (or that
        of the electronics) and is not: the window is kept as it is, to be flagged with its rate.
        """
        statistics = self._statistics
        spacing_s, wanted = statistics.spacing_s, statistics.wanted(self._policy)
        if self._windows > 1:
            wanted = max(wanted, min(self._windows * wanted, round(LONGEST_PROBE_S / spacing_s)))
        samples: list[LockInReading] = []
        drift = math.inf
        self._sampler.restart(wanted * spacing_s / FIELD_READINGS)
        next_s = self._clock.now()
        while True:
            self.wait_until(next_s)
            samples.append(self._lockin.read())
            # on a grid, so that the samples are as far apart as the autocorrelation is told
            next_s = max(next_s + spacing_s, self._clock.now())
            if self._sampler.due():
                self._sampler.take()
            if self._clock.now() > deadline_s and len(samples) >= 4:
                return samples
            if len(samples) < wanted or self._sampler.count < self._sampler.wanted:
                continue
            if statistics.steady(samples):
                return samples
            before, drift = drift, statistics.drift(samples)[0]
            if abs(drift) > DYING_AWAY * abs(before) and not self._sampler.moving:
                return samples
            samples = samples[len(samples) // 2 :]
            self._sampler.drop_before(samples[0].time_s)

    def _status(self) -> LockInStatus:
        """Get and clear the latched status; a filter that changed by itself is asked for, whenever it is seen."""
        status = self._lockin.status()
        if status.settings_changed:
            self._filter = self._lockin.filter()
            self._filter_changed = True
        return status

    def _disturbed(self, status: LockInStatus) -> bool:
        return bool(status.overloads) or status.reference_unlocked or status.settings_changed

    def _recover(self, status: LockInStatus) -> float:
        """Answer a disturbed window: a wider range where it was too small; returns the time of the change."""
        if status.overloads:
            return self._set_range(next_range(self._sensitivity_v_rms, self._lockin.sensitivities_v_rms))
        return self._clock.now()

    def _reduce(self, samples: list[LockInReading], flags: list[str], arrived_s: float) -> Window:
        n = len(samples)
        x = math.fsum(s.x_v_rms for s in samples) / n
        y = math.fsum(s.y_v_rms for s in samples) / n
        var_x = math.fsum((s.x_v_rms - x) ** 2 for s in samples) / (n - 1)
        var_y = math.fsum((s.y_v_rms - y) ** 2 for s in samples) / (n - 1)
        cov = math.fsum((s.x_v_rms - x) * (s.y_v_rms - y) for s in samples) / (n - 1)
        statistics = self._statistics
        share = statistics.share(n)
        drift, u_drift = statistics.drift(samples)
        if statistics.steady(samples):
            self._density.add(*statistics.density_from(0.5 * (var_x + var_y), n))
        else:
            flags.append(f"not_steady({statistics.drift(samples)[0]:+.2e}V/s)")
        u = self._statistics.sigma_v_rms * math.sqrt(share)
        late = self._clock.now() > arrived_s + self._policy.max_dwell_s
        if late and u > 1.05 * self._policy.u_signal_v_rms:
            flags.append("u_not_reached")
        flags.extend(self._sampler.flags)
        # that a window was taken again is no reason to stop, once it came out well
        reasons = [flag for flag in dict.fromkeys(flags) if not flag.startswith("retaken_")]
        unsteady = any(flag.startswith("not_steady") for flag in reasons)
        if self._policy.stop_on_timeout and reasons and (late or unsteady):
            spent_s = self._policy.max_dwell_s if late else self._clock.now() - arrived_s
            raise SettlingError(
                f"no steady point within {spent_s:.3g} s ({', '.join(reasons)}).",
                timeout_s=self._policy.max_dwell_s,
                instrument=self._lockin.name,
            )
        return Window(
            x_v_rms=x,
            y_v_rms=y,
            var_x_v2=var_x,
            var_y_v2=var_y,
            cov_xy_v2=cov,
            n=n,
            n_effective=1.0 / share,
            u_v_rms=u,
            drift_v_per_s=drift,
            u_drift_v_per_s=u_drift,
            frequency_hz=math.fsum(s.frequency_hz for s in samples) / n,
            sensitivity_v_rms=self._sensitivity_v_rms,
            filter=self._filter,
            t_start_s=samples[0].time_s,
            t_end_s=samples[-1].time_s,
            flags=tuple(dict.fromkeys(flags)),
            samples=tuple(samples),
        )

    def attend(self) -> None:
        """Ask what else is asked now and then, filter and gaussmeter, so that the next point need not."""
        self._sampler.take()
        if self._lockin.filter() != self._filter:
            self._filter, self._filter_changed = self._lockin.filter(), True
        self._asked_s = self._clock.now()

    def wait_until(self, time_s: float) -> None:
        """Wait in short steps, reading the field along where a window is open; so that interruptions are seen."""
        self._check()
        while (left_s := time_s - self._clock.now()) > 0:
            self._clock.sleep(min(left_s, 0.5))
            self._check()
