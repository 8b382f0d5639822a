"""Tables of the bench file that calibrations depend on: coils, poles, how samples are mounted, how long a calibration holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import positive, positive_number
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Quantity

__all__ = [
    "CalibrationTable",
    "CoilGeometry",
    "CoilSpec",
    "CoilsTable",
    "MountingSpec",
    "MountingTable",
    "PolesSpec",
    "PolesTable",
    "ValiditySpec",
]


@dataclass(frozen=True, slots=True)
class CoilGeometry:
    """Four equal coils with axes along the field (x) at ±`half_spacing_x` and, wound + at + and - at -, ±`half_spacing_z` (m)."""

    radius: Quantity
    turns: Quantity
    half_spacing_x: Quantity
    half_spacing_z: Quantity


@dataclass(frozen=True, slots=True)
class CoilSpec:
    """The pick-up coils: name of the set (a calibration holds for it alone), geometry where it is known."""

    name: str = ""
    geometry: CoilGeometry | None = None


@dataclass(frozen=True, slots=True)
class PolesSpec:
    """The poles: gap (m) where it is stated, name of the caps."""

    gap: Quantity | None = None
    caps: str = ""


@dataclass(frozen=True, slots=True)
class MountingSpec:
    """How well a sample is put in place.

    Attributes
    ----------
    u_position_m : float
        Standard uncertainty of its place along each axis, m; 0 where nothing is stated.
    u_remount : float
        Relative standard deviation of the signal from mount to mount, beside what the place explains.
    """

    u_position_m: float = 0.0
    u_remount: float = 0.0


@dataclass(frozen=True, slots=True)
class ValiditySpec:
    """What to do with a calibration that does not fit (``"refuse"`` or ``"warn"``), and how old one may be (s; None: any age)."""

    policy: Literal["refuse", "warn"] = "refuse"
    valid_for_s: float | None = None


class CoilsTable(Table):
    """[coils]."""

    name: Annotated[str, Field(min_length=1)]
    radius: Annotated[Quantity, positive("length")] | None = None
    turns: Annotated[Quantity, positive("ratio")] | None = None
    half_spacing_x: Annotated[Quantity, positive("length")] | None = None
    half_spacing_z: Annotated[Quantity, positive("length")] | None = None

    @model_validator(mode="after")
    def _whole_geometry(self) -> CoilsTable:
        parts = (self.radius, self.turns, self.half_spacing_x, self.half_spacing_z)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError('all of "radius", "turns", "half_spacing_x" and "half_spacing_z", or none of them')
        return self

    def made(self) -> CoilSpec:
        """Turn it into the frozen value that the rest works with."""
        if self.radius is None or self.turns is None or self.half_spacing_x is None or self.half_spacing_z is None:
            return CoilSpec(self.name)
        return CoilSpec(self.name, CoilGeometry(self.radius, self.turns, self.half_spacing_x, self.half_spacing_z))


class PolesTable(Table):
    """[poles]."""

    gap: Annotated[Quantity, positive("length")]
    caps: str = ""

    def made(self) -> PolesSpec:
        """Turn it into the frozen value that the rest works with."""
        return PolesSpec(self.gap, self.caps)


class MountingTable(Table):
    """[mounting]."""

    u_position: Annotated[float, positive_number("length")] | None = None
    u_remount: Annotated[float, positive_number("ratio")] | None = None

    def made(self) -> MountingSpec:
        """Turn it into the frozen value that the rest works with."""
        return MountingSpec(self.u_position or 0.0, self.u_remount or 0.0)


class CalibrationTable(Table):
    """[calibration]."""

    policy: Literal["refuse", "warn"] = "refuse"
    valid_for: Annotated[float, positive_number("time")] | None = None

    def made(self) -> ValiditySpec:
        """Turn it into the frozen value that the rest works with."""
        return ValiditySpec(self.policy, self.valid_for)
