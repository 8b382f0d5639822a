"""Centring: where the signal is extremal along each axis, and its relative curvature there.

The coupling of a moment to the coils is a harmonic function of its place (Laplace), so it has no maximum in space, only saddle
points: the curvatures along x, y and z add to zero. Where they do not, something moved or drifted between the scans. Where they
do, and a sphere was scanned (which shows what a point would, for the mean of a harmonic function over a ball is its value in the
middle), the run is a calibration: with it the signal of samples of other shapes is corrected. It holds at the amplitude of the run,
whose first harmonic is harmonic in the place too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from vsmdaq.analyse.extremum import ENOUGH_FOR_QUARTIC, degree_for, extremum_of, fit_curve
from vsmdaq.analyse.weighted import WeightedFit
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.saddle_fit import Scan, at_common_centre, harmonic, sixth_in
from vsmdaq.reduce.series import coefficients, column_of, misfit, projected
from vsmdaq.reduce.signals import Signals, field_inputs, signals, true_field
from vsmdaq.terms import Estimate, Quantity, ResultQuantity, Sphere
from vsmdaq.uncertainty import propagate, propagate_many

__all__ = ["reduce_centring"]

FloatArray = NDArray[np.float64]

ALONG = {"x": "along the field", "y": "across field and vibration", "z": "along the vibration"}


def reduce_centring(run: RunData) -> Reduction:
    """Centre and curvature of each axis, their sum where all three were scanned, and the table of the points."""
    details = run.procedure.details
    if not isinstance(details, Centring):
        raise TypeError(f"a centring has a Centring, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    signal = projected(data)
    place = column_of(run, data, lambda p: float("nan") if p.setting is None else p.setting)
    scan = column_of(run, data, lambda p: float(p.segment)).astype(int)
    quantities: dict[str, ResultQuantity] = {}
    scans: dict[str, Scan] = {}
    flags: list[str] = []
    for number, axis in enumerate(details.axes):
        chosen = scan == 2 * number
        found, curve, doubts = _axis(run, details, axis, place[chosen], signal[chosen], data.u_signal_v_rms[chosen])
        quantities |= found
        flags += doubts
        if curve is not None:
            scans[axis] = curve
    saddle = at_common_centre(run, scans, details.axes) if len(scans) == 3 else {}
    quantities |= {name: replace(q, estimate=saddle[name]) for name, q in quantities.items() if name in saddle}
    total, doubts = _sum(quantities)
    quantities |= total
    doubts = (*_saddle(quantities), *doubts)
    lacking = _lacking(run, details, scans, rough=bool(flags), failed=bool(doubts))
    flags += doubts
    values = {name: q.estimate for name, q in quantities.items()} | saddle
    conditions = {"frequency_hz": data.frequency_hz, "amplitude_m": run.bench.amplitude_m.value}
    return Reduction(
        quantities=quantities,
        table=_table(run, details, data, place, signal, scan),
        artefact_kind="" if lacking else "centring",
        artefact_values={} if lacking else values | harmonic(saddle),
        conditions={} if lacking else {**conditions, "field_a_per_m": details.field_a_per_m},
        flags=(*data.flags, *flags, *(f"no calibration of the geometry: {reason}" for reason in lacking)),
    )


def _lacking(
    run: RunData, details: Centring, scans: Mapping[str, Scan], *, rough: bool, failed: bool
) -> tuple[str, ...]:
    """Why the run is no calibration; nothing where it is one."""
    absent = [axis for axis in "xyz" if axis not in details.axes]
    if absent:
        return (f"{' and '.join(absent)} not scanned",)
    if run.sample is None or not isinstance(run.sample.shape, Sphere):
        return ("the sample is no sphere, or its file does not say that it is one",)
    if len(scans) < 3:
        few = " and ".join(axis for axis in "xyz" if axis not in scans)
        return (
            f"the scan of {few} gives no fourth order; it needs {ENOUGH_FOR_QUARTIC} points or more around its centre",
        )
    if rough:
        return ("a scan is no smooth curve",)
    return ("the test of the curvatures failed",) if failed else ()


def _axis(
    run: RunData, details: Centring, axis: str, place: FloatArray, signal: FloatArray, u_signal: FloatArray
) -> tuple[dict[str, ResultQuantity], Scan | None, tuple[str, ...]]:
    if place.size < 5:
        return {}, None, (f"no centre_{axis}: {place.size} points of its scan, at least 5 are needed",)
    middle, half = 0.5 * float(place.min() + place.max()), 0.5 * float(np.ptp(place))
    scaled = (place - middle) / half
    fit = _fit(scaled, signal, u_signal, details.u_position_m / half)
    centre = None if fit is None else extremum_of(fit.beta, -1.0, 1.0)
    if fit is None or centre is None:
        reason = f"along {axis} the signal has not one extremum between {place.min() * 1e3:.3f} and {place.max() * 1e3:.3f} mm"
        return {}, None, (f"no centre_{axis}: {reason}",)
    inputs: dict[str, Quantity | Estimate] = dict(
        coefficients(fit, run.run_id, axis, tuple("V" for _ in range(fit.beta.size)))
    )
    inputs |= run.drawn({"stage.scale": Quantity(1.0, details.u_scale)})
    start = centre

    def model(x: Mapping[str, float]) -> dict[str, float]:
        curve = Polynomial([x[f"b{k}"] for k in range(fit.beta.size)])
        unit = half * x["stage.scale"]
        slope, bend = curve.deriv(), curve.deriv(2)
        # Newton from the best fit's extremum: coefficients move by little
        at = start
        for _ in range(4):
            at -= float(slope(at)) / float(bend(at))
        level = float(curve(at))
        return {
            f"centre_{axis}": middle + half * at,
            f"curvature_{axis}": float(bend(at)) / level / unit**2,
            "level": level,
            "quartic": x.get("b4", 0.0) / level / unit**4,
        }

    units = {f"centre_{axis}": "m", f"curvature_{axis}": "1/m2", "level": "V", "quartic": "1/m4"}
    found = propagate_many(model, inputs, units=units)
    words = {
        f"centre_{axis}": f"position of the extremum {ALONG[axis]}, on the scale of dial or stage",
        f"curvature_{axis}": f"kappa_{axis}: relative curvature of the signal {ALONG[axis]} at its extremum",
    }
    doubts = misfit(fit, f"the scan along {axis} is no smooth curve")
    curve = Scan(found["level"], found[f"curvature_{axis}"], found["quartic"], *sixth_in(scaled, half))
    whole = curve if fit.beta.size == 5 else None
    return {name: ResultQuantity(found[name], text) for name, text in words.items()}, whole, doubts


def _fit(scaled: FloatArray, signal: FloatArray, u_signal: FloatArray, u_scaled: float) -> WeightedFit | None:
    """Twice: the first fit tells the slope, by which an uncertain position becomes an uncertain signal."""
    degree = degree_for(scaled.size)
    first = fit_curve(scaled, signal, u_signal, degree)
    if first is None:
        return None
    slope = Polynomial(first.beta).deriv()(scaled)
    return fit_curve(scaled, signal, np.hypot(u_signal, slope * u_scaled), degree)


def _saddle(quantities: Mapping[str, ResultQuantity]) -> tuple[str, ...]:
    """All curvatures of one sign are no saddle."""
    values = [q.estimate.value for name, q in quantities.items() if name.startswith("curvature_")]
    if len(values) == 3 and (min(values) > 0.0 or max(values) < 0.0):
        return ("no saddle point: the signal bends the same way along x, y and z; is another extremum nearer?",)
    return ()


def _sum(quantities: Mapping[str, ResultQuantity]) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    names = [f"curvature_{axis}" for axis in "xyz"]
    if any(name not in quantities for name in names):
        return {}, ()
    inputs = {name: quantities[name].estimate for name in names}
    total = propagate(lambda x: sum(x[name] for name in names), inputs, unit="1/m2")
    found = {"curvature_sum": ResultQuantity(total, "kappa_x + kappa_y + kappa_z; zero for any coils (Laplace)")}
    if abs(total.value) <= 3.0 * total.u:
        return found, ()
    cause = "did sample or coils move between the scans, or are the axes askew?"
    return found, (f"the curvatures add to {total.value:.3g} ± {total.u:.2g} 1/m2 instead of zero: {cause}",)


def _table(
    run: RunData, details: Centring, data: Signals, place: FloatArray, signal: FloatArray, scan: NDArray[np.int_]
) -> dict[str, list[float | int | str]]:
    field = true_field(data.reading_a_per_m, {name: q.value for name, q in field_inputs(run).items()})
    return {
        "index": [int(i) for i in data.index],
        "field_applied_a_per_m": [float(h) for h in field],
        "axis": [details.axes[int(s) // 2] for s in scan],
        "position_m": [float(p) for p in place],
        "x_v_rms": [float(v) for v in signal],
        "u_v_rms": [float(v) for v in data.u_signal_v_rms],
    }
