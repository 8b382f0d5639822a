"""The points of a run with all that is uncertain in them, so that what two of them share can be told.

Field, moment, magnetisation and susceptibility of every point come from the same named inputs: those of calibration and geometry
move all points together, noise of the readings is each point's own (JCGM 102:2011, 6.2; JCGM 100:2008, 5.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.geometry import volume_m3
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.points import internal_field, point_inputs
from vsmdaq.reduce.signals import FloatArray, Signals, signals, true_field
from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty import EstimateArray, Source, noise_array, propagate_arrays

__all__ = ["PointEstimates", "joint_covariance", "point_estimates"]

_READING, _SIGNAL = "readings.field", "readings.signal"


@dataclass(frozen=True, slots=True, eq=False)
class PointEstimates:
    """The usable points of a run.

    Attributes
    ----------
    index : ndarray, shape (n,)
        Their places in the journal.
    applied, internal : EstimateArray
        H (A/m); H_internal is H_applied where the shape is not known.
    moment : EstimateArray
        m (A m2).
    magnetization, susceptibility : EstimateArray or None
        M (A/m) and M/H_internal (1); None without a shape, the latter also where a field may be zero.
    """

    index: NDArray[np.int64]
    applied: EstimateArray
    internal: EstimateArray
    moment: EstimateArray
    magnetization: EstimateArray | None
    susceptibility: EstimateArray | None


def point_estimates(run: RunData, members: NDArray[np.intp] | None = None) -> PointEstimates:
    """Estimates of the points of a sample run.

    Parameters
    ----------
    run : RunData
        A run whose points give moments.
    members : ndarray of int, optional
        Some of the usable points, by their places among them; all where not given.

    Raises
    ------
    InputError
        It is a run of another kind, has too few usable points or no moment calibration.
    """
    if run.weight_points:
        raise missing(run.run_id, "points", "weights", "points of a vibrating sample")
    data = signals(run.moment_points, run.run_id)
    if members is not None:
        data = data.of(members)
    inputs, _ = point_inputs(run)
    everything: dict[str, Quantity | Estimate | EstimateArray] = {**inputs, **_readings(run, data)}

    def applied(x: Mapping[str, FloatArray]) -> FloatArray:
        return true_field(x[_READING], _scalars(x))

    def moment(x: Mapping[str, FloatArray]) -> FloatArray:
        at = replace(data, reading_a_per_m=x[_READING])
        return true_moment(run, at, _scalars(x)) + moment_per_volt(run, at, _scalars(x)) * x[_SIGNAL]

    def internal(x: Mapping[str, FloatArray]) -> FloatArray:
        return internal_field(run, applied(x), moment(x), _scalars(x))

    def magnetization(x: Mapping[str, FloatArray]) -> FloatArray:
        volume = None if run.sample is None else volume_m3(run.sample, _scalars(x))
        return moment(x) / (volume or 1.0)

    has_shape = run.sample is not None and run.sample.shape is not None
    inside = propagate_arrays(internal, everything, unit="A/m")
    clear = has_shape and bool(np.all(np.abs(inside.values) > 20.0 * inside.u))
    return PointEstimates(
        index=data.index,
        applied=propagate_arrays(applied, everything, unit="A/m"),
        internal=inside,
        moment=propagate_arrays(moment, everything, unit="A m2"),
        magnetization=propagate_arrays(magnetization, everything, unit="A/m") if has_shape else None,
        susceptibility=propagate_arrays(lambda x: magnetization(x) / internal(x), everything) if clear else None,
    )


def joint_covariance(arrays: Mapping[str, EstimateArray]) -> FloatArray:
    """Covariance of several arrays of the same n points, one after the other.

    Parameters
    ----------
    arrays : mapping of str to EstimateArray
        q arrays of length n, from one `point_estimates`.

    Returns
    -------
    ndarray of shape (q n, q n)
        Blocks in the order of the mapping, each in the product of the units of its two arrays.
    """
    blocks = [[_cross(first, second) for second in arrays.values()] for first in arrays.values()]
    matrix: FloatArray = np.block(blocks)
    return matrix


def _cross(first: EstimateArray, second: EstimateArray) -> FloatArray:
    rows = {source.name: row for source, row in zip(second.sources, second.contributions, strict=True)}
    block: FloatArray = np.zeros((first.values.size, second.values.size))
    for source, row in zip(first.sources, first.contributions, strict=True):
        if source.name in rows:
            other = rows[source.name]
            block += np.diag(row * other) if source.noise else np.outer(row, other)
    return block


def _scalars(x: Mapping[str, FloatArray]) -> Mapping[str, float]:
    """The single inputs among all: every name but those of the readings stands for one number."""
    return {name: float(value) for name, value in x.items() if name not in (_READING, _SIGNAL)}


def _readings(run: RunData, data: Signals) -> dict[str, EstimateArray]:
    """Readings with their noise; what all fields share for not knowing the branch of the yoke is common to them."""
    noise = f"noise:{run.run_id}"
    field = noise_array(f"{noise}.field", data.reading_a_per_m, data.u_reading_a_per_m, "A/m")
    if np.any(data.lag_reading_a_per_m):
        branch = Source(f"{run.run_id}.yoke_branch")
        rows = np.vstack([field.contributions, data.lag_reading_a_per_m])
        field = EstimateArray(field.values, (*field.sources, branch), rows, "A/m")
    signal = noise_array(f"{noise}.signal", np.zeros_like(data.u_signal_v_rms), data.u_signal_v_rms, "V")
    return {_READING: field, _SIGNAL: signal}
