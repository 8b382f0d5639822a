"""Demagnetising factors: N = -<H_d>/M, averaged over the volume (magnetometric), for chi = 0 except for ellipsoids.

Everything in closed form: the ellipsoid through Carlson's R_D (exact for all axis ratios, the sphere included), the
cylinder through Nagaoka's solenoid, the prism through Aharoni's expression.
"""

from __future__ import annotations

import math

from vsmdaq.terms import Cylinder, Shape, Sphere

__all__ = [
    "SPHERE",
    "cylinder_axial",
    "cylinder_transverse",
    "demagnetising_factor",
    "ellipsoid",
    "prism",
    "spheroid",
]

SPHERE = 1.0 / 3.0
"""Demagnetising factor of a sphere, exact for every susceptibility."""


def demagnetising_factor(shape: Shape) -> float:
    """Demagnetising factor along the field for a shape at its stated dimensions."""
    match shape:
        case Sphere():
            return SPHERE
        case Cylinder(diameter=diameter, length=length, field=field):
            aspect = length.value / diameter.value
            return cylinder_axial(aspect) if field == "axial" else cylinder_transverse(aspect)


def ellipsoid(along: float, across: float, across_other: float) -> float:
    """Demagnetising factor of an ellipsoid along its axis `along`; axes in any one unit.

    N = (abc/3) R_D(b^2, c^2, a^2) (J. A. Osborn, Phys. Rev. 67, 351 (1945); B. C. Carlson; DLMF 19.33.8).

    Raises
    ------
    ValueError
        An axis is not positive and finite.
    """
    _check_lengths(along=along, across=across, across_other=across_other)
    a, b, c = 1.0, across / along, across_other / along
    return a * b * c / 3.0 * _carlson_rd(b * b, c * c, a)


def spheroid(aspect: float) -> float:
    """Demagnetising factor along the symmetry axis; `aspect` = symmetry axis/diameter (> 1 prolate, < 1 oblate)."""
    return ellipsoid(aspect, 1.0, 1.0)


def cylinder_axial(aspect: float) -> float:
    """Magnetometric factor along the axis of a cylinder; `aspect` = length/diameter.

    A uniformly magnetised cylinder is a solenoid: the mean of B over its volume is mu0 M K with K Nagaoka's coefficient, so
    N = 1 - K. Equal to (1/g) integral J1(x)^2/x^2 (1 - exp(-2 g x)) dx with g the aspect. Source: L. Lorenz (1879);
    R. I. Joseph, J. Appl. Phys. 37, 4639 (1966); D.-X. Chen, J. A. Brug, R. B. Goldfarb, IEEE Trans. Magn. 27, 3601 (1991).
    Rounding costs about 1e-16/aspect for thin discs.

    Raises
    ------
    ValueError
        `aspect` is not positive and finite.
    """
    _check_lengths(aspect=aspect)
    hypotenuse = math.hypot(1.0, aspect)
    k, k_prime = 1.0 / hypotenuse, aspect / hypotenuse
    first, difference = _elliptic(k, k_prime)  # K(k) and K(k) - E(k)
    nagaoka = 4.0 / (3.0 * math.pi * k_prime) * (aspect**2 * difference + (first - difference) - k)
    return 1.0 - nagaoka


def cylinder_transverse(aspect: float) -> float:
    """Magnetometric factor across the axis of a cylinder, (1 - N_axial)/2; `aspect` = length/diameter."""
    return 0.5 * (1.0 - cylinder_axial(aspect))


def prism(along: float, across: float, across_other: float) -> float:
    """Demagnetising factor of a rectangular prism along its edge `along`; edges in any one unit.

    Source: A. Aharoni, J. Appl. Phys. 83, 3432 (1998), eq. 1. Rounding costs about 1e-16 times the cube of
    the longest edge over the volume: 1e-11 for a film of 5 mm by 5 mm by 100 nm.

    Raises
    ------
    ValueError
        An edge is not positive and finite.
    """
    _check_lengths(along=along, across=across, across_other=across_other)
    a, b, c = across / along, across_other / along, 1.0
    ab, bc, ca = math.hypot(a, b), math.hypot(b, c), math.hypot(c, a)
    abc = math.hypot(a, b, c)
    logarithms = (
        (c * c - b * b) / (b * c) * math.asinh(a / bc)
        + (c * c - a * a) / (a * c) * math.asinh(b / ca)
        + b / c * math.asinh(a / b)
        + a / c * math.asinh(b / a)
        - c / a * math.asinh(b / c)
        - c / b * math.asinh(a / c)
    )
    roots = (
        (a**3 + b**3 - 2.0 * c**3)
        + (a * a + b * b - 2.0 * c * c) * abc
        + 3.0 * c * c * (ca + bc)
        - (ab**3 + bc**3 + ca**3)
    ) / (3.0 * a * b * c)
    return (logarithms + 2.0 * math.atan2(a * b, c * abc) + roots) / math.pi


def _check_lengths(**lengths: float) -> None:
    for name, value in lengths.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"a demagnetising factor for {name} = {value} was asked for; allowed: positive, finite")


def _elliptic(k: float, k_prime: float) -> tuple[float, float]:
    """Complete elliptic integral K(k) and K(k) - E(k) by the arithmetic-geometric mean (DLMF 19.8.5-6)."""
    a, g, c = 1.0, k_prime, k
    weight, total = 0.5, 0.5 * c * c
    while abs(c) > 1e-9 * a:  # the next c is c^2/(4a)
        a, g, c = 0.5 * (a + g), math.sqrt(a * g), 0.5 * (a - g)
        weight *= 2.0
        total += weight * c * c
    first = math.pi / (2.0 * a)
    return first, first * total


def _carlson_rd(x: float, y: float, z: float) -> float:
    """R_D(x, y, z) by duplication and a series of sixth order (DLMF 19.26.18, 19.36.2)."""
    total, factor = 0.0, 1.0
    while True:
        mean = (x + y + 3.0 * z) / 5.0
        dx, dy, dz = 1.0 - x / mean, 1.0 - y / mean, 1.0 - z / mean
        if max(abs(dx), abs(dy), abs(dz)) < 1e-3:
            break
        rx, ry, rz = math.sqrt(x), math.sqrt(y), math.sqrt(z)
        shift = rx * ry + ry * rz + rz * rx
        total += factor / (rz * (z + shift))
        factor *= 0.25
        x, y, z = 0.25 * (x + shift), 0.25 * (y + shift), 0.25 * (z + shift)
    xy, zz = dx * dy, dz * dz
    e2, e3, e4, e5 = xy - 6.0 * zz, (3.0 * xy - 8.0 * zz) * dz, 3.0 * (xy - zz) * zz, xy * zz * dz
    series = 1.0 - 3.0 * e2 / 14.0 + e3 / 6.0 + 9.0 * e2**2 / 88.0 - 3.0 * e4 / 22.0
    series += -9.0 * e2 * e3 / 52.0 + 3.0 * e5 / 26.0
    return 3.0 * total + factor * series / (mean * math.sqrt(mean))
