"""Voltages that a voltmeter may read: the vibrator's amplitude sensor, and a Hall probe's own voltage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vsmdaq_sim.world.draws import Normals

__all__ = ["SensorTable", "VoltageSource"]


class SensorTable(BaseModel):
    """Amplitude sensor (V rms per m of peak amplitude), Hall voltage (V per A/m), and the noise of each reading, V."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    amplitude_v_rms_per_m: Annotated[float, Field(gt=0.0)] = 1000.0
    amplitude_noise_v: Annotated[float, Field(ge=0.0)] = 0.0
    hall_v_per_a_per_m: float = 1e-7
    hall_offset_v: float = 0.0
    hall_noise_v: Annotated[float, Field(ge=0.0)] = 0.0


def _none() -> float:
    return 0.0


class VoltageSource:
    """Two terminals.

    Parameters
    ----------
    advance : callable
        Brings the world to the present.
    normals : Normals
        Deviates of this noise source.
    noise_v : float
        Standard deviation of one reading, V.
    dc_v, ac_v_rms : callable
        True voltages at the world's own time.
    """

    def __init__(
        self,
        advance: Callable[[], None],
        normals: Normals,
        noise_v: float,
        *,
        dc_v: Callable[[], float] = _none,
        ac_v_rms: Callable[[], float] = _none,
    ) -> None:
        self._advance = advance
        self._normals = normals
        self._noise_v = noise_v
        self._dc_v = dc_v
        self._ac_v_rms = ac_v_rms

    def dc_v(self) -> float:
        """Measure the direct voltage, V."""
        self._advance()
        return self._dc_v() + self._noise()

    def ac_v_rms(self) -> float:
        """Measure the alternating voltage, V rms; noise does not make it negative."""
        self._advance()
        return abs(self._ac_v_rms() + self._noise())

    def _noise(self) -> float:
        return self._noise_v * self._normals.next() if self._noise_v else 0.0
