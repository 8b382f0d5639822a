"""Image effect: the poles mirror the sample, and mirror it less as they saturate.

An image calibration holds the signal per moment k at some |H|, relative to that at its reference field (docs/image-effect.md). The
moment calibration is reduced with it, so that its moment per volt holds at k = 1; a sample's moment is divided by k
at its own fields. Both must therefore go by the same reference field.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from vsmdaq.analyse.knots import beyond_ends, smooth, straight
from vsmdaq.reduce.corrections.correction import Correction
from vsmdaq.reduce.data import RunData, missing
from vsmdaq.reduce.signals import FloatArray, Signals, true_field
from vsmdaq.terms import Artefact, Estimate, Quantity

__all__ = [
    "IMAGE",
    "REFERENCE",
    "check_same_image",
    "factor_at",
    "holder_image_factor",
    "holder_image_inputs",
    "image_condition",
    "image_factor",
    "image_inputs",
    "knots_of",
]

REFERENCE = "image_reference_a_per_m"
"""Condition of a moment calibration: reference field of the image calibration that it was reduced with."""

MARGIN = 0.01
"""Share by which a field may be beyond the ends of the table: set-points are reached within it."""


def knots_of(artefact: Artefact) -> FloatArray:
    """Fields (A/m) of the table of an image calibration, ascending."""
    return np.array([artefact.conditions[f"knot_{i}_a_per_m"] for i in range(len(artefact.values))])


def factor_at(
    knots: FloatArray, values: FloatArray, field: FloatArray, between: float = 0.0, beyond: float = 0.0
) -> FloatArray:
    """Signal per moment k at fields (A/m), over that at the reference field.

    Parameters
    ----------
    knots, values : ndarray, shape (K,)
        The table.
    field : ndarray, shape (n,)
        Of either sign: k is even.
    between, beyond : float
        Errors of the table between its knots, in units of the distance of smooth curve and straight lines, and beyond
        its ends, in units of what the curve's own end slope would bring. Both are 0 at best, and not larger than 1.
    """
    size = np.abs(field)
    curve, lines = smooth(knots, size), straight(knots, size)
    # a field is never quite that of its set-point: so far the curve goes on
    within = beyond_ends(knots, np.clip(size, (1.0 - MARGIN) * knots[0], (1.0 + MARGIN) * knots[-1]))
    outside = beyond_ends(knots, size) - within
    k: FloatArray = (curve + within + between * (curve - lines) + beyond * outside) @ values
    return k


def image_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs of a calibration run, and flags: none where it is left out on purpose."""
    return ({}, ("correction image left out: as asked",)) if "image" in run.without else _inputs(run)


def image_factor(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    """Signal per moment k at each point (n,); 1 without an image calibration."""
    return np.ones_like(data.reading_a_per_m) if _in_use(run) is None else _sensitivity(run, data, x)


def holder_image_inputs(run: RunData) -> dict[str, Quantity | Estimate]:
    """Share of the holder's signal that the poles mirror as they mirror the sample, where an image calibration is in use.

    Assumed: all of what is in proportion to the field is at the sample's place, down to none of it (a rod reaches out of the coils,
    coils that shake in the field have no image). A background that is a table of its own needs no such assumption.
    """
    if _in_use(run) is None or "background" not in run.artefacts:
        return {}
    return {_share(run): Quantity(1.0, math.sqrt(1.0 / 12.0), "1", distribution="rectangular")}


def holder_image_factor(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    """What the holder's slope is multiplied by at each point (n,): k over its mean in the line that was fitted to the background."""
    if "background" not in run.artefacts or _share(run) not in x or "image.k_0" not in x:
        return np.ones_like(data.reading_a_per_m)
    knots, values = _knots_and_values(run, x)
    fields = _line_fields(run.artefacts["background"])
    away = fields - np.mean(fields)
    mean = float(np.sum(away * fields * factor_at(knots, values, fields)) / np.sum(away * fields))
    factor: FloatArray = 1.0 + x[_share(run)] * (_sensitivity(run, data, x) / mean - 1.0)
    return factor


def image_condition(run: RunData) -> dict[str, float]:
    """What a moment calibration of this run has to say about the image effect; empty where it was not taken into account."""
    artefact = _in_use(run)
    return {} if artefact is None else {REFERENCE: artefact.conditions["reference_field_a_per_m"]}


def check_same_image(run_id: str, artefacts: Mapping[str, Artefact], without: Collection[str]) -> None:
    """Refuse to correct a sample by one image calibration where the moment calibration knows another, or none.

    Parameters
    ----------
    run_id : str
        For the message.
    artefacts : mapping of str to Artefact
        Calibrations in force by kind, ``"moment"`` among them.
    without : collection of str
        Corrections that are left out on purpose.

    Raises
    ------
    InputError
        Naming what to do.
    """
    if "image" in without:
        return
    image, moment = artefacts.get("image"), artefacts["moment"]
    found = moment.conditions.get(REFERENCE)
    if image is None:
        if found is not None:
            given = "none, but the moment calibration was reduced with one"
            raise missing(run_id, "image calibration", given, "that one", "Run image.toml, then nickel.toml.")
        return
    wanted = image.conditions["reference_field_a_per_m"]
    if found is None or not math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-6):
        given = "reduced without the image effect" if found is None else f"k = 1 at {found / 1e3:g} kA/m"
        allowed = f"one that goes by the image calibration in force, k = 1 at {wanted / 1e3:g} kA/m"
        advice = 'Run nickel.toml again, or leave "image" out on purpose: key without, option --without.'
        raise missing(run_id, f"moment calibration of {moment.created_utc}", given, allowed, advice)


def _in_use(run: RunData) -> Artefact | None:
    return None if "image" in run.without else run.artefacts.get("image")


def _names(artefact: Artefact) -> tuple[str, str]:
    return f"{artefact.run_id}.interpolation", f"{artefact.run_id}.extrapolation"


def _inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    artefact = run.artefacts.get("image")
    if artefact is None:
        if run.bench.poles.gap is None:
            return {}, ()
        return {}, ("image effect not corrected: no image calibration",)
    inputs: dict[str, Quantity | Estimate] = {f"image.{name}": value for name, value in artefact.values.items()}
    # between the straight line and twice the way to the smooth curve; between the end's value and its slope to both sides
    inputs |= {name: Quantity(0.0, 1.0 / math.sqrt(3.0), "1", distribution="rectangular") for name in _names(artefact)}
    return inputs, _outside(run, artefact)


def _outside(run: RunData, artefact: Artefact) -> tuple[str, ...]:
    """A flag for the points beyond each end of the table."""
    knots = knots_of(artefact)
    first, last = float(knots[0]), float(knots[-1])
    size = {point.index: abs(point.field_a_per_m) for point in run.moment_points}
    flags: list[str] = []
    for what, end, found in (
        ("above", last, [i for i, h in size.items() if h > last * (1.0 + MARGIN)]),
        ("below", first, [i for i, h in size.items() if h < first * (1.0 - MARGIN)]),
    ):
        if found:
            where = (
                f"{len(found)} points {what} {end / 1e3:g} kA/m, where the image calibration ends ({_ranges(found)})"
            )
            flags.append(f"{where}: its last value is taken, with what its slope would bring as uncertainty")
    return tuple(flags)


def _ranges(indices: list[int]) -> str:
    """As ``point 3, 7 to 12``."""
    parts: list[tuple[int, int]] = []
    for index in sorted(indices):
        if parts and index == parts[-1][1] + 1:
            parts[-1] = (parts[-1][0], index)
        else:
            parts.append((index, index))
    return "point " + ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in parts)


def _sensitivity(run: RunData, data: Signals, x: Mapping[str, float]) -> FloatArray:
    knots, values = _knots_and_values(run, x)
    between, beyond = (x[name] for name in _names(run.artefacts["image"]))
    return factor_at(knots, values, true_field(data.reading_a_per_m, x), between, beyond)


def _knots_and_values(run: RunData, x: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    knots = knots_of(run.artefacts["image"])
    return knots, np.array([x[f"image.k_{i}"] for i in range(knots.size)])


def _line_fields(background: Artefact) -> FloatArray:
    """Fields (A/m) that a background was measured at; evenly up to its largest where the artefact does not hold them."""
    conditions = background.conditions
    count = int(conditions.get("fields", 0.0))
    if count > 1:
        return np.array([conditions[f"field.{k}_a_per_m"] for k in range(count)])
    return conditions.get("centre_a_per_m", 0.0) + conditions.get("largest_field_a_per_m", 1.0) * np.linspace(
        -1.0, 1.0, 21
    )


def _share(run: RunData) -> str:
    return f"{run.artefacts['background'].run_id}.image_share"


IMAGE = Correction("image", _inputs, _sensitivity)
"""Entry for ``CORRECTIONS``."""
