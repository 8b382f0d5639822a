"""A coil of N turns with a current in it: a moment without magnetic material, the same at every field.

m = N I A, A the mean area of the turns; for a winding that fills the ring between two diameters evenly the mean of
d² is (d_i² + d_i d_o + d_o²)/3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from vsmdaq.physics.references.forms import Numbers
from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.terms import InputError, Problem, Quantity

__all__ = ["current_loop", "current_loop_moment"]


def current_loop_moment(
    turns: Numbers, current_a: Numbers, inner_diameter_m: Numbers, outer_diameter_m: Numbers
) -> Numbers:
    """Moment (A m2) of a winding of round turns, evenly spread between two diameters (of the wire's middle)."""
    squares = inner_diameter_m**2 + inner_diameter_m * outer_diameter_m + outer_diameter_m**2
    return turns * current_a * math.pi / 4.0 * squares / 3.0


def _law(constants: Mapping[str, Numbers], _at: Mapping[str, Numbers]) -> Numbers:
    return current_loop_moment(
        constants["turns"], constants["current"], constants["inner_diameter"], constants["outer_diameter"]
    )


def current_loop(
    *,
    turns: int,
    current: Quantity,
    inner_diameter: Quantity,
    outer_diameter: Quantity,
    u_turns: float = 0.0,
    source: str = "the user's measurement of the winding and of the current",
) -> ReferenceMaterial:
    """Build the reference that a wound coil is; what it is worth is what its dimensions and its current are worth.

    Parameters
    ----------
    turns : int
        Number of turns, at least 1.
    current : Quantity
        A, with its sign.
    inner_diameter, outer_diameter : Quantity
        Of the middle of the wire in the innermost and in the outermost layer, m; equal for one layer. Their
        uncertainties are taken for independent.
    u_turns : float
        Standard uncertainty of `turns`, the part of a turn at the leads included.
    source : str
        Who measured.

    Raises
    ------
    InputError
        No turn, no current, a diameter of zero, an inner diameter greater than the outer one, or a wrong unit.
    """
    problems = [
        Problem(name, f"a value in {quantity.unit}", f"a value in {unit}")
        for name, quantity, unit in (
            ("current", current, "A"),
            ("inner_diameter", inner_diameter, "m"),
            ("outer_diameter", outer_diameter, "m"),
        )
        if quantity.unit != unit
    ]
    if turns < 1:
        problems.append(Problem("turns", str(turns), "1 or more"))
    if not current.value:
        problems.append(Problem("current", "0 A", "a current: without one there is no moment"))
    if not 0.0 < inner_diameter.value <= outer_diameter.value:
        given = f"{inner_diameter.value:g} m inside, {outer_diameter.value:g} m outside"
        problems.append(Problem("inner_diameter", given, "0 < inner diameter <= outer diameter"))
    if problems:
        raise InputError("current loop", tuple(problems))
    return ReferenceMaterial(
        name="current-loop",
        quantity="moment",
        formula="m = N I π/4 · (d_i² + d_i d_o + d_o²)/3",
        constants=MappingProxyType(
            {
                "turns": Quantity(float(turns), u_turns, "1"),
                "current": current,
                "inner_diameter": inner_diameter,
                "outer_diameter": outer_diameter,
            }
        ),
        law=_law,
        validity=MappingProxyType({"field_a_per_m": (0.0, math.inf), "temperature_k": (250.0, 350.0)}),
        status="typical",
        source=source,
        note="Its moment does not turn with the field: take the difference of +I and -I. The loop's size needs the geometry factor.",
    )
