"""Numbers of the Signal Recovery 7265 and 7270: sensitivities, time constants, settings of one number.

Sensitivities: 7230 manual p. E-20, the same in the drivers for both. Time constants: 7265 as in pymeasure (the 7220 manual p. 6-14
has the beginning of the same table), 7270 as in pymeasure; two of its entries stand in the 7270 manual p. 6-16 and 6-37.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["CURRENT_FACTORS", "MODELS", "SENSITIVITIES_V_RMS", "UNMODELLED", "Model"]

# Index 1 is 2 nV, 27 is 1 V; 0 is none.
SENSITIVITIES_V_RMS: Final = (0.0, *(float(f"{m}e{e}") for e in range(-9, 0) for m in (2, 5, 10)))
CURRENT_FACTORS: Final = (1.0, 1e-6, 1e-8)  # by IMODE

_OF_1_2_5: Final = tuple(float(f"{m}e{e}") for e in range(-5, 6) for m in (1, 2, 5))[:31]
_SHORT_7265: Final = (10e-6, 20e-6, 40e-6, 80e-6, 160e-6, 320e-6, 640e-6)

# Lowest, highest, at power-on (the reference is external, as the bench is wired)
_COMMON: Final = MappingProxyType(
    {
        "IMODE": (0, 2, 0),
        "VMODE": (0, 3, 1),
        "FLOAT": (0, 1, 1),
        "FET": (0, 1, 1),
        "CP": (0, 1, 0),
        "AUTOMATIC": (0, 1, 0),
        "SLOPE": (0, 3, 1),
        "IE": (0, 2, 2),
        "REFMODE": (0, 2, 0),
        "DD": (13, 125, 44),
        "MSK": (0, 255, 0),
        "REMOTE": (0, 1, 0),
        "EX": (0, 3, 0),
        "LTS": (0, 1, 1),
        "BYTE": (0, 255, 0),
        "TADC": (0, 13, 0),
        "EVENT": (0, 32767, 0),
    }
)

# Values whose effect the world does not show.
UNMODELLED: Final = MappingProxyType({"IMODE": (1, 2), "VMODE": (2,), "REFMODE": (1, 2), "SYNCOSC": (1,)})


@dataclass(frozen=True, slots=True)
class Model:
    """What differs.

    Attributes
    ----------
    number : str
        Reply to ``ID``.
    time_constants_s : tuple of float
        By index of ``TC``.
    shortest_slow : int
        First index of ``TC`` with all slopes.
    settings : mapping
        Settings of one number: lowest, highest, at power-on.
    gain_step_db : float
        Of one index of ``ACGAIN``.
    output_bits : tuple of int
        Bits of the overload byte for X and Y beyond 300 % of full scale.
    channel_bits : tuple of int
        The same for the analogue outputs beyond 120 %.
    input_bit : int or None
        Bit of the overload byte for the input; None where the status byte has it (bit 6).
    counts : bool
        Floating-point outputs come in steps of full scale / 10000.
    """

    number: str
    time_constants_s: tuple[float, ...]
    shortest_slow: int
    settings: Mapping[str, tuple[int, int, int]]
    gain_step_db: float
    output_bits: tuple[int, int]
    channel_bits: tuple[int, int]
    input_bit: int | None
    counts: bool


MODELS: Final = MappingProxyType(
    {
        "7265": Model(
            number="7265",
            time_constants_s=(*_SHORT_7265, *_OF_1_2_5[8:30]),
            shortest_slow=7,
            settings={**_COMMON, "SYNC": (0, 1, 0), "ACGAIN": (0, 9, 0), "REFN": (1, 65535, 1), "SAMPLE": (0, 3, 0)},
            gain_step_db=10.0,
            output_bits=(4, 3),
            channel_bits=(1, 2),
            input_bit=6,
            counts=True,
        ),
        "7270": Model(
            number="7270",
            time_constants_s=_OF_1_2_5,
            shortest_slow=8,
            settings={
                **_COMMON,
                "SYNC": (0, 2, 0),
                "ACGAIN": (0, 15, 0),
                "REFN": (1, 127, 1),
                "NOISEMODE": (0, 1, 0),
                "FASTMODE": (0, 1, 0),
                "SYNCOSC": (0, 1, 0),
                "USBTERM": (0, 1, 0),
            },
            gain_step_db=6.0,
            output_bits=(0, 1),
            channel_bits=(4, 5),
            input_bit=None,
            counts=False,
        ),
    }
)
