"""Phase: the angle at which a saturated sample stands in X alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import signals
from vsmdaq.terms import Component, Estimate, ResultQuantity

__all__ = ["reduce_phase"]


def reduce_phase(run: RunData) -> Reduction:
    """Reference phase at which the moment of a saturated sample stands in X alone.

    Half the difference of the signals at both polarities holds the sample and nothing that does not reverse with it.
    """
    data = signals(run.moment_points, run.run_id)
    up, down = data.reading_a_per_m > 0, data.reading_a_per_m < 0
    if not (up.any() and down.any()):
        raise missing(run.run_id, "segments", "fields of one sign only", "fields of both signs")
    signal = 0.5 * (data.signal_v_rms[up].mean() - data.signal_v_rms[down].mean())
    noise = 0.5 * math.hypot(_u_mean(data.u_signal_v_rms[up]), _u_mean(data.u_signal_v_rms[down]))
    u_deg = math.degrees(noise / abs(signal))
    angle_deg = run.phase_deg + math.degrees(math.atan2(signal.imag, signal.real))
    angle_deg = (angle_deg + 180.0) % 360.0 - 180.0
    phase = Estimate(angle_deg, "deg", (Component(f"noise:{run.run_id}", u_deg, noise=True),))
    quantity = ResultQuantity(phase, "phase of the sample's signal against the reference")
    return Reduction(
        quantities={"signal_phase": quantity},
        table=signal_table(run, data),
        artefact_kind="phase",
        artefact_values={"signal_phase": phase},
        conditions={"frequency_hz": data.frequency_hz},
        flags=data.flags,
    )


def _u_mean(u: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.sum(u**2)) / u.size)
