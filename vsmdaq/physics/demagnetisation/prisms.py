"""Rectangular prisms, uniformly magnetised (chi = 0, or saturated): blocks, bars, films by their real thickness.

The expression is A. Aharoni's, J. Appl. Phys. 83, 3432 (1998), eq. 1, in another order. As printed its terms grow with the
ratio of the edges and cancel: a film of 5 mm by 5 mm by 100 nm keeps four digits fewer, one of 1 nm nearly none. Here
the logarithms are taken as pairs, asinh(p/s) - asinh(p/sqrt(q^2 + s^2)), each one asinh of something positive, and the
powers as the mixed difference that they are: with F(x, y, z) = (x^2 + y^2 - 2 z^2) r they are the sum of F over the
corners of the prism with alternating signs, differenced along its shortest edge in closed form.
"""

from __future__ import annotations

import math

from vsmdaq.physics.demagnetisation._lengths import check_lengths

__all__ = ["prism"]


def prism(along: float, across: float, across_other: float) -> float:
    """Magnetometric demagnetising factor of a rectangular prism along its edge `along`; edges in any one unit.

    Raises
    ------
    ValueError
        An edge is not positive and finite.
    """
    check_lengths(along=along, across=across, across_other=across_other)
    a, b, c = max(across, across_other) / along, min(across, across_other) / along, 1.0
    angle = 2.0 * math.atan2(a * b, c * math.hypot(a, b, c))
    logarithms = (
        b / c * _pair(a, c, b) + a / c * _pair(b, c, a) - c / b * _pair(a, b, c) - c / a * _pair(b, a, c)
    )  # each with all its digits
    powers = c / (3.0 * a * b) * _flat(a, b, c) if c < b else b / (3.0 * a * c) * _upright(a, b, c)
    return (logarithms + angle + powers) / math.pi


def _pair(p: float, q: float, s: float) -> float:
    """asinh(p/s) - asinh(p/sqrt(q^2 + s^2))."""
    qs, ps = math.hypot(q, s), math.hypot(p, s)
    return math.asinh(p / s * (q / qs) * (q / (ps + math.hypot(p, q, s))))


def _flat(a: float, b: float, c: float) -> float:
    """Mixed difference of F, divided by c^2: for prisms that are shortest along the field."""

    def step(x: float, y: float) -> float:
        low, high = math.hypot(x, y), math.hypot(x, y, c)
        return (low * low - 2.0 * high * low - 2.0 * high * high) / (high + low)

    return step(a, b) - step(a, 0.0) - step(0.0, b) + step(0.0, 0.0)


def _upright(a: float, b: float, c: float) -> float:
    """Mixed difference of F, divided by b^2: for prisms that are shortest across the field."""

    def step(x: float, z: float) -> float:
        low, high = math.hypot(x, z), math.hypot(x, b, z)
        two = 2.0 * x * x + b * b
        # high^2 + high low + low^2 - 3 z^2, without the squares of z that cancel
        product = (z * z * two + x * x * (x * x + b * b)) / (high * low + z * z) if low > 0.0 else 0.0
        return (two + product) / (high + low)

    return step(a, c) - step(a, 0.0) - step(0.0, c) + step(0.0, 0.0)
