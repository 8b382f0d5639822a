"""Which time constant gets a point to its uncertainty soonest. Pure.

A short one settles sooner, and many of its samples average as well as few of a long one; but it lets more of the ripple at
twice the frequency through, and its samples cannot come faster than the bus carries them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vsmdaq.measure.window import MeasurePolicy, Statistics
from vsmdaq.physics.ramp import settle_time_s
from vsmdaq_drivers.contracts import LockInFilter

__all__ = ["FilterChoice", "best_time_constant_s", "ripple"]

RIPPLE_SHARE = 0.1
"""Ripple of a single sample over the wanted uncertainty: what is left of it in the mean is far less."""

TYPICAL_STEP = 1e-3
"""Settling is compared for this fraction of a step."""


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """What the choice depends on: reference (Hz), signal (V rms), noise density (V/sqrt(Hz)), time of a reading (s)."""

    frequency_hz: float
    signal_v_rms: float
    density_v_per_sqrt_hz: float
    read_s: float


def ripple(frequency_hz: float, time_constant_s: float, poles: int) -> float:
    """What a cascade of RC stages leaves of the ripple at twice the reference frequency, relative to the signal."""
    return float((1.0 + (4.0 * math.pi * frequency_hz * time_constant_s) ** 2) ** (-0.5 * poles))


def best_time_constant_s(
    available_s: Sequence[float], poles: int, choice: FilterChoice, policy: MeasurePolicy
) -> float:
    """The time constant (s) with the shortest time from a step to the wanted uncertainty.

    Where none keeps the ripple below a tenth of the wanted uncertainty, the shortest with the least ripple that still
    leaves time for four samples within the longest dwell.
    """
    allowed = [tau for tau in available_s if _time_s(tau, poles, choice, policy) < policy.max_dwell_s]
    if not allowed:
        return available_s[0]
    limit = RIPPLE_SHARE * policy.u_signal_v_rms
    quiet = [tau for tau in allowed if choice.signal_v_rms * ripple(choice.frequency_hz, tau, poles) <= limit]
    if not quiet:
        return allowed[-1]
    return min(quiet, key=lambda tau: _time_s(tau, poles, choice, policy))


def _time_s(time_constant_s: float, poles: int, choice: FilterChoice, policy: MeasurePolicy) -> float:
    """Settling and window (s) with a time constant."""
    statistics = Statistics(
        LockInFilter("rc", poles, time_constant_s, synchronous=False),
        choice.frequency_hz,
        choice.density_v_per_sqrt_hz,
        choice.read_s,
    )
    if statistics.spacing_s * 4 > policy.max_dwell_s:
        return math.inf
    window_s = statistics.duration_s(policy)
    return settle_time_s(TYPICAL_STEP, window_s, 0.0, time_constant_s, poles) + window_s
