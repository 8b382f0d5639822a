"""Values as people write them: number, unit and, where it matters, standard uncertainty.

    "1.000 mm"   "1.000 mm ± 0.005 mm"   "1.000 mm ± 0.5 %"   "(1.000 ± 0.005) mm"
    "3.47 mA m2 +- 0.02 mA m2 (k=2)"   "20 °C ± 1 °C rect"

``±``, ``+-`` and ``+/-`` are the same. ``%`` and ``ppm`` behind it are relative. ``(k=2)`` divides an expanded uncertainty;
``rect`` (``tri``) says that the number is the half-width of a rectangular (triangular) distribution, JCGM 100:2008, 4.3.7
and 4.3.9. What could mean two things is refused, never guessed.
"""

from __future__ import annotations

import difflib
import math
import re
from decimal import Decimal
from typing import Literal

from vsmdaq.formats.inputs.units import DIMENSIONS, Dimension, normal_unit
from vsmdaq.formats.inputs.wording import shown
from vsmdaq.physics.constants import ZERO_CELSIUS_K
from vsmdaq.terms import Quantity, VsmdaqError

__all__ = ["QuantityTextError", "parse_quantity"]

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_BARE = re.compile(_NUMBER)
_VALUE = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>.*)", re.DOTALL)
_BRACKETS = re.compile(r"\((?P<value>[^()±]*)±(?P<u>[^()±]*)\)(?P<unit>.*?)(?P<suffix>(?:\(\s*k\s*=.*)?)", re.DOTALL)
_SUFFIX = re.compile(rf"(?P<body>.*?)\s*(?:\(\s*k\s*=\s*(?P<k>{_NUMBER})\s*\)|\b(?P<shape>rect|tri))", re.DOTALL)
_RELATIVE = {"%": 1e-2, "ppm": 1e-6}
_CELSIUS = "°C"
_ALLOWED_U = (
    'a standard uncertainty behind it such as "± {0}" or "± 0.5 %", with "(k=2)", "rect" or "tri" where it is none'
)

_Shape = Literal["normal", "rectangular", "triangular"]
_HALF_WIDTHS: dict[str, tuple[float, _Shape]] = {
    "rect": (math.sqrt(3.0), "rectangular"),
    "tri": (math.sqrt(6.0), "triangular"),
}


class QuantityTextError(VsmdaqError, ValueError):
    """A text that is no quantity of the wanted dimension: what was given, what is allowed, what to do."""

    def __init__(self, given: str, allowed: str, advice: str = "") -> None:
        self.given = given
        self.allowed = allowed
        self.advice = advice
        super().__init__(f"given {given}; allowed: {allowed}. {advice}".rstrip())


def parse_quantity(value: object, dimension: str) -> Quantity:
    """Read a quantity of a dimension out of `DIMENSIONS`.

    Parameters
    ----------
    value : object
        What stands in the file: a string. A bare number is taken for a ratio only.
    dimension : str
        Key of `DIMENSIONS`.

    Returns
    -------
    Quantity
        In the dimension's SI unit; u = 0 where no uncertainty is stated.

    Raises
    ------
    QuantityTextError
        No finite number, no unit, an unknown unit or one of another dimension, a bad or ambiguous uncertainty.
    """
    kind = DIMENSIONS[dimension]
    text = _as_text(value, kind)
    main, sign, rest = _split(text)
    number, unit = _number_and_unit(main, kind, value)
    offset = ZERO_CELSIUS_K if unit == _CELSIUS else 0.0
    size = _scaled(number, kind.units[unit], value, kind.allowed)
    if not sign:
        return Quantity(size + offset, 0.0, kind.si)
    u, shape = _uncertainty(rest, size, unit, kind, value)
    return Quantity(size + offset, u, kind.si, distribution=shape)


def _as_text(value: object, kind: Dimension) -> str:
    if isinstance(value, str):
        return value.replace("−", "-").strip()
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    if bare and "" in kind.units:
        return repr(value)
    example = shown(value) if bare and abs(value) < 1e300 else "1.0"  # type: ignore[arg-type]
    raise QuantityTextError(shown(value), kind.allowed, _with_unit(example, kind))


def _with_unit(number: str, kind: Dimension) -> str:
    return f'Write it with its unit, e.g. "{f"{number} {kind.example}".strip()}".'


def _split(text: str) -> tuple[str, str, str]:
    """Value, ± and uncertainty; the unit behind brackets belongs to both."""
    text = text.replace("+/-", "±").replace("+-", "±")
    match = _BRACKETS.fullmatch(text)
    if match is None:
        main, sign, rest = text.partition("±")
        return main.strip(), sign, rest.strip()
    unit, suffix = match["unit"].strip(), match["suffix"]
    if shape := re.fullmatch(r"(.*?)\s*\b(rect|tri)", unit):
        unit, suffix = shape[1], shape[2]
    return f"{match['value'].strip()} {unit}", "±", f"{match['u'].strip()} {unit} {suffix}".strip()


def _number_and_unit(main: str, kind: Dimension, value: object) -> tuple[str, str]:
    match = _VALUE.fullmatch(main)
    if match is None:
        raise QuantityTextError(shown(value), kind.allowed, "It must begin with a finite number.")
    number, unit = match["number"], normal_unit(match["unit"])
    if unit.startswith(","):
        raise QuantityTextError(shown(value), kind.allowed, "Write a decimal point, not a comma.")
    if unit not in kind.units:
        raise QuantityTextError(shown(value), kind.allowed, _unit_advice(number, unit, kind))
    return number, unit


def _unit_advice(number: str, unit: str, kind: Dimension) -> str:
    if not unit:
        return _with_unit(number, kind)
    if unit == "cm3/g" and kind.name == "mass susceptibility":
        return 'Say which: "cm3/g (cgs)", which is emu/(g Oe), or "cm3/g (SI)"; they differ by 4 pi.'
    others = [other.name for other in DIMENSIONS.values() if unit in other.units]
    if others:
        return f'"{unit}" is a unit of {" or ".join(others)}, not of {kind.name}.'
    folded = {known.lower(): known for known in kind.units if known}
    close = difflib.get_close_matches(unit.lower(), folded, n=1)
    return f'Did you mean "{folded[close[0]]}"?' if close else ""


def _scaled(number: str, factor: float, value: object, allowed: str) -> float:
    """Number times factor, rounded once; nothing that is not zero becomes zero."""
    plain = float(number)
    zero = not re.search("[1-9]", re.split("[eE]", number)[0])
    size = plain
    if math.isfinite(plain) and plain != 0.0:
        size = float(Decimal(number) * Decimal(repr(factor)))
    if not math.isfinite(size) or (size == 0.0 and not zero):
        raise QuantityTextError(shown(value), allowed, "The number is beyond what a computer number can hold.")
    return size


def _uncertainty(rest: str, size: float, unit: str, kind: Dimension, value: object) -> tuple[float, _Shape]:
    """Standard uncertainty in SI and its distribution; `size` is the value before any offset."""
    match = _SUFFIX.fullmatch(rest)
    parts = _VALUE.fullmatch((match["body"] if match else rest).strip())
    if parts is None:
        raise _bad_uncertainty(value, unit, "Behind ± a finite number must stand.")
    number, own_unit = parts["number"], normal_unit(parts["unit"])
    if number.startswith("-"):
        raise _bad_uncertainty(value, unit, "An uncertainty is not negative.")
    allowed = _ALLOWED_U.format(f"0.01 {unit}".strip())
    if own_unit in _RELATIVE and unit not in _RELATIVE:
        _check_relative(size, unit, value)
        u = abs(size) * _scaled(number, _RELATIVE[own_unit], value, allowed)
    elif own_unit in kind.units and own_unit not in _RELATIVE and ("" not in kind.units or own_unit == unit):
        u = _scaled(number, kind.units[own_unit], value, allowed)
    elif own_unit in _RELATIVE:
        raise _bad_uncertainty(value, unit, f'"{own_unit}" of what? Write both as plain numbers, e.g. "0.50 ± 0.01".')
    else:
        raise _bad_uncertainty(value, unit, f'"{own_unit}" does not fit here.' if own_unit else "It has no unit.")
    return _standard(u, match, value, unit)


def _check_relative(size: float, unit: str, value: object) -> None:
    if unit == _CELSIUS:
        raise _bad_uncertainty(value, unit, "A share of a temperature in °C means nothing; state it in K.")
    if size == 0.0:
        raise _bad_uncertainty(value, unit, "A share of zero is zero; state the uncertainty in the unit of the value.")


def _standard(u: float, suffix: re.Match[str] | None, value: object, unit: str) -> tuple[float, _Shape]:
    if suffix is None:
        return u, "normal"
    if suffix["shape"]:
        divisor, shape = _HALF_WIDTHS[suffix["shape"]]
        return u / divisor, shape
    k = float(suffix["k"])
    if not (math.isfinite(k) and k > 0.0):
        raise _bad_uncertainty(value, unit, "The coverage factor k is a finite number greater than zero.")
    return u / k, "normal"


def _bad_uncertainty(value: object, unit: str, advice: str) -> QuantityTextError:
    return QuantityTextError(shown(value), _ALLOWED_U.format(f"0.01 {unit}".strip()), advice)
