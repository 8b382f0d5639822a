"""Points as arrays: field readings, complex signals, times; the usable ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import RunData, missing
from vsmdaq.terms import Artefact, Estimate, MomentPoint, Quantity

__all__ = [
    "FACTOR",
    "FloatArray",
    "Signals",
    "field_calibration",
    "field_inputs",
    "field_per_reading",
    "signals",
    "true_field",
    "ways_of",
]

FloatArray = NDArray[np.float64]

BAD = (
    "overload_",
    "reference_unlocked",
    "field_overload",
    "field_no_probe",
    "field_invalid_probe",
    "field_probe_error",
    "field_calibration_error",
    "field_outside_table",
    "field_unreadable",
)
BETWEEN_BRANCHES = "field_between_branches"

TABLED = "none"
"""Address of a gaussmeter that is a table of the magnet."""

FACTOR = "field.factor"
"""Input: field at the sample over field at the probe."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Readings of the usable points, (n,) each: field reading (A/m), signal X + iY (V rms), their type A u; temperature (K), bench time (s).

    `lag_reading_a_per_m` is the standard uncertainty of H for not knowing the branch of the yoke, of points whose field comes from a
    table; 0 elsewhere. It is no noise: H is too low in all points on the way down and too high on the way up, or the
    reverse, so it has the sign of the way.
    """

    index: NDArray[np.int64]
    reading_a_per_m: FloatArray
    u_reading_a_per_m: FloatArray
    lag_reading_a_per_m: FloatArray
    signal_v_rms: NDArray[np.complex128]
    u_signal_v_rms: FloatArray
    temperature_k: FloatArray
    time_s: FloatArray
    frequency_hz: float
    flags: tuple[str, ...]

    def of(self, members: NDArray[np.intp]) -> Signals:
        """Some of the points, by their places."""
        return replace(
            self,
            index=self.index[members],
            reading_a_per_m=self.reading_a_per_m[members],
            u_reading_a_per_m=self.u_reading_a_per_m[members],
            lag_reading_a_per_m=self.lag_reading_a_per_m[members],
            signal_v_rms=self.signal_v_rms[members],
            u_signal_v_rms=self.u_signal_v_rms[members],
            temperature_k=self.temperature_k[members],
            time_s=self.time_s[members],
        )


def signals(points: tuple[MomentPoint, ...], source: str) -> Signals:
    """Arrays of the points whose readings are valid; the others are named in `flags`.

    Raises
    ------
    InputError
        Fewer than three usable points.
    """
    good = [p for p in points if _usable(p)]
    left_out = [p for p in points if not _usable(p)]
    flags = tuple(f"point {p.index} left out: {', '.join(p.flags)}" for p in left_out)
    if len(good) < 3:
        raise missing(source, "points", f"{len(good)} usable of {len(points)}", "at least 3", "Measure the run again.")
    u_field = np.array([p.u_field_a_per_m for p in good])
    between = np.array([BETWEEN_BRANCHES in p.flags for p in good])
    return Signals(
        index=np.array([p.index for p in good]),
        reading_a_per_m=np.array([p.field_a_per_m for p in good]),
        u_reading_a_per_m=np.where(between, 0.0, u_field),
        lag_reading_a_per_m=np.where(between, u_field * ways_of(good), 0.0),
        signal_v_rms=np.array([complex(p.x_v_rms, p.y_v_rms) for p in good]),
        u_signal_v_rms=np.array([p.u_x_v_rms for p in good]),
        temperature_k=np.array([p.temperature_k for p in good]),
        time_s=np.array([0.5 * (p.t_start_s + p.t_end_s) for p in good]),
        frequency_hz=float(np.mean([p.frequency_hz for p in good])),
        flags=flags,
    )


def ways_of(points: Sequence[MomentPoint]) -> FloatArray:
    """+1 for points that the current came to from below, -1 from above; the first as the second, which goes on from it."""
    ways = np.sign(np.diff([p.set_current_a for p in points]))
    return np.concatenate([ways[:1], ways])


def _usable(point: MomentPoint) -> bool:
    return not any(flag.startswith(BAD) for flag in point.flags)


def field_inputs(run: RunData) -> dict[str, Quantity | Estimate]:
    """Inputs that every field of a run depends on: what its field calibration found, the bench file for what that did not look at.

    Estimates keep the names of what they come from, so that all runs with the same field calibration share its errors.
    """
    bench = run.bench
    inputs: dict[str, Quantity | Estimate] = {
        "gaussmeter.offset": bench.gaussmeter_offset,
        "gaussmeter.gain": bench.gaussmeter_gain,
    }
    artefact = field_calibration(run)
    if artefact is None:
        return inputs
    for name, key in (("offset", "gaussmeter.offset"), ("gain", "gaussmeter.gain"), ("factor", FACTOR)):
        if name in artefact.values:
            inputs[key] = artefact.values[name]
    return inputs


def field_calibration(run: RunData) -> Artefact | None:
    """The field calibration that a run is reduced with; none where it is left out, or a table gives the field at the sample itself."""
    if "field" in run.without or run.bench.gaussmeter.address == TABLED:
        return None
    return run.artefacts.get("field")


def true_field(reading_a_per_m: FloatArray, inputs: Mapping[str, float]) -> FloatArray:
    """H applied to the sample (A/m) from the gaussmeter's readings: reading = offset + gain H_probe, H = factor H_probe."""
    return (reading_a_per_m - inputs["gaussmeter.offset"]) * field_per_reading(inputs)


def field_per_reading(inputs: Mapping[str, float]) -> float:
    """H at the sample per reading of the gaussmeter, 1."""
    return inputs.get(FACTOR, 1.0) / inputs["gaussmeter.gain"]
