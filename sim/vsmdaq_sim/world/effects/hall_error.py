"""What makes a Hall probe's gain and offset move: time and the temperature of the bench."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_sim.world.effects.tables import TemperatureTable
from vsmdaq_sim.world.effects.temperature import BenchTemperature
from vsmdaq_sim.world.schema import GaussmeterTable

__all__ = ["hall_error"]

_HOUR_S = 3600.0

HallError = Callable[[float], tuple[float, float]]


def hall_error(
    gaussmeter: GaussmeterTable, table: TemperatureTable | None, temperature: BenchTemperature
) -> HallError | None:
    """Get the relative change of the gain and the change of the offset (A/m) as a function of time (s); None for none."""
    gain_per_s = gaussmeter.gain_drift_per_hour / _HOUR_S
    offset_per_s = gaussmeter.offset_drift_a_per_m_per_hour / _HOUR_S
    gain_per_k = 0.0 if table is None else table.gaussmeter_gain_per_k
    offset_per_k = 0.0 if table is None else table.gaussmeter_offset_a_per_m_per_k
    if (gain_per_s, offset_per_s, gain_per_k, offset_per_k) == (0.0, 0.0, 0.0, 0.0):
        return None

    def error(time_s: float) -> tuple[float, float]:
        change_k = temperature.change_k(time_s)
        return gain_per_s * time_s + gain_per_k * change_k, offset_per_s * time_s + offset_per_k * change_k

    return error
