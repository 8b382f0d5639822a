"""Right circular cylinders, uniformly magnetised (chi = 0, or saturated): the factor averaged over the volume.

That is the magnetometric factor, the one a vibrating sample needs; the ballistic one of the middle plane is another.
A uniformly magnetised cylinder is a solenoid: the mean of B over its volume is mu0 M K with K Nagaoka's coefficient, so
N = 1 - K. Equal to (1/g) integral J1(x)^2/x^2 (1 - exp(-2 g x)) dx with g = length/diameter. Sources: L. Lorenz (1879);
R. I. Joseph, J. Appl. Phys. 37, 4639 (1966); D.-X. Chen, J. A. Brug, R. B. Goldfarb, IEEE Trans. Magn. 27, 3601 (1991).
"""

from __future__ import annotations

import math

from vsmdaq.physics.demagnetisation._lengths import check_lengths

__all__ = ["cylinder_axial", "cylinder_transverse"]

_FLAT = 0.3
"""Aspect below which E(k) - 1 comes from its series in 1 - k^2; above it nothing cancels that matters."""


def cylinder_axial(aspect: float) -> float:
    """Magnetometric factor along the axis of a cylinder; `aspect` = length/diameter.

    Raises
    ------
    ValueError
        `aspect` is not positive and finite.
    """
    return 1.0 - _nagaoka(aspect)


def cylinder_transverse(aspect: float) -> float:
    """Magnetometric factor across the axis of a cylinder, (1 - N_axial)/2; `aspect` = length/diameter.

    All digits stand for films too, where N_axial is almost 1.

    Raises
    ------
    ValueError
        `aspect` is not positive and finite.
    """
    return 0.5 * _nagaoka(aspect)


def _nagaoka(aspect: float) -> float:
    check_lengths(aspect=aspect)
    hypotenuse = math.hypot(1.0, aspect)
    k, k_prime = 1.0 / hypotenuse, aspect / hypotenuse
    first, difference = _elliptic(k, k_prime)  # K(k) and K(k) - E(k)
    beyond_k = _second_beyond_one(k_prime) + k_prime**2 / (1.0 + k) if aspect < _FLAT else first - difference - k
    return 4.0 / (3.0 * math.pi * k_prime) * (aspect**2 * difference + beyond_k)


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


def _second_beyond_one(k_prime: float) -> float:
    """E(k) - 1 for k' much smaller than 1 (DLMF 19.12.2): the discs, where E itself would hide it behind the 1."""
    logarithm, shift = math.log(1.0 / k_prime), 2.0 * math.log(2.0)
    factor, total = 1.0, 0.0  # factor: (1/2)_m (3/2)_m / ((2)_m m!) k'^(2m)
    for m in range(40):
        pair = (2 * m + 1) * (2 * m + 2)
        term = factor * (logarithm + shift - 1.0 / pair)
        total += term
        if abs(term) < 1e-17 * abs(total):
            break
        shift -= 2.0 / pair
        factor *= (m + 0.5) * (m + 1.5) / ((m + 2.0) * (m + 1.0)) * k_prime**2
    return 0.5 * k_prime**2 * total
