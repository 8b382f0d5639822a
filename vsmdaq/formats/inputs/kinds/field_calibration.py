"""Table [field-calibration]: offset and gain of the gaussmeter, field at the sample over field at the probe, the magnet's branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, of, positive, positive_number
from vsmdaq.formats.inputs.kinds.alternating import Alternating, AlternatingTable
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.physics.nmr import field_of_resonance
from vsmdaq.terms import Quantity

__all__ = ["FIELD_CALIBRATION", "Chamber", "Cycle", "FieldCalibration", "FieldReference", "Histories", "SamplePlace"]


@dataclass(frozen=True, slots=True)
class Chamber:
    """A zero-gauss chamber.

    Attributes
    ----------
    name : str
        Its residual field is an input of that name: two calibrations in one chamber share it.
    residual : Quantity
        Field that is left in it, A/m.
    largest_offset_a_per_m : float
        A probe that reads more is not believed to be in it.
    """

    name: str
    residual: Quantity
    largest_offset_a_per_m: float


@dataclass(frozen=True, slots=True)
class FieldReference:
    """A reference magnet: name, field (A/m), and where that comes from."""

    name: str
    field: Quantity
    status: Literal["certificate", "literature", "typical"]
    source: str
    certificate: str


@dataclass(frozen=True, slots=True)
class SamplePlace:
    """The probe is brought to the place of the sample: field (A/m) to compare at, and the relative u of placing it there."""

    field_a_per_m: float
    u_place: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """A full cycle of the current between ± `largest_a_per_m`, `steps` a branch; `u_current_a` of a reading of the current."""

    largest_a_per_m: float
    steps: int
    u_current_a: float


@dataclass(frozen=True, slots=True)
class Histories:
    """Zero current after saturation to both sides, and after demagnetisation (None: not looked at)."""

    saturate_a_per_m: float
    demagnetise: Alternating | None


@dataclass(frozen=True, slots=True)
class FieldCalibration:
    """What a field calibration does; parts that are None are left out.

    Attributes
    ----------
    points : int
        At each place of the probe, and at zero current after each history.
    chamber, reference, sample_place, cycle, histories
        The parts.
    factor : Quantity or None
        Field at the sample over field at the probe, where it is stated instead of measured.
    u_linearity : float
        Relative standard uncertainty with which the gain at the reference is that at other fields.
    """

    points: int
    chamber: Chamber | None
    reference: FieldReference | None
    factor: Quantity | None
    sample_place: SamplePlace | None
    cycle: Cycle | None
    histories: Histories | None
    u_linearity: float


_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")]


class _Chamber(Table):
    residual: Annotated[Quantity, of("field")]
    name: _Name = "zero-chamber"
    largest_offset: Annotated[float, positive_number("field")] = 1e3


class _Reference(Table):
    field: Annotated[Quantity, of("field")] | None = None
    resonance: Annotated[Quantity, positive("frequency")] | None = None
    name: _Name = "reference-magnet"
    status: Literal["certificate", "literature", "typical"]
    source: Annotated[str, Field(min_length=1)]
    certificate: str = ""

    @model_validator(mode="after")
    def _whole(self) -> _Reference:
        if (self.field is None) == (self.resonance is None):
            raise ValueError('either "field" or "resonance" (of protons in water)')
        if self.field is not None and self.field.value == 0.0:
            raise ValueError('a "field" other than zero')
        number = self.certificate.strip()
        if self.status == "certificate" and not number:
            raise ValueError('with status "certificate" its number as "certificate"; else "literature" or "typical"')
        if self.status != "certificate" and number:
            raise ValueError(f'no "certificate" with status "{self.status}"')
        return self

    def made(self) -> FieldReference:
        value = self.field or _by_resonance(self.resonance or Quantity(0.0))
        return FieldReference(self.name, value, self.status, self.source, self.certificate.strip())


def _by_resonance(frequency: Quantity) -> Quantity:
    at_one = field_of_resonance(1.0)
    return Quantity(frequency.value * at_one, frequency.u * at_one, "A/m", frequency.dof, frequency.distribution)


class _SamplePlace(Table):
    field: Annotated[float, exact("field")]
    u_place: Annotated[float, positive_number("ratio")] | None = None


class _Cycle(Table):
    largest: Annotated[float, positive_number("field")]
    steps: Annotated[int, Field(ge=4, le=10_000)] = 40
    u_current: Annotated[float, positive_number("current")] | None = None


class _Histories(Table):
    saturate: Annotated[float, positive_number("field")]
    demagnetise: AlternatingTable | None = None


class _FieldCalibration(Table):
    points: Annotated[int, Field(ge=3, le=1000)] = 10
    zero: _Chamber | None = None
    reference: _Reference | None = None
    factor: Annotated[Quantity, positive("ratio")] | None = None
    sample_place: _SamplePlace | None = None
    cycle: _Cycle | None = None
    histories: _Histories | None = None
    u_linearity: Annotated[float, positive_number("ratio")] | None = None

    @model_validator(mode="after")
    def _something(self) -> _FieldCalibration:
        parts = (self.zero, self.reference, self.factor, self.sample_place, self.cycle, self.histories)
        if all(part is None for part in parts):
            raise ValueError('one or more of "zero", "reference", "factor", "sample_place", "cycle" and "histories"')
        if self.factor is not None and self.sample_place is not None:
            raise ValueError('either "factor" (stated) or "sample_place" (measured)')
        if self.u_linearity is not None and self.reference is None:
            raise ValueError('"u_linearity" only with "reference"')
        if self.sample_place is not None and self.sample_place.field == 0.0:
            raise ValueError('a "field" of "sample_place" other than zero')
        return self


def _make(table: _FieldCalibration) -> FieldCalibration:
    zero, place, cycle, histories = table.zero, table.sample_place, table.cycle, table.histories
    return FieldCalibration(
        points=table.points,
        chamber=None if zero is None else Chamber(zero.name, zero.residual, zero.largest_offset),
        reference=None if table.reference is None else table.reference.made(),
        factor=table.factor,
        sample_place=None if place is None else SamplePlace(place.field, place.u_place or 0.0),
        cycle=None if cycle is None else Cycle(cycle.largest, cycle.steps, cycle.u_current or 0.0),
        histories=None
        if histories is None
        else Histories(histories.saturate, histories.demagnetise.made() if histories.demagnetise else None),
        u_linearity=table.u_linearity or 0.0,
    )


FIELD_CALIBRATION = KindTable(_FieldCalibration, _make)
"""Entry for ``KIND_TABLES``."""
