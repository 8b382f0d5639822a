"""Table [amplitude]: the signal against the amplitude of the vibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table
from vsmdaq.terms import Quantity

__all__ = ["AMPLITUDE", "Amplitude"]

FEWEST_AMPLITUDES = 5
"""Offset, slope and cubic term, and something left to judge them by."""


@dataclass(frozen=True, slots=True)
class Amplitude:
    """What an amplitude run does.

    Attributes
    ----------
    field_a_per_m : float
        Saturates the sample.
    amplitudes_m : tuple of float
        Peak amplitudes to set, in order.
    drive_v_rms : float
        Voltage of the generator at which the amplitude is that of the bench file; the amplitude is proportional to it.
    sensor_v_per_m : Quantity or None
        Voltage of the amplitude sensor (as the voltmeter reads it) per peak amplitude; None where the operator reads it.
    u_reading_m : float or None
        Standard uncertainty of one reading of the amplitude, beside its scale; None lets the scatter tell.
    """

    field_a_per_m: float
    amplitudes_m: tuple[float, ...]
    drive_v_rms: float
    sensor_v_per_m: Quantity | None
    u_reading_m: float | None


class _Amplitude(Table):
    field: Annotated[float, exact("field")]
    amplitudes: Annotated[
        list[Annotated[float, positive_number("length")]], Field(min_length=FEWEST_AMPLITUDES, max_length=10_000)
    ]
    drive: Annotated[float, positive_number("voltage")]
    sensor: Annotated[Quantity, positive("voltage per length")] | None = None
    u_reading: Annotated[float, positive_number("length")] | None = None

    @model_validator(mode="after")
    def _different(self) -> _Amplitude:
        if len(set(self.amplitudes)) < FEWEST_AMPLITUDES:
            raise ValueError(f'at least {FEWEST_AMPLITUDES} different "amplitudes"')
        return self


def _make(table: _Amplitude) -> Amplitude:
    return Amplitude(table.field, tuple(table.amplitudes), table.drive, table.sensor, table.u_reading)


AMPLITUDE = KindTable(_Amplitude, _make)
"""Entry for ``KIND_TABLES``."""
