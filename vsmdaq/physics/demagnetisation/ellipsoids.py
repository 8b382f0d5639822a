"""Ellipsoids: the only bodies that a uniform field magnetises uniformly, so that N is exact for every susceptibility.

Carlson's R_D has no cancellation anywhere, the sphere included, where the closed forms for spheroids lose all their
digits. It is computed here, not by scipy.special.elliprd, so that nothing imports scipy for three square roots.
"""

from __future__ import annotations

import math

from vsmdaq.physics.demagnetisation._lengths import check_lengths

__all__ = ["SPHERE", "ellipsoid", "spheroid"]

SPHERE = 1.0 / 3.0
"""Demagnetising factor of a sphere, exact for every susceptibility."""


def ellipsoid(along: float, across: float, across_other: float) -> float:
    """Demagnetising factor of an ellipsoid along its axis `along`; axes in any one unit.

    N = (abc/3) R_D(b^2, c^2, a^2) (J. A. Osborn, Phys. Rev. 67, 351 (1945); B. C. Carlson; DLMF 19.33.8).

    Raises
    ------
    ValueError
        An axis is not positive and finite.
    """
    check_lengths(along=along, across=across, across_other=across_other)
    a, b, c = 1.0, across / along, across_other / along
    return a * b * c / 3.0 * _carlson_rd(b * b, c * c, a)


def spheroid(aspect: float) -> float:
    """Demagnetising factor along the symmetry axis; `aspect` = symmetry axis/diameter (> 1 prolate, < 1 oblate)."""
    return ellipsoid(aspect, 1.0, 1.0)


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
