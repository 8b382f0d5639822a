"""Both branches of the magnet from a full cycle of its current, and what the yoke keeps at zero current after each history."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.probe_places import Segment
from vsmdaq.reduce.signals import FloatArray, Signals, field_per_reading, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate, propagate_arrays

__all__ = ["branch_quantities", "branch_table"]

Index = NDArray[np.int64]
Inputs = Mapping[str, Quantity | Estimate]

HEAD = "current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m"

STAYS = {
    "initial_remanent_field": (Segment.BEFORE, "H at zero current before the run moved it, whatever its history"),
    "remanent_field_after_plus": (Segment.AFTER_PLUS, "H at zero current after positive saturation"),
    "remanent_field_after_minus": (Segment.AFTER_MINUS, "H at zero current after negative saturation"),
    "remanent_field_demagnetised": (Segment.DEMAGNETISED, "H at zero current after demagnetisation"),
}
"""Quantity: segment, definition."""


def branch_quantities(
    run: RunData, data: Signals, segment: Index, inputs: Inputs
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """Fields at zero current by history, half the distance of the branches there; flags for what is not there."""
    found: dict[str, ResultQuantity] = {}
    flags: list[str] = []
    expected = {int(point.segment) for point in run.moment_points}
    for name, (part, definition) in STAYS.items():
        members = np.flatnonzero(segment == part)
        if members.size:
            found[name] = ResultQuantity(_mean(run, data.of(members), inputs, name), definition)
        elif int(part) in expected:
            flags.append(f"no {name}: no usable point")
    plus, minus = found.get("remanent_field_after_plus"), found.get("remanent_field_after_minus")
    if plus is not None and minus is not None:
        pair: dict[str, Quantity | Estimate] = {"plus": plus.estimate, "minus": minus.estimate}
        half = propagate(lambda x: 0.5 * (x["plus"] - x["minus"]), pair, unit="A/m")
        found["remanence_half_gap"] = ResultQuantity(half, "half the distance of the two branches at zero current")
    return found, tuple(flags)


def _mean(run: RunData, data: Signals, inputs: Inputs, name: str) -> Estimate:
    common = propagate(lambda x: float(np.mean(true_field(data.reading_a_per_m, x))), inputs, unit="A/m")
    per_reading = field_per_reading({key: item.value for key, item in inputs.items()})
    u = float(np.sqrt(np.sum(data.u_reading_a_per_m**2))) / data.index.size * per_reading
    return Estimate(common.value, "A/m", (*common.components, Component(f"noise:{run.run_id}.{name}", u, noise=True)))


def branch_table(
    run: RunData, data: Signals, segment: Index, inputs: Inputs, u_current_a: float
) -> tuple[str, tuple[str, ...]]:
    """Text of a field table (rows of current, H descending, H ascending, u), and flags; no text where the cycle has gaps.

    `u_current_a` is the standard uncertainty of a reading of the current. The uncertainty of a row holds the gaussmeter's, noise and
    current of both branches, and what straight lines between the rows leave out.
    """
    current = {p.index: p.current_a for p in run.moment_points}
    way_a = np.array([current[int(index)] for index in data.index])
    down, up = np.flatnonzero(segment == Segment.DOWN), np.flatnonzero(segment == Segment.UP)
    wanted = {p.index for p in run.moment_points if p.segment in {Segment.DOWN, Segment.UP}}
    if down.size + up.size != len(wanted) or down.size != up.size + 1 or down.size < 5:
        return "", (f"no field table: {down.size} + {up.size} usable points of both branches are not a whole cycle",)
    nominal = {key: item.value for key, item in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    common = propagate_arrays(lambda x: true_field(data.reading_a_per_m, x), inputs).u
    noise = data.u_reading_a_per_m * field_per_reading(nominal)
    falling, rising = down[::-1], np.concatenate([down[-1:], up])
    grid = 0.5 * (way_a[falling] + way_a[rising])
    if np.any(np.diff(grid) <= 0.0):
        return "", ("no field table: the currents of its rows do not rise",)
    on_falling, on_rising = _moved(grid, way_a[falling], field[falling]), _moved(grid, way_a[rising], field[rising])
    apart = on_falling - on_rising
    ends = [0, -1]
    middle = 0.5 * (on_falling[ends] + on_rising[ends])
    # that the two ends meet is how the loop was run; by how much they did not, the uncertainty has to hold
    closure = np.zeros_like(grid)
    closure[ends] = 0.5 * np.abs(apart[ends])
    on_falling[ends] = on_rising[ends] = middle
    slope = np.gradient(on_falling, grid)
    bent = np.maximum(_between(on_falling), _between(on_rising))
    random = np.maximum(noise[falling], noise[rising])
    largest = np.maximum(common[falling], common[rising])
    u = np.sqrt(largest**2 + random**2 + (slope * u_current_a) ** 2 + bent**2 + closure**2)
    rows = zip(grid, on_falling, on_rising, u, strict=True)
    lines = [f"# both branches of the magnet, from run {run.run_id} on bench {run.bench.name}", HEAD]
    lines += [f"{i:.6f}, {a:.3f}, {b:.3f}, {w:.3f}" for i, a, b, w in rows]
    return "\n".join([*lines, ""]), ()


def _moved(grid: FloatArray, current: FloatArray, field: FloatArray) -> FloatArray:
    """Fields at currents that are nearly those where they were measured, by the slope there."""
    moved: FloatArray = field + np.gradient(field, current) * (grid - current)
    return moved


def _between(field: FloatArray) -> FloatArray:
    """Standard uncertainty (A/m) for a straight line to the neighbours: it is off by up to an eighth of the second difference."""
    second = np.abs(np.diff(field, 2))
    padded = np.concatenate([second[:1], second, second[-1:]])
    sag: FloatArray = padded / 8.0 / np.sqrt(3.0)
    return sag
