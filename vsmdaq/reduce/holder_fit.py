"""What an empty holder shows at one temperature: line and drift with time by least squares, means at the fields that were measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.series import column_of
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Component, Estimate

__all__ = ["HolderFit", "fit_holder"]

_DRIFTS = 11.83
"""Squared distance of a rate (X and Y) from zero over its variance that noise alone exceeds in 0.27 % of the runs."""

_APART = 0.3
"""Least share of time that is no straight line in the field."""

_FEW = 6
"""Points from which on a drift with time can be told from the line."""


@dataclass(frozen=True, slots=True, eq=False)
class HolderFit:
    """The signal of the holder at one temperature.

    Attributes
    ----------
    label : str
        Beginning of the names of its values where there are several temperatures.
    values : mapping of str to Estimate
        ``x0, y0, x1, y1`` of the line; ``bg.<k>.x, bg.<k>.y`` at the fields; ``xt, yt`` rates (V/s) where they were looked for.
    set_fields, fields : ndarray, (k,)
        Set-points, and mean readings there, A/m, ascending.
    chi2 : float
    dof : int
        Of the line.
    straight : bool
        The line explains the points.
    split : float
        Scatter of the readings at one field over their noise where it is larger than that; 1 otherwise.
    drifts : bool
        The rate is larger than noise explains.
    """

    label: str
    values: Mapping[str, Estimate]
    set_fields: FloatArray
    fields: FloatArray
    chi2: float
    dof: int
    straight: bool
    split: float
    drifts: bool


def fit_holder(run: RunData, data: Signals, centre_a_per_m: float, label: str, *, with_time: bool) -> HolderFit:
    """Fit line and rate, take the means.

    Parameters
    ----------
    run, data
        The run, and the usable points of one temperature.
    centre_a_per_m : float
        Field (reading) about which the line is written.
    label : str
        Beginning of the names of its noise.
    with_time : bool
        Look for a drift with time.
    """
    distance = data.reading_a_per_m - centre_a_per_m
    line = np.column_stack([np.ones_like(distance), distance])
    values: dict[str, Estimate] = {}
    drifts = False
    time = data.time_s - float(np.mean(data.time_s))
    ordered = bool(np.all(np.diff(time) > 0.0))  # the clock of a resumed run begins anew
    if with_time and ordered and data.index.size >= _FEW and _apart(line, time):
        rates = _rates(run, line, time, data)
        values |= rates
        drifts = sum((rate.value / rate.u) ** 2 for rate in rates.values()) > _DRIFTS
    moved = complex(values["xt"].value, values["yt"].value) * time if drifts else 0.0
    signal = data.signal_v_rms - moved
    chi2 = 0.0
    for axis, part in (("x", signal.real), ("y", signal.imag)):
        found, misfit = _line(run, line, part, data.u_signal_v_rms, f"{label}{axis}")
        values |= {f"{axis}{k}": estimate for k, estimate in enumerate(found)}
        chi2 += misfit
    dof = 2 * (data.signal_v_rms.size - 2)
    set_fields, fields, means, split = _means(run, data, signal, line, values, label)
    return HolderFit(
        label=label,
        values={**values, **means},
        set_fields=set_fields,
        fields=fields,
        chi2=chi2,
        dof=dof,
        straight=chi2 <= _limit(dof),
        split=split,
        drifts=drifts,
    )


def _limit(dof: int) -> float:
    return dof + 5.0 * math.sqrt(2.0 * dof)


def _line(
    run: RunData, line: FloatArray, part: FloatArray, u: FloatArray, label: str
) -> tuple[tuple[Estimate, Estimate], float]:
    """Both coefficients of one axis, and chi2."""
    columns = line / u[:, None]
    # weights are nearly equal, so about the centre the two coefficients are nearly uncorrelated; exactly: Cholesky
    covariance = np.linalg.inv(columns.T @ columns)
    target = part / u
    best = covariance @ (columns.T @ target)
    factor = np.linalg.cholesky(covariance)
    estimates = [
        Estimate(
            float(best[row]),
            unit,
            tuple(
                Component(f"noise:{run.run_id}.{label}{k}", float(factor[row, k]), noise=True) for k in range(row + 1)
            ),
        )
        for row, unit in ((0, "V"), (1, "V m/A"))
    ]
    return (estimates[0], estimates[1]), float(np.sum((target - columns @ best) ** 2))


def _apart(line: FloatArray, time: FloatArray) -> bool:
    """Time is not a straight line in the field, as it is in one sweep: the fields were come back to."""
    rest = time - line @ np.linalg.lstsq(line, time, rcond=None)[0]
    return float(np.linalg.norm(rest)) > _APART * float(np.linalg.norm(time))


def _rates(run: RunData, line: FloatArray, time: FloatArray, data: Signals) -> dict[str, Estimate]:
    """Change of X and Y with time (V/s) beside the line, u as large as the scatter about both makes it."""
    scale = float(np.ptp(time))
    columns = np.column_stack([line[:, 0], line[:, 1] / float(np.ptp(line[:, 1])), time / scale])
    columns /= data.u_signal_v_rms[:, None]
    inverse = np.linalg.pinv(columns)
    found: dict[str, Estimate] = {}
    for axis, part in (("x", data.signal_v_rms.real), ("y", data.signal_v_rms.imag)):
        target = part / data.u_signal_v_rms
        best = inverse @ target
        dof = max(target.size - 3, 1)
        spread = max(1.0, math.sqrt(float(np.sum((target - columns @ best) ** 2)) / dof))
        u = spread * float(np.linalg.norm(inverse[-1])) / scale
        noise = (Component(f"noise:{run.run_id}.{axis}t", u, noise=True),)
        found[f"{axis}t"] = Estimate(float(best[-1]) / scale, "V/s", noise)
    return found


def _means(
    run: RunData,
    data: Signals,
    signal: NDArray[np.complex128],
    line: FloatArray,
    values: Mapping[str, Estimate],
    label: str,
) -> tuple[FloatArray, FloatArray, dict[str, Estimate], float]:
    """Weighted mean at each set-point, all ways through it together, brought to its mean reading along the line."""
    offset = complex(values["x0"].value, values["y0"].value)
    slope = complex(values["x1"].value, values["y1"].value)
    left = signal - offset - slope * line[:, 1]
    asked = column_of(run, data, lambda p: p.set_field_a_per_m)
    set_fields, group = np.unique(np.round(asked, 6), return_inverse=True)
    weight = 1.0 / data.u_signal_v_rms**2
    total = np.bincount(group, weight)
    fields = np.bincount(group, weight * data.reading_a_per_m) / total
    at_line = np.bincount(group, weight * line[:, 1]) / total
    rest = (np.bincount(group, weight * left.real) + 1j * np.bincount(group, weight * left.imag)) / total
    chi2 = float(np.sum(weight * np.abs(left - rest[group]) ** 2))
    dof = 2 * (data.index.size - set_fields.size)
    split = math.sqrt(chi2 / dof) if dof > 0 and chi2 > _limit(dof) else 1.0
    means = offset + slope * at_line + rest
    estimates: dict[str, Estimate] = {}
    order = np.argsort(fields)
    for k, place in enumerate(order):
        u = split / math.sqrt(float(total[place]))
        for axis, value in (("x", means[place].real), ("y", means[place].imag)):
            noise = (Component(f"noise:{run.run_id}.{label}bg.{k}.{axis}", u, noise=True),)
            estimates[f"bg.{k}.{axis}"] = Estimate(float(value), "V", noise)
    return set_fields, fields[order], estimates, split
