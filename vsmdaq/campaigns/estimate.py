"""How long a plan will take, before anything moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.setting_times import settings_s
from vsmdaq.campaigns.way import way_of
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.measure import MeasurePolicy
from vsmdaq.measure.detection import LONGEST_PROBE_S
from vsmdaq.measure.filters import FilterChoice, best_time_constant_s
from vsmdaq.measure.following import LONG
from vsmdaq.measure.settling import Settling
from vsmdaq.measure.window import Statistics
from vsmdaq.terms import Artefact
from vsmdaq_drivers.contracts import LockInFilter

__all__ = ["Duration", "estimate", "volt_per_moment"]

MESSAGES_S = 0.12
"""Bus and polling time of a point that nothing else overlaps, by experience."""

ENDS_S = 4.0
"""Setting the lock-in, the first look, and the verified zero at the end, by experience."""

READ_S = 0.007
"""A reading of the lock-in on GPIB, by experience."""

INTERVAL_S = 0.1
"""Time between two readings of a gaussmeter, by experience."""

FORWARD_REST = 0.03
"""What the field's step still lacks where the lag is made up for, by experience."""

TYPICAL_STEP = 3e-3
"""Part of a typical step that may be left in a window: the step itself is not known yet."""

TYPICAL_RATIO = 400.0
"""Signal over wanted uncertainty of a typical sample: it bounds the ripple, and so the time constant."""

TIME_CONSTANTS_S = tuple(sorted(m * 10.0**e for e in range(-5, 2) for m in (1.0, 3.0)))
"""What a lock-in offers: the steps of most of them."""

WEIGH_S = 4.0
"""Time for a balance to come to rest after a step, by experience."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Parts of the time of a run, s."""

    ramps_s: float
    settling_s: float
    averaging_s: float

    @property
    def total_s(self) -> float:
        """All of it."""
        return self.ramps_s + self.settling_s + self.averaging_s


def volt_per_moment(artefacts: Mapping[str, Artefact]) -> float | None:
    """Signal per moment, V rms/(A m2), where a calibration tells it."""
    return 1.0 / artefacts["moment"].values["moment_per_volt"].value if "moment" in artefacts else None


def estimate(job: Job, bench: BenchSpec, signal_per_moment: float | None) -> Duration:
    """Estimate the bench time of one procedure.

    Parameters
    ----------
    job, bench
        What runs where.
    signal_per_moment : float or None
        Signal per moment, V rms/(A m2), where a calibration tells it.
    """
    points = plan_of(job.procedure)
    way = way_of(job, bench)
    n = points.expected_points * (2 if job.procedure.kind == "gouy" else 1)
    ramps_s = math.fsum(way.legs_s) + way.back_s
    if job.procedure.kind == "gouy":
        settling_s = n * (10.0 * bench.magnet.lag_s.value + WEIGH_S)
        return Duration(ramps_s, settling_s, n * job.procedure.readings * 0.25)
    density = bench.noise_density_v_per_sqrt_hz
    u_signal = density / math.sqrt(2.0)
    if signal_per_moment is not None:
        u_signal = job.procedure.u_moment_a_m2 * signal_per_moment
    policy = MeasurePolicy(
        u_signal,
        job.procedure.settling_fraction,
        bench.magnet.lag_s.value,
        job.procedure.max_dwell_s,
        stop_on_timeout=False,
    )
    choice = FilterChoice(bench.vibration.frequency_hz.value, TYPICAL_RATIO * u_signal, density, READ_S)
    poles = job.procedure.poles
    tau_s = job.procedure.time_constant_s or best_time_constant_s(TIME_CONSTANTS_S, poles, choice, policy)
    lock_in = LockInFilter("rc", poles, tau_s, synchronous=False)
    window_s = Statistics(lock_in, choice.frequency_hz, density, READ_S).duration_s(policy)
    lag = bench.magnet.lag_s
    rest = FORWARD_REST if lag.u > 0.0 and bench.gaussmeter.address != "none" else 1.0
    wait_s = Settling(lock_in, lag.value + 2.0 * lag.u, INTERVAL_S).wait_s(TYPICAL_STEP, rest, window_s)
    ahead_s = lag.value if rest < 1.0 else 0.0
    settling_s = ENDS_S + n * (wait_s + ahead_s + MESSAGES_S) + math.fsum(way.waits_s) + settings_s(job.procedure)
    probe_s = max(min(LONG * window_s, LONGEST_PROBE_S) - window_s, 0.0)
    return Duration(ramps_s, settling_s + probe_s, n * window_s)
