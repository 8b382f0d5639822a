"""Numbers of the SR830: ranges, time constants, integer settings.

Source: SR830 manual (tables as in the SR850 manual); the reserve is a model, see `input_limit_v_peak`.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "DEFAULTS",
    "IDENTITY",
    "INDEX_SETTINGS",
    "OUTPUT_LIMIT",
    "SENSITIVITIES_V_RMS",
    "TIME_CONSTANTS_S",
    "UNMODELLED",
    "input_limit_v_peak",
]

IDENTITY: Final = "Stanford_Research_Systems,SR830,s/n86025,ver1.07"

# 2 nV, 5 nV, 10 nV ... 500 mV, 1 V
SENSITIVITIES_V_RMS: Final = tuple(
    float(f"{digit}e{exponent}") for exponent in range(-9, 1) for digit in (1, 2, 5) if (exponent, digit) > (-9, 1)
)[:27]
# 10 µs, 30 µs ... 30 ks
TIME_CONSTANTS_S: Final = tuple(float(f"{digit}e{exponent}") for exponent in range(-5, 5) for digit in (1, 3))

OUTPUT_LIMIT: Final = 1.09  # of full scale

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
}

# Values of index settings whose effect the world does not show.
UNMODELLED: Final = {"FMOD": (1,), "ISRC": (2, 3)}


def input_limit_v_peak(sensitivity_v_rms: float, reserve_index: int) -> float:
    """Largest input before the amplifier overloads, V peak.

    A model: high reserve 60 dB, normal 40 dB, low noise 20 dB above full scale, and never more than the 1 V rms that
    the input takes. The instrument's own reserve varies from range to range.
    """
    reserve_db = (60.0, 40.0, 20.0)[reserve_index]
    return float(2.0**0.5 * min(sensitivity_v_rms * 10.0 ** (reserve_db / 20.0), 1.0) * OUTPUT_LIMIT)
