"""Table [image]: how the signal per moment changes with the field, as the poles saturate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["IMAGE", "Image"]

FEWEST_FIELDS = 3
"""A curve through the points needs a neighbour on each side."""


@dataclass(frozen=True, slots=True)
class Image:
    """What an image run does.

    Attributes
    ----------
    fields_a_per_m : tuple of float
        Magnitudes, ascending; measured at both polarities, on the way down and up.
    reference_a_per_m : float
        The one of them at which the signal per moment counts as 1.
    repeats : int
        How often all of it is gone through.
    """

    fields_a_per_m: tuple[float, ...]
    reference_a_per_m: float
    repeats: int


class _Image(Table):
    fields: Annotated[list[Annotated[float, exact("field")]], Field(min_length=FEWEST_FIELDS, max_length=200)]
    reference: Annotated[float, exact("field")] | None = None
    repeats: Annotated[int, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _magnitudes(self) -> _Image:
        if min(self.fields) < 0.0:
            raise ValueError('"fields" of 0 or more: each is measured at both polarities')
        if len(set(self.fields)) < len(self.fields):
            raise ValueError('"fields" that all differ')
        if self.reference is not None and self.reference not in self.fields:
            raise ValueError('a "reference" that is one of the "fields"')
        return self


def _make(table: _Image) -> Image:
    fields = tuple(sorted(table.fields))
    return Image(fields, fields[0] if table.reference is None else table.reference, table.repeats)


IMAGE = KindTable(_Image, _make)
"""Entry for ``KIND_TABLES``."""
