"""Where H_int = H_applied - N M is more N M than H: what a run of a soft sample, or of one with a vague shape, cannot tell.

Three flags, each with the numbers behind it. That a vibrating sample is unsuitable for the magnetisation curve of a soft
material, and good for its saturation alone, is what IEC TR 62797 says too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.demagnetisation import is_ellipsoid, susceptibility_limits
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.signals import Signals, field_per_reading, true_field
from vsmdaq.terms import Estimate, Quantity, Sample
from vsmdaq.uncertainty import propagate, propagate_arrays

__all__ = ["soft_flags"]

FloatArray = NDArray[np.float64]
Inputs = Mapping[str, Quantity | Estimate]

_DOMINATED = 0.5
"""Share of a change of H_applied that N M takes, above which H_int is decided by the shape."""
_SURE = 3.0
"""Standard uncertainties by which a slope must exceed what it is compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Applied field with u (A/m), magnetisation (A/m), and dM/dH_applied between neighbours as far as noise allows."""

    field: FloatArray
    u_field: FloatArray
    magnetization: FloatArray
    slope: FloatArray

    @property
    def steepest(self) -> float:
        """Largest dM/dH_applied."""
        return max(0.0, float(np.max(self.slope, initial=0.0)))


def soft_flags(run: RunData, data: Signals, inputs: Inputs) -> tuple[str, ...]:
    """Flags of a run whose internal field is decided by the demagnetising factor or its uncertainty.

    Parameters
    ----------
    run : RunData
        A run with a sample; without one, or without its shape, there is nothing to say.
    data : Signals
        Its usable points.
    inputs : mapping of str to Quantity or Estimate
        What the points depend on, the dimensions of the sample among them.
    """
    sample = run.sample
    if sample is None or sample.shape is None or run.draw is not None:
        return ()
    factor = propagate(lambda x: demagnetising_factor(sample, x) or 0.0, shape_inputs(sample))
    seen = _seen(run, data, sample, inputs)
    flags = (_of_slope(seen, factor), _of_dimensions(seen, factor), _of_susceptibility(seen, factor, sample))
    return tuple(flag for flag in flags if flag)


def _seen(run: RunData, data: Signals, sample: Sample, inputs: Inputs) -> _Seen:
    nominal = {name: q.value for name, q in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    volume = volume_m3(sample, nominal) or math.inf
    magnetization = true_moment(run, data, nominal) / volume
    u_noise = np.abs(moment_per_volt(run, data, nominal)) * data.u_signal_v_rms / volume
    u_common = propagate_arrays(lambda x: true_field(data.reading_a_per_m, x), inputs).u
    u_reading = np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m) * field_per_reading(nominal)
    step = np.diff(field)
    apart = np.abs(step) > _SURE * np.hypot(u_reading[1:], u_reading[:-1])
    apart &= step != 0.0
    safe = np.where(apart, step, 1.0)
    slope = np.diff(magnetization) / safe - _SURE * np.hypot(u_noise[1:], u_noise[:-1]) / np.abs(safe)
    return _Seen(field, np.hypot(u_common, u_reading), magnetization, np.where(apart, slope, 0.0))


def _of_slope(seen: _Seen, factor: Estimate) -> str:
    """N dM/dH_applied near 1: the sample shields itself, and the curve is the line M = H/N of its shape."""
    share = factor.value * seen.steepest
    if not share > _DOMINATED:
        return ""
    where = np.flatnonzero(factor.value * seen.slope > _DOMINATED)
    fields = np.concatenate([seen.field[where], seen.field[where + 1]])
    remains = 1.0 - share
    comes_out = f"come out {1.0 / remains:.0f} times as large" if remains > 1e-3 else "have no bound"
    return (
        f"H_int is dominated by the demagnetising field: {_named(factor)} takes {100.0 * min(share, 1.0):.1f} % of a change of "
        f"H_applied between {fields.min() / 1e3:.4g} and {fields.max() / 1e3:.4g} kA/m. There relative errors of N and M "
        f"{comes_out} in dM/dH_int, and remanence, initial susceptibility and susceptibility tell the shape, not the "
        "material; saturation stands"
    )


def _of_dimensions(seen: _Seen, factor: Estimate) -> str:
    """u(N) from the dimensions moves H_int more than H_applied is uncertain."""
    shift = np.abs(seen.magnetization) * factor.u
    over = np.flatnonzero(shift > seen.u_field)
    if over.size == 0:
        return ""
    worst = int(over[np.argmax(shift[over])])
    return (
        f"u(H_int) is dominated by the demagnetising factor at {over.size} of {shift.size} points: {_named(factor)}, from the "
        f"dimensions, moves H_int by {shift[worst]:.2g} A/m at H_applied = {seen.field[worst] / 1e3:.4g} kA/m, where "
        f"u(H_applied) = {seen.u_field[worst]:.2g} A/m. Measure the dimensions more closely, or use a sphere"
    )


def _of_susceptibility(seen: _Seen, factor: Estimate, sample: Sample) -> str:
    """The factor of a uniformly magnetised body, where the body is not: no ellipsoid, and far from saturation."""
    if sample.shape is None or is_ellipsoid(sample.shape) or not seen.steepest > 0.0:
        return ""
    shielded = 1.0 - factor.value * seen.steepest
    inside = seen.steepest / shielded if shielded > 0.0 else math.inf
    low, high = susceptibility_limits(factor.value, inside)
    steep = np.flatnonzero(seen.slope > 0.5 * seen.steepest)
    points = np.union1d(steep, steep + 1)
    shift = np.abs(seen.magnetization[points]) * (high - low) / math.sqrt(3.0)
    if not np.any(shift > seen.u_field[points]):
        return ""
    size = f"of {inside:.3g}" if inside < math.inf else "without bound"
    return (
        f"N = {factor.value:.4g} holds for uniform magnetisation, and only an ellipsoid is magnetised uniformly: with a "
        f"susceptibility {size} where the curve is steepest it lies between {low:.4g} and {high:.4g}, which moves H_int "
        f"there by up to {np.max(shift):.2g} A/m (standard uncertainty)"
    )


def _named(factor: Estimate) -> str:
    return f"N = {factor.value:.4g} ± {factor.u:.2g}"
