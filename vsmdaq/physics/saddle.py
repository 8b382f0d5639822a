"""Sensitivity of the coils around its saddle point, and its mean over the volume of a sample.

The signal per moment S(r) obeys Laplace's equation (so does its first harmonic at any amplitude). About its centre, relative to
its value there,

    S = 1 + (kx x^2 + ky y^2 + kz z^2)/2 + a x^4 + b y^4 + c z^4 + d y^2 z^2 + e z^2 x^2 + f x^2 y^2 + odd powers + sixth order

and Laplace's equation leaves no freedom but kx, ky (kz = -kx - ky) and a, b, c: d = 3 (a - b - c), e = 3 (b - c - a),
f = 3 (c - a - b). So scans along the three axes tell all that a sample of the usual shapes feels up to fourth order; odd powers
average to zero over it. Over a sphere everything does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vsmdaq.physics.extent import Extent

__all__ = ["Saddle"]

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Saddle:
    """Sensitivity about its centre, relative to its value there.

    Attributes
    ----------
    curvatures_per_m2 : tuple of float
        Along x, y and z.
    quartics_per_m4 : tuple of float
        Coefficients of x^4, y^4 and z^4.
    """

    curvatures_per_m2: Triple
    quartics_per_m4: Triple

    @property
    def crossed_per_m4(self) -> Triple:
        """Coefficients of y^2 z^2, z^2 x^2 and x^2 y^2, by Laplace's equation."""
        a, b, c = self.quartics_per_m4
        return 3.0 * (a - b - c), 3.0 * (b - c - a), 3.0 * (c - a - b)

    def over(self, extent: Extent) -> float:
        """Mean sensitivity over a volume, to fourth order."""
        return 1.0 + math.fsum(self._second(extent)) + math.fsum(self._fourth(extent))

    def beyond(self, extent: Extent) -> float:
        """Size of what is left out, should the orders shrink as the fourth does against the second (no cancellation taken)."""
        second, fourth = (math.fsum(map(abs, terms)) for terms in (self._second(extent), self._fourth(extent)))
        return fourth**2 / second if second > 0.0 else fourth

    def scatter(self, u_position_m: float) -> float:
        """Relative standard deviation of the signal of a sample whose place is uncertain by `u_position_m` along each axis.

        Of second order (JCGM 100:2008, 5.1.2 note): with normal x_i the mean of sum k_i x_i^2/2 is u^2 sum k_i/2 = 0, and its
        standard deviation u^2 sqrt(sum k_i^2/2).
        """
        return u_position_m**2 * math.sqrt(0.5 * math.fsum(k * k for k in self.curvatures_per_m2))

    def _second(self, extent: Extent) -> list[float]:
        return [0.5 * k * s for k, s in zip(self.curvatures_per_m2, extent.squares_m2, strict=True)]

    def _fourth(self, extent: Extent) -> list[float]:
        own = [q * s for q, s in zip(self.quartics_per_m4, extent.fourths_m4, strict=True)]
        return own + [q * s for q, s in zip(self.crossed_per_m4, extent.products_m4, strict=True)]
