"""One honest point of X and Y: range, steady state, dwell, standard error.

The wait before a window follows from the step that is really seen in the signal: what is left of it, after the magnet's
lag and the filter's poles, must be a stated fraction of the wanted uncertainty. The dwell follows from the pooled noise
density and the filter's autocorrelation. Whether the window was steady is judged from its own samples afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq.measure.field import Arrival, FieldSampler
from vsmdaq.measure.noise import NoisePool
from vsmdaq.measure.ranging import next_range, range_for
from vsmdaq.measure.window import MeasurePolicy, Statistics, Window
from vsmdaq.physics.ramp import settle_time_s
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.contracts import Clock, LockIn, LockInReading, LockInStatus, SettlingError

__all__ = ["Detector"]

FIELD_READINGS = 4
"""Readings of the field spread over a window: its noise is far below what the slope of m makes visible."""


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
        self._density = NoisePool(noise_density_v_per_sqrt_hz, 20.0)
        self._last = 0j
        self._frequency_hz = 0.0
        self._filter_changed = False

    @property
    def noise_density_v_per_sqrt_hz(self) -> float:
        """Pooled noise density of one quadrature, V/sqrt(Hz)."""
        return self._density.sigma

    @property
    def _statistics(self) -> Statistics:
        return Statistics(self._filter, self._frequency_hz, self._density.sigma)

    def remember(self, point: MomentPoint) -> None:
        """Take over what a point of the record tells: the signal that was last seen, and the noise."""
        self._last = complex(point.x_v_rms, point.y_v_rms)
        self._frequency_hz = point.frequency_hz
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
        step_v, changed_s = self._look(arrival)
        flags: list[str] = []
        while True:
            self._wait_settled(arrival.time_s, changed_s, step_v)
            # overloads of the way here are latched: they must not count for the window; another filter does
            if self._status().settings_changed:
                changed_s = self._clock.now()
                self._wait_settled(arrival.time_s, changed_s, step_v)
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
        window = self._reduce(samples, flags, deadline_s)
        self._last = complex(window.x_v_rms, window.y_v_rms)
        return window

    def _look(self, arrival: Arrival) -> tuple[float, float]:
        """Let most of the step come through, set the range; returns the step (V rms) and the time of a range change."""
        self.wait_until(arrival.time_s + self._settle_s(0.05, self._policy.lag_s))
        reading = self._lockin.read()
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
        return 1.1 * abs(signal - self._last) + 3.0 * self._statistics.sigma_v_rms, changed_s

    def _set_range(self, sensitivity_v_rms: float) -> float:
        self._lockin.sensitivity_v_rms = sensitivity_v_rms
        self._sensitivity_v_rms = sensitivity_v_rms
        return self._clock.now()

    def _after_change(self, changed_s: float) -> LockInReading:
        """A reading after the filter has forgotten the old range; goes up further while the output overloads."""
        while True:
            self.wait_until(changed_s + self._settle_s(0.01, 0.0))
            self._status()
            reading = self._lockin.read()
            status = self._status()
            if not status.overloads or self._sensitivity_v_rms == self._lockin.sensitivities_v_rms[-1]:
                return reading
            changed_s = self._set_range(next_range(self._sensitivity_v_rms, self._lockin.sensitivities_v_rms))

    def _wait_settled(self, arrived_s: float, changed_s: float, step_v: float) -> None:
        rest_v = self._policy.settling_fraction * self._policy.u_signal_v_rms
        relative = min(rest_v / step_v, 1.0) if step_v > 0 else 1.0
        self.wait_until(arrived_s + self._settle_s(relative, self._policy.lag_s))
        if changed_s > -math.inf:
            size_v = abs(self._last) + step_v + self._sensitivity_v_rms
            self.wait_until(changed_s + self._settle_s(min(rest_v / size_v, 1.0), 0.0))

    def _settle_s(self, relative: float, lag_s: float) -> float:
        """Time (s) from a step to `relative` of it behind lag and filter; `relative` on a grid, to the safe side."""
        on_grid = 10.0 ** (math.floor(10.0 * math.log10(max(relative, 1e-12))) / 10.0)
        return settle_time_s(on_grid, 0.0, lag_s, self._filter.time_constant_s, self._filter.poles)

    def _sample(self, deadline_s: float) -> list[LockInReading]:
        """Sample until the mean is as good as wanted and the halves agree; keeps the later half where they do not."""
        statistics = self._statistics
        spacing_s, wanted = statistics.spacing_s, statistics.wanted(self._policy)
        samples: list[LockInReading] = []
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

    def _reduce(self, samples: list[LockInReading], flags: list[str], deadline_s: float) -> Window:
        n = len(samples)
        x = math.fsum(s.x_v_rms for s in samples) / n
        y = math.fsum(s.y_v_rms for s in samples) / n
        var_x = math.fsum((s.x_v_rms - x) ** 2 for s in samples) / (n - 1)
        var_y = math.fsum((s.y_v_rms - y) ** 2 for s in samples) / (n - 1)
        cov = math.fsum((s.x_v_rms - x) * (s.y_v_rms - y) for s in samples) / (n - 1)
        statistics = self._statistics
        share = statistics.share(n)
        if statistics.steady(samples):
            self._density.add(*statistics.density_from(0.5 * (var_x + var_y), n))
        else:
            flags.append(f"not_steady({statistics.drift_v_per_s(samples):+.2e}V/s)")
        u = self._statistics.sigma_v_rms * math.sqrt(share)
        late = self._clock.now() > deadline_s
        if late and u > 1.05 * self._policy.u_signal_v_rms:
            flags.append("u_not_reached")
        flags.extend(self._sampler.flags)
        # that a window was taken again is no reason to stop, once it came out well
        reasons = [flag for flag in dict.fromkeys(flags) if not flag.startswith("retaken_")]
        if self._policy.stop_on_timeout and late and reasons:
            raise SettlingError(
                f"no steady point within {self._policy.max_dwell_s:g} s ({', '.join(reasons)}).",
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
            frequency_hz=math.fsum(s.frequency_hz for s in samples) / n,
            sensitivity_v_rms=self._sensitivity_v_rms,
            filter=self._filter,
            t_start_s=samples[0].time_s,
            t_end_s=samples[-1].time_s,
            flags=tuple(dict.fromkeys(flags)),
            samples=tuple(samples),
        )

    def wait_until(self, time_s: float) -> None:
        """Wait in short steps, reading the field along where a window is open; so that interruptions are seen."""
        self._check()
        while (left_s := time_s - self._clock.now()) > 0:
            self._clock.sleep(min(left_s, 0.5))
            self._check()
