"""How the SR830 keeps and sends numbers of its buffer.

A point is ``m 2**(e-124)`` with a mantissa of 16 bits and an exponent of 0 to 248 (manual p. 5-17, "non-normalized"); all three ways
to read the buffer give this number. The exponent is taken as that of the display's range (assumed), so that the step does not
depend on the value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable

__all__ = ["Point", "as_ascii", "as_ieee", "as_lia", "point"]

Point = tuple[int, int]
"""Mantissa and exponent."""

_BIAS = 124
_LARGEST = 32767
_HIGHEST_EXPONENT = 248


def point(value: float, full_range: float) -> Point:
    """Mantissa and exponent of a value on a display of this range; a larger exponent where the value exceeds it."""
    largest = max(abs(value), full_range)
    if largest == 0.0:
        return 0, 0
    exponent = math.frexp(largest / _LARGEST)[1] + _BIAS
    exponent = min(max(exponent, 0), _HIGHEST_EXPONENT)
    mantissa = round(math.ldexp(value, _BIAS - exponent))
    return min(max(mantissa, -_LARGEST - 1), _LARGEST), exponent


def as_lia(points: Iterable[Point]) -> bytes:
    """``TRCL?``: mantissa and exponent, two bytes each, the lower first."""
    return b"".join([struct.pack("<hh", *entry) for entry in points])


def as_ieee(points: Iterable[Point]) -> bytes:
    """``TRCB?``: floating point numbers of four bytes, the lowest first."""
    return b"".join([struct.pack("<f", _value(entry)) for entry in points])


def as_ascii(points: Iterable[Point]) -> str:
    """``TRCA?``: as ``-1.234567e-009,+7.654321e-009,``."""
    return "".join([_text(_value(entry)) + "," for entry in points])


def _value(entry: Point) -> float:
    return math.ldexp(entry[0], entry[1] - _BIAS)


def _text(value: float) -> str:
    text = f"{value:+.6e}"
    return f"{text[:-2]}0{text[-2:]}"
