"""Table [centring]: where along x, y and z the sample's signal is extremal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["CENTRING", "Centring"]


@dataclass(frozen=True, slots=True)
class Centring:
    """What a centring run does.

    Attributes
    ----------
    field_a_per_m : float
        Saturates the sample.
    axes : tuple of str
        Scanned, in this order: ``"x"`` along the field, ``"z"`` along the vibration, ``"y"`` across both.
    starts_m, half_ranges_m : tuple of float
        Middle of each scan and how far it goes to both sides, on the scale of dial or stage.
    points : int
        Of each scan.
    u_position_m : float
        Standard uncertainty with which a position is set.
    motor : bool
        The bench's positioner moves the sample; otherwise the operator.
    u_scale : float
        Relative standard uncertainty of the scale of stage or dials; 0 where nothing is stated.
    """

    field_a_per_m: float
    axes: tuple[str, ...]
    starts_m: tuple[float, ...]
    half_ranges_m: tuple[float, ...]
    points: int
    u_position_m: float
    motor: bool
    u_scale: float = 0.0


class _Scan(Table):
    half_range: Annotated[float, positive_number("length")]
    start: Annotated[float, exact("length")] = 0.0


class _Centring(Table):
    field: Annotated[float, exact("field")]
    stage: Literal["manual", "motor"]
    x: _Scan | None = None
    y: _Scan | None = None
    z: _Scan | None = None
    points: Annotated[int, Field(ge=5, le=1001)] = 9
    u_position: Annotated[float, positive_number("length")] = 10e-6
    u_scale: Annotated[float, positive_number("ratio")] | None = None

    @model_validator(mode="after")
    def _some_axis(self) -> _Centring:
        if self.x is None and self.y is None and self.z is None:
            raise ValueError('one or more of "x", "y" and "z", each with its "half_range"')
        return self


def _make(table: _Centring) -> Centring:
    scans = [(axis, scan) for axis in "xyz" if (scan := getattr(table, axis)) is not None]
    return Centring(
        field_a_per_m=table.field,
        axes=tuple(axis for axis, _ in scans),
        starts_m=tuple(scan.start for _, scan in scans),
        half_ranges_m=tuple(scan.half_range for _, scan in scans),
        points=table.points,
        u_position_m=table.u_position,
        motor=table.stage == "motor",
        u_scale=table.u_scale or 0.0,
    )


CENTRING = KindTable(_Centring, _make)
"""Entry for ``KIND_TABLES``."""
