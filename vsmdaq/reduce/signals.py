"""Points as arrays, the holder taken off, turned by the signal's phase, scaled to a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.terms import Estimate, MomentPoint, Quantity

__all__ = ["Signals", "calibration_inputs", "field_inputs", "signals", "true_field", "true_moment"]

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


@dataclass(frozen=True, slots=True)
class Signals:
    """Readings of the usable points, (n,) each: field reading (A/m), signal X + iY (V rms), their type A u.

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
        lag_reading_a_per_m=np.where(between, u_field * _ways(good), 0.0),
        signal_v_rms=np.array([complex(p.x_v_rms, p.y_v_rms) for p in good]),
        u_signal_v_rms=np.array([p.u_x_v_rms for p in good]),
        temperature_k=np.array([p.temperature_k for p in good]),
        frequency_hz=float(np.mean([p.frequency_hz for p in good])),
        flags=flags,
    )


def _ways(points: list[MomentPoint]) -> FloatArray:
    """+1 for points that the current came to from below, -1 from above; the first as the second, which goes on from it."""
    ways = np.sign(np.diff([p.set_current_a for p in points]))
    return np.concatenate([ways[:1], ways])


def _usable(point: MomentPoint) -> bool:
    return not any(flag.startswith(BAD) for flag in point.flags)


def field_inputs(bench: BenchSpec) -> dict[str, Quantity | Estimate]:
    """Inputs that every field depends on."""
    return {"gaussmeter.offset": bench.gaussmeter_offset, "gaussmeter.gain": bench.gaussmeter_gain}


def true_field(reading_a_per_m: FloatArray, inputs: Mapping[str, float]) -> FloatArray:
    """H applied (A/m) from the gaussmeter's readings: reading = offset + gain H."""
    return (reading_a_per_m - inputs["gaussmeter.offset"]) / inputs["gaussmeter.gain"]


def calibration_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs that every moment depends on, from the artefacts, and flags for what is not there.

    Raises
    ------
    InputError
        No moment calibration, or one made at another phase setting.
    """
    moment = run.artefacts.get("moment")
    if moment is None:
        raise missing(run.run_id, "calibration", "no moment calibration", "one of this bench", "Run nickel.toml first.")
    inputs: dict[str, Quantity | Estimate] = dict(field_inputs(run.bench))
    inputs["moment_per_volt"] = moment.values["moment_per_volt"]
    inputs["signal_angle"] = moment.values["signal_angle"]
    background = run.artefacts.get("background")
    if background is None:
        return inputs, ("holder not subtracted: no background run",)
    for name in ("x0", "y0", "x1", "y1"):
        inputs[f"background.{name}"] = background.values[name]
    return inputs, ()


def true_moment(run: RunData, data: Signals, inputs: Mapping[str, float]) -> FloatArray:
    """Moment of the sample (A m2): m = (moment per volt) Re[(Z - Z_holder(H)) exp(-i angle)]."""
    signal = data.signal_v_rms
    if "background.x0" in inputs:
        centre = run.artefacts["background"].conditions["centre_a_per_m"]
        distance = data.reading_a_per_m - centre
        offset = complex(inputs["background.x0"], inputs["background.y0"])
        slope = complex(inputs["background.x1"], inputs["background.y1"])
        signal = signal - (offset + slope * distance) * np.exp(-1j * _turned(run, "background"))
    turn = np.exp(-1j * (inputs["signal_angle"] - _turned(run, "moment")))
    moment: FloatArray = inputs["moment_per_volt"] * np.real(signal * turn)
    return moment


def _turned(run: RunData, kind: str) -> float:
    """Angle (rad) by which the reference phase was turned on since the artefact was made."""
    return float(np.radians(run.phase_deg - run.artefacts[kind].conditions["phase_deg"]))
