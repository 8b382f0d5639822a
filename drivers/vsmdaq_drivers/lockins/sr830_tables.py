"""Ranges, time constants and sample rates of the SR830, by the index that its commands take."""

from __future__ import annotations

import math

from vsmdaq_drivers.contracts import LimitError, RefusedError

__all__ = ["SAMPLE_RATES_HZ", "SENSITIVITIES_V_RMS", "TIME_CONSTANTS_S", "index_of"]

# Index i of SENS and OFLT; written as decimal text so that 5e-9 is the float 5e-9.
SENSITIVITIES_V_RMS = tuple(float(f"{m}e{e}") for e in range(-9, 0) for m in (2, 5, 10))
TIME_CONSTANTS_S = tuple(float(f"{m}e{e}") for e in range(-5, 5) for m in (1, 3))
# Index i of SRAT: 62.5 mHz to 512 Hz.
SAMPLE_RATES_HZ = tuple(2.0**power for power in range(-4, 10))


def index_of(quantity: str, value: float, table: tuple[float, ...], unit: str, *, instrument: str) -> int:
    """Find a value in an ascending table.

    Raises
    ------
    LimitError
        Beyond its ends.
    RefusedError
        Between two entries: nothing is rounded.
    """
    if not table[0] * (1 - 1e-6) <= value <= table[-1] * (1 + 1e-6):
        raise LimitError(quantity, value, table[0], table[-1], unit, instrument=instrument)
    for index, entry in enumerate(table):
        if math.isclose(value, entry, rel_tol=1e-6):
            return index
    below = max(entry for entry in table if entry < value)
    above = min(entry for entry in table if entry > value)
    raise RefusedError(
        f"{quantity} {value:g} {unit}", f"the nearest it has are {below:g} and {above:g} {unit}", instrument=instrument
    )
