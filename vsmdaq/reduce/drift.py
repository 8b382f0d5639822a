"""Does the run close? The rate of the gain that its returns to the same state show, and what is done about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vsmdaq.analyse.gain_drift import GainDrift, gain_drift
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.holder import turned_rad
from vsmdaq.reduce.moments import calibration_inputs, moment_per_volt, true_moment
from vsmdaq.reduce.signals import FloatArray, Signals, field_per_reading, signals, true_field
from vsmdaq.terms import Artefact, Component, Estimate, ResultQuantity

__all__ = ["with_drift"]

RETURNING = ("loop", "palladium")
"""Kinds of run that come back to fields at which the moment is the same on both ways: surely a paramagnet, mostly a loop."""

_SURE = 3.0
"""A rate is taken off that is so many times its standard uncertainty."""

_HOUR_S = 3600.0


def with_drift(run: RunData) -> tuple[RunData, dict[str, ResultQuantity], tuple[str, ...]]:
    """The run with its own drift as an artefact where it is to be taken off; quantities that tell of it; flags.

    Raises
    ------
    InputError
        Fewer than three usable points.
    """
    if run.procedure.kind not in RETURNING or "moment" not in run.artefacts or "drift" in run.without:
        return run, {}, ()
    data = signals(run.moment_points, run.run_id)
    if np.any(np.diff(data.time_s) < 0.0):
        return run, {}, ("drift within the run not looked for: the clock began anew where it was resumed",)
    inputs, _ = calibration_inputs(run)
    x = {name: item.value for name, item in inputs.items()}
    members = _returning(run, data, true_field(data.reading_a_per_m, x))
    found = _found(run, data.of(members), x)
    if found is None:
        return run, {}, ()
    rate = Estimate(found.rate_per_s, "1/s", _components(run, data.of(members), x, found))
    quantities = _quantities(rate)
    flags, applied = _verdict(run, rate, data, found)
    if applied is None:
        return run, quantities, flags
    return replace(run, artefacts={**run.artefacts, "drift": applied}), quantities, flags


def _returning(run: RunData, data: Signals, field: FloatArray) -> np.ndarray:
    """Points where the moment depends on the field alone: all of a paramagnet, those of a loop beyond its high-field limit."""
    if run.procedure.kind == "palladium":
        return np.arange(data.index.size)
    return np.flatnonzero(np.abs(field) >= run.procedure.high_field_fraction * float(np.max(np.abs(field))))


def _found(run: RunData, data: Signals, x: Mapping[str, float]) -> GainDrift | None:
    u_moment = np.abs(moment_per_volt(run, data, x)) * data.u_signal_v_rms
    return gain_drift(
        true_field(data.reading_a_per_m, x),
        true_moment(run, data, x),
        data.time_s,
        u_moment,
        data.u_reading_a_per_m * abs(field_per_reading(x)),
    )


def _components(run: RunData, data: Signals, x: Mapping[str, float], found: GainDrift) -> tuple[Component, ...]:
    """Noise; the branch of a yoke that nobody measured; an offset that may drift by as much as its noise in the background hides."""
    components = [Component(f"noise:{run.run_id}.drift", found.u_per_s, noise=True)]
    lag = float(found.d_field @ data.lag_reading_a_per_m) * field_per_reading(x)
    if lag:
        components.append(Component(f"{run.run_id}.branch", lag))
    background = run.artefacts.get("background")
    if background is not None and "xt" in background.values and not background.conditions.get("drifts", 0.0):
        angle = x["signal_angle"] - turned_rad(run, "moment") + turned_rad(run, "background")
        lever = float(found.d_value @ (moment_per_volt(run, data, x) * (data.time_s - found.time_s)))
        for name, part in (("xt", math.cos(angle)), ("yt", math.sin(angle))):
            components += [
                replace(c, contribution=-lever * part * c.contribution) for c in background.values[name].components
            ]
    return tuple(components)


def _quantities(rate: Estimate) -> dict[str, ResultQuantity]:
    per_hour = tuple(replace(c, contribution=_HOUR_S * c.contribution) for c in rate.components)
    words = "relative change of the gain with time, from the fields that the run came back to"
    e_n = abs(rate.value) / (2.0 * rate.u) if rate.u > 0.0 else 0.0
    return {
        "gain_drift_per_hour": ResultQuantity(Estimate(_HOUR_S * rate.value, "1/h", per_hour), words),
        "closure_normalised_error": ResultQuantity(
            Estimate(e_n, "1"), "E_n of gain_drift_per_hour against zero; up to 1 the run closes"
        ),
    }


def _verdict(run: RunData, rate: Estimate, data: Signals, found: GainDrift) -> tuple[tuple[str, ...], Artefact | None]:
    if not abs(rate.value) > _SURE * rate.u:
        return (), None
    told = f"gain drifts by {_HOUR_S * rate.value:.3g} ± {_HOUR_S * rate.u:.2g} per hour within the run"
    spec = run.procedure.drift
    gain = spec.gain or ("within" if run.procedure.kind == "palladium" else "in-u")
    if gain == "in-u":
        told = f"the run does not close: {told}, or so does the sample"
    if "drift" in run.artefacts:
        return (f"{told}, beside what the two calibrations show; only the latter is taken off",), None
    if gain == "off":
        return (f"{told}; left as it is, as asked",), None
    values: dict[str, Estimate] = {} if gain == "in-u" else {"gain_rate": rate}
    done = "left as it is" if gain == "in-u" else "taken off about its middle"
    since = _since_calibration_s(run, found.time_s)
    if gain == "since-calibration" and since is not None:
        flag = f"{told}; taken off since the moment calibration, {since / _HOUR_S:.2g} h before its middle"
        return (flag,), _artefact(run, values, found.time_s - since)
    if since is None:
        flag = f"{told}; {done}; the time since the moment calibration is not known"
        return (flag,), _artefact(run, values, found.time_s)
    part = _since(run, rate, since, float(np.ptp(data.time_s)), left=gain == "in-u")
    values["gain_since"] = Estimate(0.0, "1", (part,))
    words = "by the stated walk" if spec.walk_per_sqrt_hour > 0.0 else "rectangular"
    advice = "calibrate before and after, and reduce with both"
    flag = f"{told}; {done}; u = {part.contribution:.2g} ({words}) for the {since / _HOUR_S:.2g} h since the calibration: {advice}"
    return (flag,), _artefact(run, values, found.time_s)


def _since(run: RunData, rate: Estimate, since_s: float, span_s: float, *, left: bool) -> Component:
    """What the gain may have come to between the calibration and the run, and within it where the rate is left in the points."""
    walk = run.procedure.drift.walk_per_sqrt_hour
    if walk > 0.0:
        return Component(f"drift:{run.run_id}.walk", walk * math.sqrt(abs(since_s) / _HOUR_S))
    # a steady drift went |r| dt since then, a walk that came so far within the run |r| sqrt(T dt)
    reach = abs(rate.value) * max(abs(since_s), math.sqrt(3.0 * span_s * abs(since_s)))
    if left:
        reach += 0.5 * abs(rate.value) * span_s
    return Component(f"drift:{run.run_id}.since", reach / math.sqrt(3.0), distribution="rectangular")


def _since_calibration_s(run: RunData, time_s: float) -> float | None:
    if run.utc_at_zero_s is None:
        return None
    return run.utc_at_zero_s + time_s - run.artefacts["moment"].middle_utc_s


def _artefact(run: RunData, values: Mapping[str, Estimate], reference_s: float) -> Artefact:
    return Artefact(
        kind="drift",
        created_utc=run.artefacts["moment"].created_utc,
        bench=run.bench.name,
        conditions={"reference_s": reference_s},
        values=values,
        reference="",
        runs=((run.run_id, ""),),
    )
