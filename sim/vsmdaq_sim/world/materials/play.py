"""A hysteretic material of one play operator."""

from __future__ import annotations

import math

__all__ = ["TanhPlay"]


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
            self._play = self._on_branch(field_a_per_m - edge, squash)
            squash = math.tanh(self._play / self._width)
        return self._saturation_a_m2 * squash

    def _on_branch(self, wanted: float, squash: float) -> float:
        """Solve p + d tanh(p/width) = wanted: Newton, kept within a shrinking bracket (the left side rises).

        It begins with the last point's tanh, `squash`.
        """
        d, width = self._demagnetising_a_per_m, self._width
        low, high = wanted - d, wanted + d
        p = wanted - d * squash
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
