"""The one check that all demagnetising factors share: lengths are positive and finite."""

from __future__ import annotations

import math

__all__ = ["check_lengths"]


def check_lengths(**lengths: float) -> None:
    """Refuse a length that is none.

    Raises
    ------
    ValueError
        Naming the first that is not positive and finite.
    """
    for name, value in lengths.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"a demagnetising factor for {name} = {value} was asked for; allowed: positive, finite")
