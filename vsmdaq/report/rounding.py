"""Value ± uncertainty as it is printed: u to two significant digits, the value to the same place (JCGM 100:2008, 7.2.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

__all__ = ["Rounded", "format_concise", "format_quantity", "pretty_number", "pretty_quantity", "round_to_uncertainty"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXACT = Context(prec=800)  # room for every digit between the largest and the smallest float
_PLAIN_POWERS = range(-2, 5)  # powers of ten that are written out: 0.0123 up to 12345


@dataclass(frozen=True, slots=True)
class Rounded:
    """A rounded value with its uncertainty, to be multiplied with 10**`exponent`.

    Attributes
    ----------
    value, u : str
        Digits, both with the same number of decimals.
    exponent : int
        Common power of ten; 0 where the digits stand for themselves.
    """

    value: str
    u: str
    exponent: int


def _round_u(u: Decimal, digits: int) -> Decimal:
    """`u` to `digits` significant digits; 0.996 becomes 1.0, not 1.00."""
    place = u.adjusted() - digits + 1
    rounded = u.quantize(Decimal((0, (1,), place)), ROUND_HALF_EVEN)
    if rounded.adjusted() > u.adjusted():
        rounded = rounded.quantize(Decimal((0, (1,), place + 1)), ROUND_HALF_EVEN)
    return rounded


def round_to_uncertainty(value: float, u: float, digits: int = 2) -> Rounded:
    """Round `u` to `digits` significant digits, and `value` to the last place of `u`.

    Parameters
    ----------
    value, u : float
        Estimate and its (standard or expanded) uncertainty, in one unit; u > 0.
    digits : int
        Significant digits of `u`.

    Raises
    ------
    ValueError
        A number is not finite, or `u` is not positive.

    Notes
    -----
    Rounding is of the shortest decimal text that stands for the number, half to even. The power of ten follows the
    larger of value and uncertainty, so that a value below its uncertainty is not blown up.
    """
    if not (math.isfinite(value) and math.isfinite(u) and u > 0):
        raise ValueError(f"{value} ± {u} cannot be rounded: both must be finite, the uncertainty positive")
    rounded_u = _round_u(Decimal(repr(float(u))), digits)
    place = Decimal((0, (1,), int(rounded_u.as_tuple().exponent)))
    rounded_value = Decimal(repr(float(value))).quantize(place, ROUND_HALF_EVEN, _EXACT)
    exponent = max(rounded_value.adjusted() if rounded_value else rounded_u.adjusted(), rounded_u.adjusted())
    if exponent in _PLAIN_POWERS and int(rounded_u.as_tuple().exponent) <= 0:
        exponent = 0
    return Rounded(_plain(rounded_value, exponent), _plain(rounded_u, exponent), exponent)


def _plain(value: Decimal, exponent: int) -> str:
    """Digits of `value` / 10**exponent, written out; nothing has no sign."""
    text = f"{value.scaleb(-exponent, _EXACT):f}"
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def _exact(value: float) -> str:
    return f"{value:.6g}"


def format_quantity(value: float, u: float) -> str:
    """Plain text, e.g. ``(2.0031 ± 0.0024)e-6``; 'exact' where u = 0, as it is where a number is not finite.

    Parameters
    ----------
    value, u : float
        Estimate and its uncertainty (say beside it whether k = 1 or 2).
    """
    if u == 0:
        return _exact(value)
    if not (math.isfinite(value) and math.isfinite(u)):
        return f"{value} ± {u}"
    rounded = round_to_uncertainty(value, u)
    text = f"{rounded.value} ± {rounded.u}"
    return f"({text})e{rounded.exponent}" if rounded.exponent else text


def pretty_quantity(value: float, u: float) -> str:
    """As `format_quantity` for print: ``(2.0031 ± 0.0024) × 10⁻⁶``, with a true minus sign."""
    if u == 0 or not (math.isfinite(value) and math.isfinite(u)):
        return pretty_number(value)
    rounded = round_to_uncertainty(value, u)
    text = f"{rounded.value} ± {rounded.u}".replace("-", "−")
    if not rounded.exponent:
        return text
    return f"({text}) × 10{str(rounded.exponent).translate(_SUPERSCRIPTS)}"


def pretty_number(value: float, digits: int = 6) -> str:
    """A number for print, with `digits` significant digits: ``4.235``, ``−2.0 × 10⁻¹³``."""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    power = f" × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}" if exponent else ""
    return mantissa.replace("-", "−") + power


def format_concise(value: float, u: float) -> str:
    """The short form with the uncertainty of the last digits in brackets: ``2.0031(24)e-6``.

    Raises
    ------
    ValueError
        A number is not finite, or `u` is not positive.
    """
    rounded = round_to_uncertainty(value, u)
    digits = rounded.u if Decimal(rounded.u) >= 1 and "." in rounded.u else rounded.u.replace(".", "").lstrip("0")
    return f"{rounded.value}({digits})" + (f"e{rounded.exponent}" if rounded.exponent else "")
