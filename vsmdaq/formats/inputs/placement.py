"""Where the points of a procedure by segments lie: equal steps, dense about a field, lists, placed as the moment bends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Segment

__all__ = ["Adaptive", "DenseSegment", "FieldList", "FieldTable", "Placement", "placements"]


@dataclass(frozen=True, slots=True)
class DenseSegment:
    """So many steps from one field to another (A/m), the shortest about `dense_at_a_per_m`.

    The density of the points is 1 + (length / (pi width)) / (1 + ((H - dense_at) / width)²), over what they add up to: half of the points, about, lie in the
    peak, and the other half in equal steps over the whole length.
    """

    start_a_per_m: float
    stop_a_per_m: float
    steps: int
    dense_at_a_per_m: float
    dense_width_a_per_m: float


@dataclass(frozen=True, slots=True)
class FieldList:
    """Fields one by one; before each of them the field goes through `via_a_per_m`, unmeasured."""

    fields_a_per_m: tuple[float, ...]
    via_a_per_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Adaptive:
    """Both branches between two fields, points placed as the signal bends.

    Attributes
    ----------
    start_a_per_m, stop_a_per_m : float
        From the one to the other in equal steps to begin with; then back, and there again, points placed by what was seen.
    coarse_steps : int
        Steps of the first branch.
    min_step_a_per_m, max_step_a_per_m : float
        Shortest and longest step.
    tolerance : float
        How far the signal may be from straight lines between the points, over half of its whole range.
    """

    start_a_per_m: float
    stop_a_per_m: float
    coarse_steps: int
    min_step_a_per_m: float
    max_step_a_per_m: float
    tolerance: float


Placement = Segment | DenseSegment | FieldList


class _Segment(Table):
    from_: Annotated[float, exact("field"), Field(alias="from")]
    to: Annotated[float, exact("field")]
    steps: Annotated[int, Field(ge=1, le=1_000_000)]
    dense_at: Annotated[float, exact("field")] | None = None
    dense_width: Annotated[float, positive_number("field")] | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> _Segment:
        if (self.dense_at is None) != (self.dense_width is None):
            raise ValueError('"dense_at" and "dense_width" together')
        return self

    def made(self) -> Placement:
        if self.dense_at is None or self.dense_width is None:
            return Segment(self.from_, self.to, self.steps)
        return DenseSegment(self.from_, self.to, self.steps, self.dense_at, self.dense_width)


class _List(Table):
    fields: Annotated[list[Annotated[float, exact("field")]], Field(min_length=1)]
    via: Annotated[list[Annotated[float, exact("field")]], Field(default_factory=list)]


class _Adaptive(Table):
    from_: Annotated[float, exact("field"), Field(alias="from")]
    to: Annotated[float, exact("field")]
    coarse_steps: Annotated[int, Field(ge=4, le=100_000)] = 16
    min_step: Annotated[float, positive_number("field")]
    max_step: Annotated[float, positive_number("field")]
    tolerance: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.01

    @model_validator(mode="after")
    def _steps_fit(self) -> _Adaptive:
        if not self.min_step <= self.max_step <= 0.25 * abs(self.to - self.from_):
            raise ValueError('a "min_step" up to "max_step", and the latter up to a quarter of the way')
        return self


class FieldTable(Table):
    """Table [field]."""

    rate: Annotated[float, positive_number("current rate")]
    approach: Annotated[list[Annotated[float, exact("field")]], Field(default_factory=list)]
    segments: Annotated[list[_Segment], Field(default_factory=list)]
    lists: Annotated[list[_List], Field(default_factory=list)]
    adaptive: _Adaptive | None = None
    repeats: Annotated[int, Field(ge=1, le=10_000)] = 1
    tolerance: Annotated[float, positive_number("field")] | None = None

    def adaptive_made(self) -> Adaptive | None:
        """The value of [field.adaptive], where it is given."""
        table = self.adaptive
        if table is None:
            return None
        return Adaptive(table.from_, table.to, table.coarse_steps, table.min_step, table.max_step, table.tolerance)


def placements(table: FieldTable) -> tuple[Placement, ...]:
    """Segments, then lists, in the order of the file."""
    lists = (FieldList(tuple(one.fields), tuple(one.via)) for one in table.lists)
    return (*(one.made() for one in table.segments), *lists)
