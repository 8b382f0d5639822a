"""What temperature sensors give in their own units: straight lines and a power law of the right size, no calibration curves.

Diode about 1.63 V at 1.4 K and 0.52 V at 300 K (DT-670's ends), platinum 100 ohm with 0.385 %/K (IEC 60751's mean
coefficient), NTC falling as a power of the temperature.
"""

from __future__ import annotations

__all__ = ["RANGES_K", "in_sensor_units"]

_DIODE, _PLATINUM, _NTC, _THERMOCOUPLE = 1, 2, 3, 4

RANGES_K = {
    _DIODE: (1.4, 500.0),
    _PLATINUM: (14.0, 873.0),
    _NTC: (0.1, 420.0),
    _THERMOCOUPLE: (3.15, 1505.0),
}
"""Lowest and highest temperature by sensor type, K (335 manual, sensor specifications)."""


def in_sensor_units(kind: int, temperature_k: float) -> float:
    """Get what the sensor gives: V, ohm, ohm or mV."""
    if kind == _DIODE:
        return 1.635 - 3.72e-3 * (temperature_k - 1.4)
    if kind == _PLATINUM:
        return 100.0 * (1.0 + 3.85e-3 * (temperature_k - 273.15))
    if kind == _NTC:
        return float(60.0 * (300.0 / temperature_k) ** 0.85)
    return 0.04 * (temperature_k - 273.15)
