"""Columns made ready for drawing: floats, branches, a unit that suits their size."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vsmdaq.report.data import Columns

__all__ = ["FloatArray", "IntArray", "branch_of", "column", "moment_columns", "scale"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int_]


def column(columns: Columns, name: str) -> FloatArray | None:
    """Return a column as floats, nan where there is no number; None where there is no such column."""
    values = columns.get(name)
    if values is None or len(values) == 0:
        return None
    return np.array([math.nan if value is None or value == "" else float(value) for value in values])


def branch_of(points: Columns, field_a_per_m: FloatArray) -> IntArray:
    """Return -1 for a point that was reached with falling field, +1 with rising field.

    From the set-points where `points` has them for each point (a measured field has noise), else from the field itself.
    A step of zero goes with the one before, the first point with the second.
    """
    wanted = column(points, "set_field_a_per_m")
    field = wanted if wanted is not None and wanted.size == field_a_per_m.size else field_a_per_m
    steps = np.sign(np.diff(field, prepend=field[:1]))
    signs: list[int] = []
    first = next((int(step) for step in steps if step in (-1, 1)), 1)
    for step in steps:
        signs.append(int(step) if step in (-1, 1) else (signs[-1] if signs else first))
    return np.array(signs, dtype=int)


def scale(values: FloatArray, unit: str) -> tuple[float, str]:
    """Return the factor to a power of 1000 that suits the values, and the unit with its prefix or power of ten."""
    largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0
    exponent = 3 * math.floor(math.log10(largest) / 3) if largest > 0 else 0
    prefixes = {9: "G", 6: "M", 3: "k", 0: "", -3: "m", -6: "µ", -9: "n", -12: "p"}
    factor = 10.0**-exponent
    if unit.split(maxsplit=1)[0] in ("A/m", "V", "g") and exponent in prefixes:
        return factor, prefixes[exponent] + unit
    return factor, unit if exponent == 0 else f"10{str(exponent).translate(_RAISED)} {unit}"


def moment_columns(derived: Columns) -> tuple[FloatArray, FloatArray, str, str] | None:
    """Return ordinate, its noise u, symbol and unit of a curve: M where the volume is known, else m; None without."""
    for name, symbol, unit in (("magnetization_a_per_m", "M", "A/m"), ("moment_a_m2", "m", "A m²")):
        values = column(derived, name)
        if values is not None and np.isfinite(values).any():
            u = column(derived, f"u_noise_{name}")
            return values, np.zeros_like(values) if u is None else u, symbol, unit
    return None
