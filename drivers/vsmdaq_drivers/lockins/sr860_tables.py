"""Numbers of the SR860 and SR865A, and what their status words say."""

from __future__ import annotations

from typing import Final

from vsmdaq_drivers.contracts import LockInStatus

__all__ = [
    "COUPLINGS",
    "INPUT_RANGES_V",
    "PHASE_LIMIT_DEG",
    "SENSITIVITIES_V_RMS",
    "SOURCES",
    "SYNCHRONOUS_BELOW_HZ",
    "TIME_CONSTANTS_S",
    "status_of",
]

# Written as decimal text so that 5e-9 is the float 5e-9. SCAL counts from the other end: index 0 is 1 V.
SENSITIVITIES_V_RMS: Final = tuple(float(f"{m}e{e}") for e in range(-9, 1) for m in (1, 2, 5))[:28]
TIME_CONSTANTS_S: Final = tuple(float(f"{m}e{e}") for e in range(-6, 5) for m in (1, 3))
INPUT_RANGES_V: Final = (0.01, 0.03, 0.1, 0.3, 1.0)  # IRNG counts from the other end, too
SOURCES: Final = ("A", "A-B")
COUPLINGS: Final = ("AC", "DC")

SYNCHRONOUS_BELOW_HZ: Final = 4000.0
PHASE_LIMIT_DEG: Final = 360000.0

# Bits of LIAS? and CUROVLDSTAT?: outputs 0, 1 and data channels 8 to 11, reference 3, input 4, synchronous filter 5 and 6
_OVERLOADS: Final = {"input": 1 << 4, "filter": 1 << 6, "output": 0b1111_0000_0011}
_UNLOCKED: Final = 1 << 3
_SYNC_OUT_OF_RANGE: Final = 1 << 5


def status_of(word: int) -> LockInStatus:
    """Say what a word of ``LIAS?`` or ``CUROVLDSTAT?`` means."""
    overloads = tuple(name for name, bits in _OVERLOADS.items() if word & bits)
    return LockInStatus(overloads, bool(word & _UNLOCKED), bool(word & _SYNC_OUT_OF_RANGE))
