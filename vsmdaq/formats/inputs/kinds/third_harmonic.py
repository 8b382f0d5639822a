"""Table [third-harmonic]: the signal at three times the frequency of the vibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import of, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Quantity

__all__ = ["THIRD_HARMONIC", "ThirdHarmonic"]


@dataclass(frozen=True, slots=True)
class ThirdHarmonic:
    """What a run at the third harmonic does.

    Attributes
    ----------
    field_a_per_m : float
        Saturates the sample; measured at it and at its opposite.
    repeats : int
        How often both are gone to.
    own : Quantity
        Peak amplitude (m) of what the rod itself does at three times the frequency.
    own_phase : Quantity
        Its phase (degree): z = a cos wt + own cos(3 wt + own_phase).
    """

    field_a_per_m: float
    repeats: int
    own: Quantity
    own_phase: Quantity


class _ThirdHarmonic(Table):
    field: Annotated[float, positive_number("field")]
    repeats: Annotated[int, Field(ge=1, le=1000)] = 2
    own: Annotated[Quantity, of("length")] | None = None
    own_phase: Annotated[Quantity, of("angle")] | None = None

    @model_validator(mode="after")
    def _phase_of_something(self) -> _ThirdHarmonic:
        if self.own_phase is not None and self.own is None:
            raise ValueError('"own" beside "own_phase"')
        if self.own is not None and self.own.value < 0.0:
            raise ValueError('an amplitude "own" of 0 or more')
        return self


def _make(table: _ThirdHarmonic) -> ThirdHarmonic:
    own, phase = table.own or Quantity(0.0, 0.0, "m"), table.own_phase or Quantity(0.0, 0.0, "deg")
    return ThirdHarmonic(table.field, table.repeats, own, phase)


THIRD_HARMONIC = KindTable(_ThirdHarmonic, _make)
"""Entry for ``KIND_TABLES``."""
