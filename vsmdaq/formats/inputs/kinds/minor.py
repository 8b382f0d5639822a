"""Table [minor]: minor loops between a field to turn at and a field to return to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["MINOR", "Minor", "MinorLoop"]


@dataclass(frozen=True, slots=True)
class MinorLoop:
    """Field to turn at, field to return to (A/m), steps on each way."""

    reversal_a_per_m: float
    return_a_per_m: float
    steps: int


@dataclass(frozen=True, slots=True)
class Minor:
    """What a run of minor loops does.

    Attributes
    ----------
    saturation_a_per_m : float
        Gone to once before the first loop, or before each of them.
    each : bool
        Before each of them.
    loops : tuple of MinorLoop
        In order. Two segments each: from the reversal to the return field, and back to the reversal.
    """

    saturation_a_per_m: float
    each: bool
    loops: tuple[MinorLoop, ...]


class _Loop(Table):
    reversal: Annotated[float, exact("field")]
    return_: Annotated[float, exact("field"), Field(alias="return")]
    steps: Annotated[int, Field(ge=4, le=1_000_000)]

    @model_validator(mode="after")
    def _goes_somewhere(self) -> _Loop:
        if self.reversal == self.return_:
            raise ValueError('a "return" field that is not the "reversal" field')
        return self


class _Minor(Table):
    saturation: Annotated[float, exact("field")]
    loops: Annotated[list[_Loop], Field(min_length=1, max_length=1000)]
    saturate_each: bool = False

    @model_validator(mode="after")
    def _inside_saturation(self) -> _Minor:
        largest = max(max(abs(loop.reversal), abs(loop.return_)) for loop in self.loops)
        if largest > abs(self.saturation):
            raise ValueError('loops that do not go beyond the "saturation" field, whatever its sign')
        return self


def _make(table: _Minor) -> Minor:
    loops = tuple(MinorLoop(loop.reversal, loop.return_, loop.steps) for loop in table.loops)
    return Minor(table.saturation, table.saturate_each, loops)


MINOR = KindTable(_Minor, _make)
"""Entry for ``KIND_TABLES``."""
