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
from vsmdaq.physics.lockin import noise_bandwidth
from vsmdaq.physics.ramp import settle_time_s
from vsmdaq.terms import Artefact

__all__ = ["Duration", "estimate", "volt_per_moment"]

MESSAGES_S = 0.15
"""Bus and polling time of a point, by experience."""

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
    tau_s, poles = job.procedure.time_constant_s or 0.01, job.procedure.poles
    settling_s = n * (settle_time_s(1e-4, 0.0, bench.magnet.lag_s.value, tau_s, poles) + MESSAGES_S)
    settling_s += math.fsum(way.waits_s) + settings_s(job.procedure)
    density = bench.noise_density_v_per_sqrt_hz
    u_signal = density / math.sqrt(2.0)
    if signal_per_moment is not None:
        u_signal = job.procedure.u_moment_a_m2 * signal_per_moment
    # white noise of density e averaged over T leaves e/sqrt(2 T); the filter's own memory is worth half its bandwidth
    memory_s = 0.5 * tau_s / noise_bandwidth(poles)
    dwell_s = max(density**2 / (2.0 * u_signal**2) - memory_s, 8.0 * tau_s)
    return Duration(ramps_s, settling_s, n * dwell_s)
