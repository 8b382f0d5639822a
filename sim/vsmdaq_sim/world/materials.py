"""Moment of a sample from the field applied to it; hysteretic ones remember."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from vsmdaq_sim.world.errors import MaterialRangeError

__all__ = ["ConstantMoment", "LinearMoment", "Material", "MeasuredLoop", "NickelSphere", "TanhPlay", "branch_moment"]

_KNEE_POWER = 16  # at 398 kA/m the knee of a sphere takes 3e-7 of the moment, at 280 kA/m 1e-5
_REFERENCE_FIELD_A_PER_M = 398e3
_SNAP = 0.95


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
    """Saturated nickel, ``m_ref (1 + c ln(H/398 kA/m))``, with a soft approach: 3 V H below the knee.

    Form of the law and c = 0.0026: certificate formula of the NIST SRM 772a sphere. Sum of the inverse 16th powers joins
    both ends smoothly; the result is odd in H and rises everywhere.
    """

    __slots__ = ("_coefficient", "_moment_a_m2", "_volume_m3")

    def __init__(self, moment_a_m2: float, coefficient: float, volume_m3: float) -> None:
        self._moment_a_m2 = moment_a_m2
        self._coefficient = coefficient
        self._volume_m3 = volume_m3

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Get the moment at `field_a_per_m`."""
        size = abs(field_a_per_m)
        if size == 0.0:
            return 0.0
        soft = 3.0 * self._volume_m3 * size
        # below 4 kA/m, a hundredth of the knee's field, the logarithm is held: it must not pass through zero
        law = 1.0 + self._coefficient * math.log(max(size, 4e3) / _REFERENCE_FIELD_A_PER_M)
        saturated = self._moment_a_m2 * law
        small, large = (soft, saturated) if soft < saturated else (saturated, soft)
        value = small * (1.0 + (small / large) ** _KNEE_POWER) ** (-1.0 / _KNEE_POWER)
        return math.copysign(value, field_a_per_m)


class TanhPlay:
    """``m = m_s tanh(p/width)``, p the play operator (half width r) of the internal field ``h = H - d tanh(p/width)``.

    With d = N m_s / V, the largest demagnetising field. On the branches of the major loop p = h + r (down), h - r (up);
    minor loops lie where p is held. The virgin state is p = 0.
    """

    __slots__ = ("_demagnetising_a_per_m", "_play", "_radius", "_saturation_a_m2", "_width")

    def __init__(
        self, saturation_a_m2: float, radius_a_per_m: float, width_a_per_m: float, demagnetising_a_per_m: float
    ) -> None:
        self._saturation_a_m2 = saturation_a_m2
        self._radius = radius_a_per_m
        self._width = width_a_per_m
        self._demagnetising_a_per_m = demagnetising_a_per_m
        self._play = 0.0

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` and return the moment there."""
        squash = math.tanh(self._play / self._width)
        inside = field_a_per_m - self._demagnetising_a_per_m * squash
        if abs(inside - self._play) > self._radius:
            edge = math.copysign(self._radius, inside - self._play)
            self._play = self._on_branch(field_a_per_m - edge)
            squash = math.tanh(self._play / self._width)
        return self._saturation_a_m2 * squash

    def _on_branch(self, wanted: float) -> float:
        """Solve p + d tanh(p/width) = wanted: Newton, kept within a shrinking bracket (the left side rises)."""
        d, width = self._demagnetising_a_per_m, self._width
        low, high = wanted - d, wanted + d
        p = wanted - d * math.tanh(self._play / width)
        for _ in range(100):
            squash = math.tanh(p / width)
            miss = p + d * squash - wanted
            step = miss / (1.0 + d / width * (1.0 - squash * squash))
            p -= step
            if -1e-8 * width < step < 1e-8 * width:  # the next one would be its square, d/width 1e-16 of the width
                break
            low, high = (low, min(high, p + step)) if miss > 0.0 else (max(low, p + step), high)
            if not low <= p <= high:
                p = 0.5 * (low + high)
        return p


def branch_moment(fields: Sequence[float], moments: Sequence[float], field_a_per_m: float) -> float:
    """Interpolate linearly on a branch with ascending `fields` (A/m); the ends are held by the caller's range check."""
    index = min(max(bisect_right(fields, field_a_per_m), 1), len(fields) - 1)
    low, high = fields[index - 1], fields[index]
    share = (field_a_per_m - low) / (high - low)
    return moments[index - 1] + share * (moments[index] - moments[index - 1])


class MeasuredLoop:
    """A measured major loop; between its branches the state is a weight that follows the direction of the field.

    Parameters
    ----------
    name : str
        For messages.
    descending, ascending : tuple of two sequences of float
        Fields (A/m, ascending in both) and moments (A m2) of the branches.
    crossover_a_per_m : float
        Travel of the field over which a state between the branches comes e times nearer to that of its direction.
    """

    __slots__ = ("_ascending", "_crossover", "_descending", "_field", "_high", "_low", "_name", "_weight")

    def __init__(
        self,
        name: str,
        descending: tuple[Sequence[float], Sequence[float]],
        ascending: tuple[Sequence[float], Sequence[float]],
        crossover_a_per_m: float,
    ) -> None:
        self._name = name
        self._descending = descending
        self._ascending = ascending
        self._crossover = crossover_a_per_m
        self._low = max(descending[0][0], ascending[0][0])
        self._high = min(descending[0][-1], ascending[0][-1])
        self._field = 0.0
        self._weight = 0.5  # share of the ascending branch; a virgin sample starts in the middle

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` and return the moment there.

        Raises
        ------
        MaterialRangeError
            Beyond the fields that were measured; where the sample stands is not changed then.
        """
        if not self._low <= field_a_per_m <= self._high:
            raise MaterialRangeError(self._name, field_a_per_m, self._low, self._high)
        travel = field_a_per_m - self._field
        self._field = field_a_per_m
        if travel != 0.0:
            towards = 1.0 if travel > 0.0 else 0.0
            kept = math.exp(-abs(travel) / self._crossover)
            self._weight = towards + (self._weight - towards) * kept
            if not _SNAP * self._low <= field_a_per_m <= _SNAP * self._high:
                self._weight = towards
        up = branch_moment(*self._ascending, field_a_per_m)
        down = branch_moment(*self._descending, field_a_per_m)
        return down + self._weight * (up - down)
