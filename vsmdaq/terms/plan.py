"""The list of field points of a run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["Plan", "Segment"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Equal steps from one field to another (A/m); the starting field itself is not a point."""

    start_a_per_m: float
    stop_a_per_m: float
    steps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Fields to measure at, in order.

    Attributes
    ----------
    approach_a_per_m : tuple of float
        Fields to go through, unmeasured, before the first point (saturation, start of the first segment).
    fields_a_per_m : tuple of float
        Set-points of the points.
    segments : tuple of int
        For each point the number of its segment, from 0.
    """

    approach_a_per_m: tuple[float, ...]
    fields_a_per_m: tuple[float, ...]
    segments: tuple[int, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the plan, to recognise it again."""
        text = repr((self.approach_a_per_m, self.fields_a_per_m, self.segments))
        return hashlib.sha256(text.encode()).hexdigest()
