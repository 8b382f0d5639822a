"""Fields of alternating sign and falling size: how a sample or a yoke is demagnetised."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import positive_number
from vsmdaq.formats.inputs.problems import Table

__all__ = ["Alternating", "AlternatingTable"]

_MOST = 10_000
"""More half cycles than this are a mistake in the ratio."""


@dataclass(frozen=True, slots=True)
class Alternating:
    """Half cycles of sizes `start_a_per_m` times powers of `ratio`, the last one the first that is not above `end_a_per_m`."""

    start_a_per_m: float
    ratio: float
    end_a_per_m: float

    @property
    def sizes_a_per_m(self) -> tuple[float, ...]:
        """Size of each half cycle, the largest first."""
        count = 1 + math.ceil(math.log(self.end_a_per_m / self.start_a_per_m) / math.log(self.ratio) - 1e-9)
        return tuple(self.start_a_per_m * self.ratio**k for k in range(count))

    @property
    def extremes_a_per_m(self) -> tuple[float, ...]:
        """The fields to turn at, the first one positive."""
        return tuple(size * (-1.0) ** k for k, size in enumerate(self.sizes_a_per_m))


class AlternatingTable(Table):
    """The table that says so."""

    start: Annotated[float, positive_number("field")]
    ratio: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.9
    end: Annotated[float, positive_number("field")]

    @model_validator(mode="after")
    def _comes_down(self) -> AlternatingTable:
        if not self.end < self.start:
            raise ValueError('an "end" smaller than "start"')
        if math.log(self.end / self.start) / math.log(self.ratio) > _MOST:
            raise ValueError(f'a "ratio" that comes down to "end" within {_MOST} half cycles')
        return self

    def made(self) -> Alternating:
        """The value that the rest works with."""
        return Alternating(self.start, self.ratio, self.end)
