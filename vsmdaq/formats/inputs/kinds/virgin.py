"""Table [virgin]: demagnetise the sample, then up from zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.kinds.alternating import Alternating, AlternatingTable
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["VIRGIN", "Virgin"]


@dataclass(frozen=True, slots=True)
class Virgin:
    """What a virgin curve does.

    Attributes
    ----------
    demagnetise : Alternating
        Gone through first.
    fields_a_per_m : tuple of float
        Then measured at: from 0, away from it.
    low_field_a_per_m : float
        The initial slope is fitted to the points up to here.
    """

    demagnetise: Alternating
    fields_a_per_m: tuple[float, ...]
    low_field_a_per_m: float


class _Virgin(Table):
    demagnetise: AlternatingTable
    largest: Annotated[float, exact("field")]
    steps: Annotated[int, Field(ge=4, le=1_000_000)]
    spacing: Literal["uniform", "quadratic"] = "quadratic"
    low_field: Annotated[float, positive_number("field")]

    @model_validator(mode="after")
    def _enough_at_low_field(self) -> _Virgin:
        if self.largest == 0.0:
            raise ValueError('a "largest" field that is not 0')
        few = sum(abs(field) <= self.low_field for field in _fields(self))
        if few < FEWEST_AT_LOW_FIELD:
            raise ValueError(f'a "low_field" with at least {FEWEST_AT_LOW_FIELD} points up to it; there are {few}')
        return self


FEWEST_AT_LOW_FIELD = 4
"""The fit has three coefficients."""


def _fields(table: _Virgin) -> tuple[float, ...]:
    power = 2 if table.spacing == "quadratic" else 1
    return tuple(table.largest * (k / table.steps) ** power for k in range(table.steps + 1))


def _make(table: _Virgin) -> Virgin:
    return Virgin(table.demagnetise.made(), _fields(table), table.low_field * (1.0 + 1e-9))


VIRGIN = KindTable(_Virgin, _make)
"""Entry for ``KIND_TABLES``."""
