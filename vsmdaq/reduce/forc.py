"""First-order reversal curves: drift by the calibration points, the FORC distribution, a file for other programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.forc import Calibration, ForcCurves, ForcMap, drift_of, forc_distribution
from vsmdaq.formats.inputs.kinds.forc import Forc
from vsmdaq.formats.micromag_forc import ForcData, render
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.signals import Signals, field_per_reading, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["FILE", "reduce_forc"]

FloatArray = NDArray[np.float64]
Index = NDArray[np.intp]

FILE = "forc.frc"

DEFINITIONS = {
    "forc_peak_density": ("m4/A", "largest -1/2 d2m/(dHa dH) among the measured nodes, fields as applied"),
    "forc_moment": ("A m2", "the FORC distribution integrated over Ha and H, over the nodes inside the box"),
    "forc_peak_hc": ("A/m", "(H - Ha)/2 of the node with the largest density"),
    "forc_peak_hb": ("A/m", "(H + Ha)/2 of the node with the largest density"),
    "calibration_scatter": ("A m2", "standard deviation of the calibration points"),
}


class _Layout:
    """Which usable points are calibration points and which make the curves; in each curve by field."""

    def __init__(self, run: RunData, data: Signals, field: FloatArray) -> None:
        points = {p.index: p for p in run.moment_points}
        segment = np.array([points[int(i)].segment for i in data.index])
        self.time_s = np.array([0.5 * (points[int(i)].t_start_s + points[int(i)].t_end_s) for i in data.index])
        self.calibration: Index = np.flatnonzero(segment % 2 == 0)
        ordered: list[int] = []
        curve: list[int] = []
        for name in np.unique(segment[segment % 2 == 1]):
            members = np.flatnonzero(segment == name)
            ordered += members[np.argsort(field[members], kind="stable")].tolist()
            curve += [int(name) // 2] * members.size
        self.points: Index = np.array(ordered, dtype=np.intp)
        self.curve: Index = np.array(curve, dtype=np.intp)
        self.before = {int(segment[k]) // 2: int(k) for k in self.calibration}

    def members(self, number: int) -> Index:
        """Points of a curve."""
        chosen: Index = self.points[self.curve == number]
        return chosen


def reduce_forc(run: RunData) -> Reduction:
    """Quantities, table and FORC file of a run."""
    details = cast("Forc", run.procedure.details)
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    nominal = {name: q.value for name, q in inputs.items()}
    field, moment = true_field(data.reading_a_per_m, nominal), true_moment(run, data, nominal)
    u_moment = moment_per_volt(run, data, nominal) * data.u_signal_v_rms
    layout = _Layout(run, data, field)
    table = point_table(run, data)
    calibration = Calibration(
        layout.time_s[layout.calibration], moment[layout.calibration], u_moment[layout.calibration]
    )
    drift = drift_of(calibration, layout.time_s[layout.points]) if layout.calibration.size > 1 else None
    flags = (*flags, *_drift_flag(calibration, drift))
    if np.unique(layout.curve).size < 3:
        return Reduction({}, table, flags=(*data.flags, *flags, "no FORC distribution: fewer than 3 curves"))
    corrected = moment[layout.points] - (0.0 if drift is None else drift)
    found = _map(layout, field, corrected, u_moment, details.smoothing)
    table |= _columns(layout, field, found, data.index.size)
    if found.place.size == 0:
        flags = (*flags, "no FORC distribution: nowhere enough points about a node")
        return Reduction({}, table, flags=(*data.flags, *flags), files=_file(run, details, layout, field, moment))
    estimates = _estimates(run, data, inputs, layout, field, found, calibration, corrected=drift is not None)
    quantities = {name: ResultQuantity(value, DEFINITIONS[name][1]) for name, value in estimates.items()}
    return Reduction(
        quantities=quantities,
        table=table,
        flags=(*data.flags, *flags),
        files=_file(run, details, layout, field, moment),
    )


def _drift_flag(calibration: Calibration, drift: FloatArray | None) -> tuple[str, ...]:
    if calibration.moment.size < 2:
        return ("drift not taken off: fewer than 2 calibration points",)
    if drift is None:
        return ()
    span = float(np.ptp(calibration.moment))
    return (f"drift of {span:.2g} A m2 at the calibration points (beyond their noise) was taken off",)


def _map(layout: _Layout, field: FloatArray, corrected: FloatArray, u_moment: FloatArray, smoothing: int) -> ForcMap:
    h = field[layout.points]
    compact, first = _compact(layout.curve)
    curves = ForcCurves(compact, h[first][compact], h, corrected)
    return forc_distribution(curves, smoothing, u_moment[layout.points])


def _compact(curve: Index) -> tuple[Index, Index]:
    """Numbers of the curves without gaps, and where each curve begins."""
    _, first, compact = np.unique(curve, return_index=True, return_inverse=True)
    return compact, first


def _columns(layout: _Layout, field: FloatArray, found: ForcMap, n: int) -> dict[str, list[float | int | str]]:
    reversal: list[float | int | str] = [""] * n
    density: list[float | int | str] = [""] * n
    u: list[float | int | str] = [""] * n
    for number in np.unique(layout.curve):
        members = layout.members(int(number))
        for place in members:
            reversal[int(place)] = float(field[members[0]])
    for place, value, uncertainty in zip(layout.points[found.place], found.density, found.u, strict=True):
        density[int(place)], u[int(place)] = float(value), float(uncertainty)
    return {
        "reversal_field_a_per_m": reversal,
        "forc_density_m4_per_a": density,
        "u_noise_forc_density_m4_per_a": u,
    }


def _estimates(
    run: RunData,
    data: Signals,
    inputs: Mapping[str, Quantity | Estimate],
    layout: _Layout,
    field: FloatArray,
    found: ForcMap,
    calibration: Calibration,
    *,
    corrected: bool,
) -> dict[str, Estimate]:
    """Each is linear in the moments: its gradient carries noise and common inputs alike."""
    details = cast("Forc", run.procedure.details)
    nominal = {name: q.value for name, q in inputs.items()}
    h = field[layout.points]
    compact, first = _compact(layout.curve)
    reversal = h[first][compact]
    hc, hb = 0.5 * (h - reversal)[found.place], 0.5 * (h + reversal)[found.place]
    peak = int(np.argmax(found.density))
    inside = (hc >= details.hc1_a_per_m) & (hc <= details.hc2_a_per_m)
    inside &= (hb >= details.hb1_a_per_m) & (hb <= details.hb2_a_per_m)
    rows = {
        "forc_peak_density": _gradient(layout, found, calibration, np.eye(found.place.size)[peak], corrected=corrected),
        "forc_moment": _gradient(
            layout, found, calibration, np.where(inside, details.step_a_per_m**2, 0.0), corrected=corrected
        ),
    }
    # fields scale with 1/gain: a density with its square, a moment integrated over fields not at all
    powers = {"forc_peak_density": 2, "forc_moment": 0}

    def model(x: Mapping[str, float]) -> dict[str, float]:
        moment = true_moment(run, data, x)
        scale = field_per_reading(nominal) / field_per_reading(x)
        return {name: float(row @ moment) * scale ** powers[name] for name, row in rows.items()}

    common = propagate_many(model, inputs, units={name: DEFINITIONS[name][0] for name in rows})
    u_moment = moment_per_volt(run, data, nominal) * data.u_signal_v_rms
    result: dict[str, Estimate] = {}
    for name, row in rows.items():
        noise = Component(f"noise:{run.run_id}.{name}", float(np.sqrt(np.sum((row * u_moment) ** 2))), noise=True)
        result[name] = Estimate(common[name].value, DEFINITIONS[name][0], (*common[name].components, noise))
    grid = Component("forc.step", details.step_a_per_m / math.sqrt(12.0))
    for name, at in (("forc_peak_hc", hc), ("forc_peak_hb", hb)):
        result[name] = Estimate(float(at[peak]), "A/m", (grid,))
    count = calibration.moment.size
    if count > 1:
        scatter = float(np.std(calibration.moment, ddof=1))
        part = Component(
            f"noise:{run.run_id}.calibration", scatter / math.sqrt(2.0 * (count - 1)), noise=True, dof=count - 1
        )
        result["calibration_scatter"] = Estimate(scatter, "A m2", (part,))
    return result


def _gradient(
    layout: _Layout, found: ForcMap, calibration: Calibration, factors: FloatArray, *, corrected: bool
) -> FloatArray:
    """Derivative of a sum of densities with respect to the moments of all usable points, the calibration points too."""
    by_curves = found.gradient(factors, layout.points.size)
    result = np.zeros(layout.time_s.size)
    result[layout.points] = by_curves
    if corrected:
        shares = (1.0 / calibration.u**2) / np.sum(1.0 / calibration.u**2)
        time_s = layout.time_s[layout.points]
        for k, place in enumerate(layout.calibration):
            unit = np.zeros(calibration.time_s.size)
            unit[k] = 1.0
            pro_rata = float(np.interp(time_s, calibration.time_s, unit) @ by_curves)
            result[place] -= pro_rata - float(np.sum(by_curves)) * shares[k]
    return result


def _file(run: RunData, details: Forc, layout: _Layout, field: FloatArray, moment: FloatArray) -> dict[str, str]:
    """Curves as they are, drift not taken off: the programs that read the file do that by its calibration points."""
    curves: list[tuple[FloatArray, FloatArray]] = []
    points: list[tuple[float, float]] = []
    for number in np.unique(layout.curve):
        members, before = layout.members(int(number)), layout.before.get(int(number))
        if before is not None and members.size:
            curves.append((field[members], moment[members]))
            points.append((float(field[before]), float(moment[before])))
    if not curves:
        return {}
    script = {
        "Hb1": details.hb1_a_per_m,
        "Hb2": details.hb2_a_per_m,
        "Hc1": details.hc1_a_per_m,
        "Hc2": details.hc2_a_per_m,
        "HCal": details.calibration_a_per_m,
        "HNcr": details.step_a_per_m,
        "HSat": details.saturation_a_per_m,
    }
    durations = [p.t_end_s - p.t_start_s for p in run.moment_points]
    text = render(
        ForcData(tuple(points), tuple(curves), script, details.smoothing),
        name=run.sample.name if run.sample else run.run_id,
        pauses_s=dict.fromkeys(("PauseCal", "PauseNtl", "PauseSat"), 0.0),
        averaging_s=float(np.median(durations)),
    )
    return {FILE: text}
