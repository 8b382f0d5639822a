"""Numbers and names of the SR860 and SR865A: scales, input ranges, time constants, settings by name or index.

Tables of ``SCAL``, ``OFLT`` and ``IRNG`` as in pymeasure, qcodes and the maker's own srsinst.sr860, which agree. The names of
settings are those of the manual as far as other people's drivers show them; which ones the bench's world does not show is
said in `UNMODELLED`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = [
    "DEFAULTS",
    "HIGHEST_FREQUENCY_HZ",
    "INPUT_RANGES_V_PEAK",
    "OUTPUT_LIMIT",
    "PARAMETERS",
    "SCALES_V_RMS",
    "SETTINGS",
    "SYNC_BELOW_HZ",
    "TIME_CONSTANTS_S",
    "UNMODELLED",
    "identity",
]

# 1 V, 500 mV, 200 mV ... 1 nV: the other way round than the SR830
SCALES_V_RMS: Final = tuple(float(f"{m}e{e}") for e in range(-1, -11, -1) for m in (10, 5, 2))[:28]
# 1 µs, 3 µs ... 30 ks
TIME_CONSTANTS_S: Final = tuple(float(f"{m}e{e}") for e in range(-6, 5) for m in (1, 3))
INPUT_RANGES_V_PEAK: Final = (1.0, 0.3, 0.1, 0.03, 0.01)  # taken for peak values: assumed

OUTPUT_LIMIT: Final = 1.09  # of full scale, as the SR830: assumed
SYNC_BELOW_HZ: Final = 4000.0  # the synchronous filter acts below: assumed

HIGHEST_FREQUENCY_HZ: Final = MappingProxyType({"SR860": 500e3, "SR865A": 4e6})

_OFF_ON = ("OFF", "ON")

# Settings of one index: the name of each value.
SETTINGS: Final = MappingProxyType(
    {
        "IVMD": ("VOLTAGE", "CURRENT"),
        "ISRC": ("A", "A-B"),
        "ICPL": ("AC", "DC"),
        "IGND": ("FLOAT", "GROUND"),
        "IRNG": ("1VOLT", "300MVOLT", "100MVOLT", "30MVOLT", "10MVOLT"),
        "ICUR": ("1MEG", "100MEG"),
        "SCAL": ("",) * len(SCALES_V_RMS),
        "OFLT": ("",) * len(TIME_CONSTANTS_S),
        "OFSL": ("6DB", "12DB", "18DB", "24DB"),
        "SYNC": _OFF_ON,
        "ADVFILT": _OFF_ON,
        "RSRC": ("INT", "EXT", "DUAL", "CHOP"),
        "RTRG": ("SIN", "POSTTL", "NEGTTL"),
        "REFZ": ("50OHMS", "1MEG"),
        "REFM": ("COMMON", "DIFFERENCE"),
        "TBMODE": ("AUTO", "INTERNAL"),
        "BLADESLOTS": ("SLT6", "SLT30"),
        "OVRM": _OFF_ON,
        "LOCL": ("LOCAL", "REMOTE", "LOCKOUT"),
        "DBLK": _OFF_ON,
        "DLAY": ("TREND", "HISTORY", "BARHIST", "FFT", "BARFFT", "BIG5"),
        "GSPD": ("",) * 17,
        "KEYC": _OFF_ON,
    }
)

# After power-on and *RST. The reference stays external, as the bench is wired.
DEFAULTS: Final = MappingProxyType(
    dict.fromkeys(SETTINGS, 0) | {"OFLT": 10, "OFSL": 3, "RSRC": 1, "REFZ": 1, "OVRM": 1}
)

# Values whose effect the world does not show.
UNMODELLED: Final = MappingProxyType({"RSRC": (2, 3), "IVMD": (1,), "ADVFILT": (1,)})

# ``OUTP?``, ``SNAP?``, ``CDSP``: index and name
PARAMETERS: Final = (
    "X", "Y", "R", "THETA", "IN1", "IN2", "IN3", "IN4", "XNOISE", "YNOISE", "OUT1", "OUT2", "PHASE", "SAMP", "LEVEL", "FINT", "FEXT",
)  # fmt: skip


def identity(model: str) -> str:
    """Reply to ``*IDN?``."""
    return f"Stanford_Research_Systems,{model},003456,v1.55"
