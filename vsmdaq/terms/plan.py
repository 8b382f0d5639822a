"""The points of a run, in order, and the walk along them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vsmdaq.terms.point import MomentPoint

__all__ = ["Course", "Plan", "Rule", "Segment", "Step"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Equal steps from one field to another (A/m); the starting field itself is not a point."""

    start_a_per_m: float
    stop_a_per_m: float
    steps: int


@dataclass(frozen=True, slots=True)
class Step:
    """One point to measure.

    Attributes
    ----------
    field_a_per_m : float
        Set-point of the field.
    segment : int
        Number of the branch, curve or series that it belongs to, from 0.
    via_a_per_m : tuple of float
        Fields to go through, unmeasured, right before.
    knob : str
        What else is set before the point: ``""`` for nothing, or a quantity with its unit such as ``"amplitude_m"``.
    setting : float or None
        Its value, in the unit of the knob's name.
    after_s : float or None
        The window does not begin earlier than this long after the field of the segment's first point was reached, s.
    """

    field_a_per_m: float
    segment: int
    via_a_per_m: tuple[float, ...] = ()
    knob: str = ""
    setting: float | None = None
    after_s: float | None = None


class Course(Protocol):
    """A walk along a plan."""

    def next(self) -> tuple[int, Step] | None:
        """Index and step of the next point; None at the end."""
        ...

    def saw(self, point: MomentPoint) -> None:
        """Take note of a point that was measured, now or before an interruption."""
        ...


class Rule(Protocol):
    """Where the points are placed while the run goes on; a frozen value, so that it can be hashed by its repr."""

    @property
    def expected_points(self) -> int:
        """How many points there will be, about."""
        ...

    def course(self, steps: Sequence[Step]) -> Course:
        """Begin a walk; `steps` are those that are fixed in advance."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, in order.

    Attributes
    ----------
    approach_a_per_m : tuple of float
        Fields to go through, unmeasured, before the first point (saturation, start of the first segment).
    steps : tuple of Step
        The points.
    rule : Rule or None
        Places more points while the run goes on; None where `steps` is all.
    """

    approach_a_per_m: tuple[float, ...]
    steps: tuple[Step, ...]
    rule: Rule | None = None

    @classmethod
    def of_fields(
        cls, approach_a_per_m: tuple[float, ...], fields_a_per_m: Sequence[float], segments: Sequence[int]
    ) -> Plan:
        """Make a plan of fields alone."""
        return cls(approach_a_per_m, tuple(Step(h, number) for h, number in zip(fields_a_per_m, segments, strict=True)))

    @property
    def fields_a_per_m(self) -> tuple[float, ...]:
        """Set-points of the points."""
        return tuple(step.field_a_per_m for step in self.steps)

    @property
    def segments(self) -> tuple[int, ...]:
        """For each point the number of its segment, from 0."""
        return tuple(step.segment for step in self.steps)

    @property
    def expected_points(self) -> int:
        """How many points there will be; about so many where a rule places them."""
        return len(self.steps) if self.rule is None else self.rule.expected_points

    @property
    def digest(self) -> str:
        """SHA-256 of the plan, to recognise it again."""
        text = repr((self.approach_a_per_m, self.steps, self.rule))
        return hashlib.sha256(text.encode()).hexdigest()

    def course(self) -> Course:
        """Begin a walk along the plan."""
        return _Fixed(self.steps) if self.rule is None else self.rule.course(self.steps)


class _Fixed:
    """The steps as they stand."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._next = 0

    def next(self) -> tuple[int, Step] | None:
        index = self._next
        if index >= len(self._steps):
            return None
        self._next += 1
        return index, self._steps[index]

    def saw(self, point: MomentPoint) -> None:
        self._next = max(self._next, point.index + 1)
