"""A virgin curve: slope at zero field, moment at the end."""

from __future__ import annotations

from typing import cast

import numpy as np

from vsmdaq.analyse.initial import initial_slope
from vsmdaq.analyse.parameter import Parameter
from vsmdaq.formats.inputs.kinds.virgin import Virgin
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.parameters import Curve, Found, Recipe, absent, base_estimates, derive
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.signals import signals
from vsmdaq.reduce.soft import soft_flags

__all__ = ["reduce_virgin"]

_SLOPE = "slope at H_int = 0 of a + b H_int + c H_int|H_int| through the points up to low_field"
RECIPES = (
    Recipe("initial_susceptibility", "initial_slope", "volume", "1", f"dM/dH_int of the virgin curve: {_SLOPE}"),
    Recipe("initial_mass_susceptibility", "initial_slope", "mass", "m3/kg", "the initial slope of m(H_int) per mass"),
    Recipe("initial_moment_per_field", "initial_slope", "", "m3", f"dm/dH_int of the virgin curve: {_SLOPE}"),
    Recipe("largest_field_moment", "largest", "", "A m2", "m at the last field of the virgin curve"),
    Recipe("largest_field_magnetization", "largest", "volume", "A/m", "largest_field_moment per volume"),
)
UNITS = {"initial_slope": "m3", "largest": "A m2"}


def reduce_virgin(run: RunData) -> Reduction:
    """Quantities of a virgin curve and the table of its points."""
    details = cast("Virgin", run.procedure.details)
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    wanted = np.array([p.set_field_a_per_m for p in run.moment_points if p.index in set(data.index.tolist())])
    low = np.abs(wanted) <= details.low_field_a_per_m
    last = wanted == details.fields_a_per_m[-1]

    def analyse(curve: Curve) -> Found:
        found: dict[str, Parameter] = {}
        missing: dict[str, str] = {}
        slope = initial_slope(curve.internal, curve.moment, low)
        if isinstance(slope, str):
            missing["initial_slope"] = slope
        else:
            found["initial_slope"] = slope
        if last.any():
            zero = np.zeros_like(curve.moment)
            found["largest"] = Parameter(float(curve.moment[last][-1]), np.where(last, 1.0, 0.0), zero)
        else:
            missing["largest"] = "the last field was not measured at"
        return Found(found, {}, missing)

    base, reasons = base_estimates(run, data, inputs, analyse, UNITS)
    quantities = derive(run, base, RECIPES)
    return Reduction(
        quantities=quantities,
        table=point_table(run, data),
        flags=(*data.flags, *flags, *absent(run, quantities, RECIPES, reasons), *soft_flags(run, data, inputs)),
    )
