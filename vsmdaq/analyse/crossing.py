"""Where a branch crosses a line level + slope·H: the coercive field of one branch, noise or not.

With noise a branch changes sign several times. The start is the split that leaves most signs right (a median, not the
first change); from there the window goes to the root of the local cubic until both agree; and it grows until the slope
there stands out of the scatter by 5 sigma, for only then is the root's gradient worth anything.
"""

from __future__ import annotations

import math

import numpy as np

from vsmdaq.analyse.local import Noise, Piece, Sorted, fit_piece, window
from vsmdaq.analyse.parameter import Parameter

__all__ = ["crossing", "split_field"]

_SIGMAS = 5.0
_STEPS = 60
"""Most moves of the window; each goes by half a window, so this is far across any branch worth fitting."""


def split_field(branch: Sorted, level: float, slope: float, orientation: float) -> float | None:
    """Field that best parts the points below the line from those above it (`orientation` +1: those at low field below).

    None where all points are on one side.
    """
    sign = np.sign(orientation * (branch.moment - level - slope * branch.field))
    if not (sign > 0).any() or not (sign < 0).any():
        return None
    right = np.concatenate(([0.0], np.cumsum(sign)))  # sum of signs left of each split: least at the best
    best = np.flatnonzero(right == right.min())
    inner = best[(best > 0) & (best < sign.size)]
    if inner.size == 0:
        return None
    splits = 0.5 * (branch.field[inner - 1] + branch.field[inner])
    return float(0.5 * (splits[0] + splits[-1]))


def crossing(
    branch: Sorted,
    start: float,
    line: tuple[Parameter, Parameter | None],
    orientation: float,
    neighbours: int,
    noise: Noise | None,
) -> Parameter | str:
    """Field where the branch crosses the line, with its gradient, or the reason why there is none.

    Parameters
    ----------
    branch : Sorted
        Points by field.
    start : float
        Field to look from.
    line : (Parameter, Parameter or None)
        Level (moment) and slope (moment per field) of the line; None: slope 0.
    orientation : float
        +1 where the branch rises through the line, -1 where it falls.
    neighbours : int
        Distinct fields on each side in the first window.
    noise : Noise or None
        What is known of it: it keeps the window small where the branch bends.
    """
    level, slope = line[0].value, 0.0 if line[1] is None else line[1].value
    wide, wanted = neighbours, noise
    while True:
        found = _walk(branch, start, (level, slope), orientation, (wide, wanted))
        if isinstance(found, str):
            return found
        piece, root = found
        c = piece.slope_powers(root)
        steepness = float(c @ piece.fit.beta) - slope
        least = 0.0 if noise is None else noise.variance(steepness)
        u_steepness = math.sqrt(float(c @ piece.fit.inverse @ c) * max(piece.fit.variance, least))
        if steepness != 0.0 and abs(steepness) >= _SIGMAS * u_steepness:
            return _with_gradient(piece, root, line, steepness)
        if piece.members == (0, branch.field.size):
            return "the branch does not cross zero with a slope that stands out of its scatter"
        wide, wanted = 2 * wide, None  # it is noise that hides the slope, not bending


def _walk(
    branch: Sorted, start: float, line: tuple[float, float], orientation: float, size: tuple[int, Noise | None]
) -> tuple[Piece, float] | str:
    """Move the window until it lies about its own root."""
    centre = start
    seen: list[tuple[int, int]] = []
    for _ in range(_STEPS):
        piece = fit_piece(branch, centre, *size)
        if piece is None:
            return "too few different fields about the zero crossing"
        root = piece.root(*line)
        if root is not None:
            seen.append(window(branch, centre, size[0]))
            if window(branch, root, size[0]) in seen:  # settled, or to and fro between two: either is as good
                return piece, root
            centre = root
            continue
        here = orientation * (float(piece.powers(centre) @ piece.fit.beta) - line[0] - line[1] * centre)
        edge = piece.members[0] if here > 0.0 else piece.members[1] - 1
        target = float(branch.field[edge])
        if edge in (0, branch.field.size - 1) or target == centre:
            return "the branch does not cross zero"
        centre = target
    return "the zero crossing could not be located"


def _with_gradient(piece: Piece, root: float, line: tuple[Parameter, Parameter | None], steepness: float) -> Parameter:
    """Implicit derivative of p(root) = level + slope·root."""
    there = piece.value(root)
    level, slope = line
    d_moment = there.d_moment - level.d_moment
    d_field = there.d_field - level.d_field
    if slope is not None:
        d_moment = d_moment - root * slope.d_moment
        d_field = d_field - root * slope.d_field
    return Parameter(root, -d_moment / steepness, -d_field / steepness)
