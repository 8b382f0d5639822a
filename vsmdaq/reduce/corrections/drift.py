"""Drift of the gain: linear in time between two calibrations, or as the run itself shows it; and how far it strays from that.

The artefact in force comes from `vsmdaq.calibrate.bracket` (two moment calibrations, before and after) or from the run's own closure
(`vsmdaq.reduce.drift`). A random walk that is W away from where it was after the time T has by the middle between
both strayed from the straight line by W/2, rms (Brownian bridge): u = |W| sqrt(w (1 - w)), one degree of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.reduce.corrections.correction import Correction
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Artefact, Component, Estimate, Quantity

__all__ = ["DRIFT"]

RATE = "drift.gain_rate"
EXCURSION = "drift.gain_excursion"

_HOUR_S = 3600.0

Found = tuple[dict[str, Quantity | Estimate], tuple[str, ...]]


def _inputs(run: RunData) -> Found:
    artefact = run.artefacts.get("drift")
    if artefact is None:
        return _of_walk(run)
    if "before_utc_s" in artefact.conditions:
        return _of_bracket(run, artefact)
    named = {RATE: "gain_rate", EXCURSION: "gain_since"}
    return {name: artefact.values[key] for name, key in named.items() if key in artefact.values}, ()


def _of_walk(run: RunData) -> Found:
    """What a stated random walk may have come to since the calibration."""
    walk, moment, middle = run.procedure.drift.walk_per_sqrt_hour, run.artefacts.get("moment"), _middle_utc_s(run)
    if not walk > 0.0 or moment is None:
        return {}, ()
    if middle is None:
        return {}, ("no uncertainty for the drift since the calibration: the time of the run is not known",)
    u = walk * math.sqrt(abs(middle - moment.middle_utc_s) / _HOUR_S)
    return {EXCURSION: Estimate(0.0, "1", (Component(f"drift:{run.run_id}.walk", u),))}, ()


def _of_bracket(run: RunData, artefact: Artefact) -> Found:
    """Rate between the calibrations, and what the gain may have strayed from the straight line."""
    middle = _middle_utc_s(run)
    if middle is None:
        return {}, ("bracket not used: the time of the run is not known; the mean of both calibrations is taken",)
    before, after = artefact.conditions["before_utc_s"], artefact.conditions["after_utc_s"]
    apart = after - before
    share = (middle - before) / apart
    flags: tuple[str, ...] = ()
    if not 0.0 <= share <= 1.0:
        flags = ("the run does not lie between the two calibrations: the drift is taken to go on beyond them",)
    beyond = share * (1.0 - share) if 0.0 <= share <= 1.0 else min(abs(share), abs(share - 1.0))
    walk = run.procedure.drift.walk_per_sqrt_hour
    size = walk * math.sqrt(apart / _HOUR_S) if walk > 0.0 else abs(artefact.values["gain_difference"].value)
    name = "+".join(name for name, _ in artefact.runs)
    strayed = Component(f"drift:{name}.strayed", size * math.sqrt(beyond), dof=math.inf if walk > 0.0 else 1.0)
    inputs: dict[str, Quantity | Estimate] = {
        RATE: artefact.values["gain_rate"],
        EXCURSION: Estimate(0.0, "1", (strayed,)),
    }
    return inputs, flags


def _middle_utc_s(run: RunData) -> float | None:
    if run.utc_at_zero_s is None or not run.moment_points:
        return None
    return run.utc_at_zero_s + float(np.mean([0.5 * (p.t_start_s + p.t_end_s) for p in run.moment_points]))


def _sensitivity(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    artefact = run.artefacts.get("drift")
    strayed = 1.0 + x.get(EXCURSION, 0.0)
    if artefact is None or RATE not in x:
        return np.full_like(data.time_s, strayed)
    if "before_utc_s" in artefact.conditions:
        reference = 0.5 * (artefact.conditions["before_utc_s"] + artefact.conditions["after_utc_s"])
        reference -= run.utc_at_zero_s or 0.0
    else:
        reference = artefact.conditions["reference_s"]
    return strayed + x[RATE] * (data.time_s - reference)


DRIFT = Correction("drift", _inputs, _sensitivity)
"""Entry for ``CORRECTIONS``."""
