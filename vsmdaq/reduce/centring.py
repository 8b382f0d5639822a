"""Centring: where the signal is extremal along each axis, and its relative curvature there.

The coupling of a moment to the coils is a harmonic function of its place (Laplace), so it has no maximum in space, only saddle
points: the curvatures along x, y and z add to zero. Where they do not, something moved or drifted between the scans.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from vsmdaq.analyse.extremum import degree_for, extremum_of, fit_curve
from vsmdaq.analyse.weighted import WeightedFit
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.series import coefficients, column_of, misfit, projected
from vsmdaq.reduce.signals import Signals, field_inputs, signals, true_field
from vsmdaq.terms import Estimate, Quantity, ResultQuantity
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
    flags: list[str] = []
    for number, axis in enumerate(details.axes):
        chosen = scan == 2 * number
        found, doubts = _axis(run, details, axis, place[chosen], signal[chosen], data.u_signal_v_rms[chosen])
        quantities |= found
        flags += doubts
    flags += _saddle(quantities)
    total, doubts = _sum(quantities)
    quantities |= total
    return Reduction(
        quantities=quantities,
        table=_table(run, details, data, place, signal, scan),
        flags=(*data.flags, *flags, *doubts),
    )


def _axis(
    run: RunData, details: Centring, axis: str, place: FloatArray, signal: FloatArray, u_signal: FloatArray
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    if place.size < 5:
        return {}, (f"no centre_{axis}: {place.size} points of its scan, at least 5 are needed",)
    middle, half = 0.5 * float(place.min() + place.max()), 0.5 * float(np.ptp(place))
    scaled = (place - middle) / half
    fit = _fit(scaled, signal, u_signal, details.u_position_m / half)
    centre = None if fit is None else extremum_of(fit.beta, -1.0, 1.0)
    if fit is None or centre is None:
        reason = f"along {axis} the signal has not one extremum between {place.min() * 1e3:.3f} and {place.max() * 1e3:.3f} mm"
        return {}, (f"no centre_{axis}: {reason}",)
    inputs: dict[str, Quantity | Estimate] = dict(
        coefficients(fit, run.run_id, axis, tuple("V" for _ in range(fit.beta.size)))
    )
    start = centre

    def model(x: Mapping[str, float]) -> dict[str, float]:
        curve = Polynomial([x[f"b{k}"] for k in range(len(x))])
        slope, bend = curve.deriv(), curve.deriv(2)
        # Newton from the best fit's extremum: coefficients move by little
        at = start
        for _ in range(4):
            at -= float(slope(at)) / float(bend(at))
        return {f"centre_{axis}": middle + half * at, f"curvature_{axis}": float(bend(at)) / float(curve(at)) / half**2}

    found = propagate_many(model, inputs, units={f"centre_{axis}": "m", f"curvature_{axis}": "1/m2"})
    words = {
        f"centre_{axis}": f"position of the extremum {ALONG[axis]}, on the scale of dial or stage",
        f"curvature_{axis}": f"kappa_{axis}: relative curvature of the signal {ALONG[axis]} at its extremum",
    }
    doubts = misfit(fit, f"the scan along {axis} is no smooth curve")
    return {name: ResultQuantity(value, words[name]) for name, value in found.items()}, doubts


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
    field = true_field(data.reading_a_per_m, {name: q.value for name, q in field_inputs(run.bench).items()})
    return {
        "index": [int(i) for i in data.index],
        "field_applied_a_per_m": [float(h) for h in field],
        "axis": [details.axes[int(s) // 2] for s in scan],
        "position_m": [float(p) for p in place],
        "x_v_rms": [float(v) for v in signal],
        "u_v_rms": [float(v) for v in data.u_signal_v_rms],
    }
