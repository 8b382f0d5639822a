"""The lock-in as a procedure wants it, and what is wanted of its points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.steps import field_is_read, longest_lag_s
from vsmdaq.measure import MeasurePolicy
from vsmdaq.record import EventLog
from vsmdaq.terms import Artefact, InputError, MomentPoint, Problem
from vsmdaq_drivers.contracts import LockIn

if TYPE_CHECKING:
    from vsmdaq.bench import Bench

__all__ = ["as_it_was", "policy_of", "set_lockin"]

FIRST_TIME_CONSTANT_S = 0.03
"""Where the time constant is to be chosen, the first look is taken with this one."""


def set_lockin(lockin: LockIn, job: Job, phase_deg: float, events: EventLog) -> None:
    """Fundamental, phase and filter; where the lock-in lacks the time constant that is asked for, the next longer one, and it is noted."""
    if lockin.harmonic != 1:  # a run before this one may have failed to set it back
        lockin.harmonic = 1
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


def as_it_was(lockin: LockIn, point: MomentPoint) -> None:
    """Filter and range as a point of the record left them."""
    lockin.set_filter(point.time_constant_s, point.filter_poles)
    lockin.sensitivity_v_rms = point.sensitivity_v_rms


def policy_of(bench: Bench, job: Job, artefacts: Mapping[str, Artefact]) -> MeasurePolicy:
    """Turn the wanted u(m) into volts by the calibration; before there is one, take what a second of averaging gives."""
    procedure = job.procedure
    if "moment" in artefacts:
        u_signal = procedure.u_moment_a_m2 / artefacts["moment"].values["moment_per_volt"].value
    else:
        u_signal = bench.spec.noise_density_v_per_sqrt_hz / math.sqrt(2.0)
    return MeasurePolicy(
        u_signal_v_rms=u_signal,
        settling_fraction=procedure.settling_fraction,
        lag_s=longest_lag_s(bench),
        max_dwell_s=procedure.max_dwell_s,
        stop_on_timeout=procedure.on_timeout == "stop",
        chooses_filter=procedure.time_constant_s is None,
        field_is_read=field_is_read(bench),
        looks_for_rest=procedure.kind not in ("relaxation", "third-harmonic"),
    )
