"""Table [relaxation]: the moment against time after a jump of the field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, of, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Quantity

__all__ = ["RELAXATION", "Relaxation"]

FEWEST_TO_FIT = 4
"""Points that the fit must have: two coefficients, and something left to judge it by."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What a relaxation run does.

    Attributes
    ----------
    saturate_a_per_m, hold_s : float
        Gone to before each series, and how long it is held until a point is taken there: what relaxes slowly must have
        followed.
    fields_a_per_m : tuple of float
        Jumped to; a series each.
    times_s : tuple of float
        Windows begin so long after the arrival, ascending.
    fit_from_s, fit_to_s : float
        The viscosity is fitted to the points between them.
    time_zero_s : Quantity
        Where the logarithm's time begins, counted from the end of the ramp, and how well that is known.
    """

    saturate_a_per_m: float
    hold_s: float
    fields_a_per_m: tuple[float, ...]
    times_s: tuple[float, ...]
    fit_from_s: float
    fit_to_s: float
    time_zero_s: Quantity


class _Relaxation(Table):
    saturate: Annotated[float, exact("field")]
    hold: Annotated[float, positive_number("time")] = 10.0
    fields: Annotated[list[Annotated[float, exact("field")]], Field(min_length=1)]
    first: Annotated[float, positive_number("time")] | None = None
    duration: Annotated[float, positive_number("time")] | None = None
    points: Annotated[int, Field(ge=FEWEST_TO_FIT, le=100_000)] = 20
    spacing: Literal["log", "linear"] = "log"
    times: list[Annotated[float, positive_number("time")]] | None = None
    fit_from: Annotated[float, positive_number("time")] | None = None
    fit_to: Annotated[float, positive_number("time")] | None = None
    time_zero: Annotated[Quantity, of("time")] = Quantity(0.0, 0.3, "s")

    @model_validator(mode="after")
    def _times_one_way(self) -> _Relaxation:
        if (self.times is None) == (self.duration is None):
            raise ValueError('either "times", or "duration" with "first", "points" and "spacing"')
        if self.times is not None and self.first is not None:
            raise ValueError('"first" only beside "duration": "times" says all')
        times = _times(self)
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError('"times" that ascend, and a "duration" longer than "first"')
        first, last = _window(self, times)
        if sum(first <= t <= last for t in times) < FEWEST_TO_FIT:
            raise ValueError(f'at least {FEWEST_TO_FIT} times from "fit_from" to "fit_to"')
        return self


def _times(table: _Relaxation) -> tuple[float, ...]:
    if table.times is not None:
        return tuple(table.times)
    last = table.duration or 0.0
    first, steps = (1.0 if table.first is None else table.first), table.points - 1
    if table.spacing == "linear":
        return tuple(first + (last - first) * k / steps for k in range(steps + 1))
    return tuple(first * math.exp(math.log(last / first) * k / steps) for k in range(steps + 1))


def _window(table: _Relaxation, times: tuple[float, ...]) -> tuple[float, float]:
    """Where the fit begins and ends; rounding of a time must not leave its point out."""
    first = times[0] if table.fit_from is None else table.fit_from
    last = times[-1] if table.fit_to is None else table.fit_to
    return first * (1.0 - 1e-9), last * (1.0 + 1e-9)


def _make(table: _Relaxation) -> Relaxation:
    times = _times(table)
    first, last = _window(table, times)
    return Relaxation(table.saturate, table.hold, tuple(table.fields), times, first, last, table.time_zero)


RELAXATION = KindTable(_Relaxation, _make)
"""Entry for ``KIND_TABLES``."""
