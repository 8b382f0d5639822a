"""The tables of the effects: each is off where its table is absent. Names carry their unit; voltages are rms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "EFFECTS",
    "CoilVibrationTable",
    "DriftTable",
    "Effects",
    "ImageTable",
    "LooseTable",
    "MainsTable",
    "TemperatureTable",
]

Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class ImageTable(_Table):
    """Poles at x = ±gap/2. Their material by susceptibility and saturation, or the strength of an image by a table of |H|."""

    gap_m: Positive
    pole_susceptibility: Positive | None = None
    pole_saturation_a_per_m: Positive | None = None
    field_a_per_m: Annotated[list[NotNegative], Field(min_length=2)] | None = None
    strength: Annotated[list[Fraction], Field(min_length=2)] | None = None


class CoilVibrationTable(_Table):
    """The coils shake in the field: a coherent voltage per field, V rms/(A/m), at a phase of its own."""

    signal_v_rms_per_a_per_m: NotNegative
    phase_deg: float = 0.0


class DriftTable(_Table):
    """Gain (relative) and coherent offset, by the hour and by a random walk per square root of an hour."""

    gain_per_hour: float = 0.0
    offset_v_rms_per_hour: float = 0.0
    offset_phase_deg: float = 0.0
    gain_walk_per_sqrt_hour: NotNegative = 0.0
    offset_walk_v_rms_per_sqrt_hour: NotNegative = 0.0
    walk_interval_s: Positive = 60.0


class LooseTable(_Table):
    """The sample is loose: it rattles all the time, and sits differently after each reversal beyond the threshold."""

    rattle_per_sqrt_hz: NotNegative = 0.0
    step_relative: NotNegative = 0.0
    threshold_a_per_m: NotNegative = 0.0


class MainsTable(_Table):
    """Pick-up of the mains at the input: amplitudes of the 1st, 3rd, 5th, ... harmonic, and their phases."""

    frequency_hz: Positive
    amplitudes_v_rms: Annotated[list[NotNegative], Field(min_length=1)]
    phases_deg: list[float] | None = None


class TemperatureTable(_Table):
    """T(t) = T + drift t + swing sin(2 pi t/period + phase); what follows it, relative to that at T."""

    drift_k_per_hour: float = 0.0
    swing_k: NotNegative = 0.0
    swing_period_s: Positive = 86400.0
    swing_phase_deg: float = 0.0
    gain_per_k: float = 0.0
    gaussmeter_gain_per_k: float = 0.0
    gaussmeter_offset_a_per_m_per_k: float = 0.0


@dataclass(frozen=True, slots=True)
class Effects:
    """The tables of a world file; None where an effect is off."""

    image: ImageTable | None = None
    coil_vibration: CoilVibrationTable | None = None
    drift: DriftTable | None = None
    loose: LooseTable | None = None
    mains: MainsTable | None = None
    temperature: TemperatureTable | None = None

    def complaint(self, half_spacing_x_m: float) -> tuple[str, str, str] | None:
        """Get key, given and allowed of values that do not go together; the coils are at ±half_spacing_x_m (m)."""
        mains = self.mains
        if mains is not None and mains.phases_deg is not None and len(mains.phases_deg) != len(mains.amplitudes_v_rms):
            return "mains.phases_deg", repr(mains.phases_deg), "as many as amplitudes_v_rms"
        return None if self.image is None else _wrong_image(self.image, half_spacing_x_m)


EFFECTS: Mapping[str, type[BaseModel]] = {
    "image": ImageTable,
    "coil_vibration": CoilVibrationTable,
    "drift": DriftTable,
    "loose": LooseTable,
    "mains": MainsTable,
    "temperature": TemperatureTable,
}


def _wrong_image(table: ImageTable, half_spacing_x_m: float) -> tuple[str, str, str] | None:
    if table.gap_m <= 2.0 * half_spacing_x_m:
        return "image.gap_m", repr(table.gap_m), f"> {2.0 * half_spacing_x_m:g}: the coils are in the gap"
    by_law = (table.pole_susceptibility is not None, table.pole_saturation_a_per_m is not None)
    by_table = (table.field_a_per_m is not None, table.strength is not None)
    if (by_law, by_table) not in {((True, True), (False, False)), ((False, False), (True, True))}:
        allowed = "either pole_susceptibility and pole_saturation_a_per_m, or field_a_per_m and strength"
        return "image", "another choice of keys", allowed
    fields, strengths = table.field_a_per_m, table.strength
    if fields is not None and strengths is not None:
        rising = all(low < high for low, high in pairwise(fields))
        if fields[0] != 0.0 or not rising or len(fields) != len(strengths):
            return "image.field_a_per_m", repr(fields), "rising from 0.0, as many as strength"
    return None
