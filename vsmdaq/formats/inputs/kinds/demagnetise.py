"""Table [demagnetise]: a demagnetisation cycle of the yoke, its residual field measured on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from vsmdaq.formats.inputs.kinds.alternating import Alternating, AlternatingTable
from vsmdaq.formats.inputs.kinds.kind import KindTable

__all__ = ["DEMAGNETISE", "Demagnetise"]


@dataclass(frozen=True, slots=True)
class Demagnetise:
    """Half cycles, and how many points are measured at zero current at the end."""

    cycle: Alternating
    points: int


class _Demagnetise(AlternatingTable):
    points: Annotated[int, Field(ge=2, le=1000)] = 4


def _make(table: _Demagnetise) -> Demagnetise:
    return Demagnetise(table.made(), table.points)


DEMAGNETISE = KindTable(_Demagnetise, _make)
"""Entry for ``KIND_TABLES``."""
