"""Numbers of the SR830 and SR810: ranges, time constants, sample rates, integer settings.

Sources: SR830 manual (tables as in the SR850 manual; shortest time constants p. 4-9, range of the detection frequency p. 5-23,
buffer p. 5-12), SR810 manual (buffer of 8191 points). The reserve is a model, see `reserve_db`; defaults as they are remembered.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

__all__ = [
    "CAPACITY",
    "DEFAULTS",
    "INDEX_SETTINGS",
    "LOWER_RANGE_HZ",
    "OUTPUT_LIMIT",
    "SAMPLE_RATES_HZ",
    "SENSITIVITIES_V_RMS",
    "TIME_CONSTANTS_S",
    "TRIGGERED",
    "UNMODELLED",
    "UPPER_RANGE_HZ",
    "identity",
    "input_limit_v_peak",
    "reserve_db",
    "shortest_time_constant",
]

# Points of the buffer, for each channel.
CAPACITY: Final = {"SR830": 16383, "SR810": 8191}

# 2 nV, 5 nV, 10 nV ... 500 mV, 1 V
SENSITIVITIES_V_RMS: Final = tuple(
    float(f"{digit}e{exponent}") for exponent in range(-9, 1) for digit in (1, 2, 5) if (exponent, digit) > (-9, 1)
)[:27]
# 10 µs, 30 µs ... 30 ks
TIME_CONSTANTS_S: Final = tuple(float(f"{digit}e{exponent}") for exponent in range(-5, 5) for digit in (1, 3))

# 62.5 mHz ... 512 Hz; index 14 is the trigger
SAMPLE_RATES_HZ: Final = tuple(2.0**exponent for exponent in range(-4, 10))
TRIGGERED: Final = 14

OUTPUT_LIMIT: Final = 1.09  # of full scale

# The detection frequency changes its range when it falls below the one or rises above the other.
LOWER_RANGE_HZ: Final = 199.21
UPPER_RANGE_HZ: Final = 203.12

INDEX_SETTINGS: Final = {
    "SENS": (0, 26),
    "OFLT": (0, 19),
    "OFSL": (0, 3),
    "SYNC": (0, 1),
    "RMOD": (0, 2),
    "ISRC": (0, 3),
    "IGND": (0, 1),
    "ICPL": (0, 1),
    "ILIN": (0, 3),
    "FMOD": (0, 1),
    "RSLP": (0, 2),
    "OUTX": (0, 1),
    "OVRM": (0, 1),
    "KCLK": (0, 1),
    "ALRM": (0, 1),
    "LOCL": (0, 2),
    "SRAT": (0, TRIGGERED),
    "SEND": (0, 1),
    "TSTR": (0, 1),
}

# After power-on and *RST. The reference stays external, as the bench is wired.
DEFAULTS: Final = {
    "SENS": 26,
    "OFLT": 10,
    "OFSL": 1,
    "SYNC": 0,
    "RMOD": 2,
    "ISRC": 0,
    "IGND": 0,
    "ICPL": 0,
    "ILIN": 0,
    "FMOD": 0,
    "RSLP": 0,
    "OVRM": 1,
    "KCLK": 1,
    "ALRM": 1,
    "LOCL": 0,
    "SRAT": 4,
    "SEND": 1,
    "TSTR": 0,
}

# Values of index settings whose effect the world does not show.
UNMODELLED: Final = {"ISRC": (2, 3)}

# Slope: for each time constant from 10 µs on, the DC gain (dB) below which it may be set.
_GAIN_LIMITS_DB: Final = (
    tuple(range(45, 176, 10)),
    tuple(range(55, 176, 20)),
    (62, 92, 122, 152, 182),
    (72, 112, 152, 182),
)


def identity(model: str) -> str:
    """Reply to ``*IDN?``."""
    return f"Stanford_Research_Systems,{model},s/n86025,ver1.07"


def shortest_time_constant(slope_index: int, dc_gain_db: float) -> int:
    """Index of the shortest time constant at this DC gain (reserve plus expand)."""
    limits = _GAIN_LIMITS_DB[slope_index]
    return next((index for index, limit in enumerate(limits) if dc_gain_db < limit), len(limits))


def reserve_db(sensitivity_v_rms: float, reserve_index: int) -> float:
    """Dynamic reserve, dB above full scale.

    A model: high reserve 60 dB, normal 40 dB, low noise 20 dB, and never more than the 1 V rms that the input takes. The
    instrument's own reserve varies from range to range.
    """
    return min((60.0, 40.0, 20.0)[reserve_index], 20.0 * math.log10(1.0 / sensitivity_v_rms))


@cache
def input_limit_v_peak(sensitivity_v_rms: float, reserve_index: int) -> float:
    """Largest input before the amplifier overloads, V peak; see `reserve_db`."""
    limit_v_rms = sensitivity_v_rms * 10.0 ** (reserve_db(sensitivity_v_rms, reserve_index) / 20.0)
    return float(math.sqrt(2.0) * OUTPUT_LIMIT * limit_v_rms)
