"""A value out of a table: nothing is rounded to the next entry in silence."""

from __future__ import annotations

import math

from vsmdaq_drivers.contracts import LimitError, RefusedError

__all__ = ["index_of", "poles_index"]


def index_of(table: tuple[float, ...], value: float, quantity: str, unit: str, *, instrument: str) -> int:
    """Give the index of `value` in an ascending table.

    Raises
    ------
    LimitError
        Beyond the ends of the table.
    RefusedError
        Between two entries; the message names them.
    """
    if not table[0] * (1 - 1e-6) <= value <= table[-1] * (1 + 1e-6):
        raise LimitError(quantity, value, table[0], table[-1], unit, instrument=instrument)
    for index, entry in enumerate(table):
        if math.isclose(value, entry, rel_tol=1e-6):
            return index
    below = max(entry for entry in table if entry < value)
    above = min(entry for entry in table if entry > value)
    reason = f"the nearest it has are {below:g} and {above:g} {unit}"
    raise RefusedError(f"{quantity} {value:g} {unit}", reason, instrument=instrument)


def poles_index(poles: int, *, instrument: str) -> int:
    """Give the index of 1 to 4 stages of 6 dB/oct; raises LimitError for any other number."""
    if poles not in (1, 2, 3, 4):
        raise LimitError("number of filter poles", poles, 1, 4, "", instrument=instrument)
    return poles - 1
