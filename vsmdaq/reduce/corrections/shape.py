"""Shape: the coils see the mean of their sensitivity over the sample, and over a sphere alone that is its value in the middle.

A bench that was calibrated with a sphere reads a film or a rod wrong by 1 to 2 %. The curvatures of the sensitivity, from the
centring run, and the sample's own dimensions give the mean to fourth order; its size stands in for what is beyond. The sample
is taken as centred, as uniformly magnetised, and as lying along the axes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.physics.demagnetisation import dimensions
from vsmdaq.physics.extent import Extent, extent
from vsmdaq.reduce.corrections.correction import Correction
from vsmdaq.reduce.corrections.known_saddle import saddle_at, saddle_inputs
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.geometry import shape_inputs
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Estimate, Quantity, Sample, Sphere

__all__ = ["SHAPE", "factor_of_shape", "inputs_of_shape"]


def inputs_of_shape(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Curvatures, dimensions and what is beyond the fourth order; none for a sphere, whose mean is its middle's value."""
    sample = run.sample
    if sample is None or isinstance(sample.shape, Sphere):
        return {}, ()
    known = saddle_inputs(run)
    if sample.shape is None:
        return {}, ("geometry not corrected: the sample file has no shape",) if known else ()
    if not known:
        return {}, ("geometry not corrected: no centring run",)
    reach = extent(sample.shape)
    if reach is None:
        return {}, (f"geometry not corrected: {sample.name} does not say how it lies to the vibration (key vibration)",)
    inputs = known | shape_inputs(sample)
    beyond = saddle_at(run, {name: item.value for name, item in known.items()}).beyond(reach)
    inputs[_beyond(sample)] = Quantity(0.0, beyond / math.sqrt(3.0), distribution="rectangular")
    return inputs, ()


def factor_of_shape(run: RunData, x: Mapping[str, float]) -> float:
    """Signal per moment over that of a point; call it where there are inputs."""
    reach = None if run.sample is None else _extent(run.sample, x)
    if run.sample is None or reach is None:
        return 1.0
    return saddle_at(run, x).over(reach) + x[_beyond(run.sample)]


def _extent(sample: Sample, x: Mapping[str, float]) -> Extent | None:
    if sample.shape is None:
        return None
    return extent(sample.shape, {name: x[f"{sample.name}.{name}"] for name in dimensions(sample.shape)})


def _beyond(sample: Sample) -> str:
    return f"{sample.name}.beyond_fourth_order"


def _sensitivity(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    return np.full_like(data.reading_a_per_m, factor_of_shape(run, x))


SHAPE = Correction("shape", inputs_of_shape, _sensitivity)
"""Entry for ``CORRECTIONS``."""
