"""Table [nickel-slope]: a soft sphere well below saturation, whose moment is three times its volume times the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from vsmdaq.formats.inputs.fields import of, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Quantity

__all__ = ["NICKEL_SLOPE", "NickelSlope"]


@dataclass(frozen=True, slots=True)
class NickelSlope:
    """What a run by the slope method does.

    Attributes
    ----------
    field_a_per_m : float
        Measured from + this to - this and back.
    steps : int
        On each way.
    initial_susceptibility : Quantity
        Of the material below saturation, internal (1): m = 3 V H/(1 + 3/chi).
    """

    field_a_per_m: float
    steps: int
    initial_susceptibility: Quantity


class _NickelSlope(Table):
    field: Annotated[float, positive_number("field")]
    steps: Annotated[int, Field(ge=2, le=100_000)] = 8
    initial_susceptibility: Annotated[Quantity, of("ratio", above=10.0)]


def _make(table: _NickelSlope) -> NickelSlope:
    return NickelSlope(table.field, table.steps, table.initial_susceptibility)


NICKEL_SLOPE = KindTable(_NickelSlope, _make)
"""Entry for ``KIND_TABLES``."""
