"""What a susceptibility does to N of a body that is no ellipsoid: limits that always hold, and u(N) from them.

A uniform field magnetises such a body non-uniformly, and the factor of its mean magnetisation depends on chi. Chen, Brug
and Goldfarb (1991) tabulate it for cylinders; their table is not reproduced here. The limits need no table. The demagnetising
field is H_d = -D M with a symmetric operator D whose spectrum lies between 0 and 1, so that

    chi_ext = chi <1/(1 + chi D)>,    N_0 = <D>    (mean over the spectrum as seen by a uniform M).

The convex function 1/(1 + chi d) of a d with mean N_0 is smallest where d is N_0 itself (Jensen's inequality) and largest where d is
0 or 1 with weights 1 - N_0 and N_0. With chi_ext = chi/(1 + N chi) both together say

    N lies between N_0 and N_0/(1 + chi (1 - N_0)):    below N_0 for chi > 0, above it for chi < 0.

To first order that is chi N_0 (1 - N_0): nothing for a paramagnet, little for chi = 0.1, and most of N for a soft magnet.
"""

from __future__ import annotations

import math

__all__ = ["susceptibility_limits", "u_from_susceptibility"]


def susceptibility_limits(uniform: float, susceptibility: float) -> tuple[float, float]:
    """Smallest and largest magnetometric factor that a body of any shape may have.

    Parameters
    ----------
    uniform : float
        Its factor for uniform magnetisation (chi = 0), 0 to 1.
    susceptibility : float
        Internal volume susceptibility (SI), from -1; infinity is allowed.

    Raises
    ------
    ValueError
        An argument outside its range.
    """
    if not 0.0 <= uniform <= 1.0:
        raise ValueError(f"a demagnetising factor of {uniform} was given; allowed: 0 to 1")
    if not susceptibility >= -1.0:
        raise ValueError(f"a volume susceptibility of {susceptibility} was given; allowed: -1 and more")
    if uniform in (0.0, 1.0):
        return uniform, uniform
    other = uniform / (1.0 + susceptibility * (1.0 - uniform))
    return min(uniform, other), max(uniform, other)


def u_from_susceptibility(uniform: float, susceptibility: float) -> float:
    """Standard uncertainty of N when the value for uniform magnetisation is used although the body has a susceptibility.

    The limits lie on one side of the value. They are treated as the half width of a rectangular distribution about it: u is
    their distance over the square root of 3. Ellipsoids need none.

    Parameters and errors as in `susceptibility_limits`.
    """
    low, high = susceptibility_limits(uniform, susceptibility)
    return (high - low) / math.sqrt(3.0)
