"""Materials without memory: a constant moment, a linear one, a saturated nickel sphere."""

from __future__ import annotations

import math
from typing import Protocol

__all__ = ["ConstantMoment", "LinearMoment", "Material", "NickelSphere"]

_KNEE_POWER = 16  # at 398 kA/m the knee of a sphere takes 3e-7 of the moment, at 280 kA/m 1e-5
_REFERENCE_FIELD_A_PER_M = 398e3


class Material(Protocol):
    """A sample's moment (A m2) along the applied field; the field went there monotonically from the last call's."""

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` (applied) and return the moment there."""
        ...


class ConstantMoment:
    """A moment that knows no field (0 for an empty holder)."""

    __slots__ = ("_moment_a_m2",)

    def __init__(self, moment_a_m2: float) -> None:
        self._moment_a_m2 = moment_a_m2

    def moment_a_m2(self, field_a_per_m: float) -> float:  # noqa: ARG002
        """Get the moment."""
        return self._moment_a_m2


class LinearMoment:
    """Moment proportional to the applied field; `moment_per_field_m3` has the shape's demagnetisation in it."""

    __slots__ = ("_moment_per_field_m3",)

    def __init__(self, moment_per_field_m3: float) -> None:
        self._moment_per_field_m3 = moment_per_field_m3

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Get the moment at `field_a_per_m`."""
        return self._moment_per_field_m3 * field_a_per_m


class NickelSphere:
    """Saturated nickel, ``m_ref (1 + c ln(H/398 kA/m))``, with a soft approach: 3 V H/(1 + 3/chi) below the knee.

    A sphere of the internal susceptibility chi has ``M = chi (H - M/3)``; without one it is infinite, and M = 3 H. Form of the law and c = 0.0026: certificate formula of the NIST SRM 772a sphere. Sum of the inverse 16th powers joins
    both ends smoothly; the result is odd in H and rises everywhere.
    """

    __slots__ = ("_coefficient", "_moment_a_m2", "_slope_m3")

    def __init__(
        self, moment_a_m2: float, coefficient: float, volume_m3: float, initial_susceptibility: float | None = None
    ) -> None:
        self._moment_a_m2 = moment_a_m2
        self._coefficient = coefficient
        self._slope_m3 = 3.0 * volume_m3
        if initial_susceptibility is not None:
            self._slope_m3 /= 1.0 + 3.0 / initial_susceptibility

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Get the moment at `field_a_per_m`."""
        size = abs(field_a_per_m)
        if size == 0.0:
            return 0.0
        soft = self._slope_m3 * size
        # below 4 kA/m, a hundredth of the knee's field, the logarithm is held: it must not pass through zero
        law = 1.0 + self._coefficient * math.log(max(size, 4e3) / _REFERENCE_FIELD_A_PER_M)
        saturated = self._moment_a_m2 * law
        small, large = (soft, saturated) if soft < saturated else (saturated, soft)
        value = small * (1.0 + (small / large) ** _KNEE_POWER) ** (-1.0 / _KNEE_POWER)
        return math.copysign(value, field_a_per_m)
