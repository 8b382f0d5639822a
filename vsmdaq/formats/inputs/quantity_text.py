"""Values as people write them: number, unit and, where it matters, standard uncertainty.

    "1.000 mm"   "1.000 mm ± 0.005 mm"   "1.000 mm ± 0.5 %"   "3.47 mA m2 +- 0.02 mA m2 (k=2)"   "20 °C ± 1 °C rect"

``±`` and ``+-`` are the same; ``(k=2)`` divides an expanded uncertainty; ``rect`` says that the number is the half-width of a
rectangular distribution.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from vsmdaq.terms import Quantity

__all__ = ["DIMENSIONS", "QuantityTextError", "parse_quantity"]

_MU0 = 1.25663706212e-6  # H/m, CODATA 2018
_OERSTED = 1000.0 / (4.0 * math.pi)

DIMENSIONS: Mapping[str, tuple[str, Mapping[str, float]]] = MappingProxyType(
    {
        "length": ("m", {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "nm": 1e-9}),
        "mass": ("kg", {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "ug": 1e-9, "µg": 1e-9}),
        "time": ("s", {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0, "h": 3600.0}),
        "frequency": ("Hz", {"Hz": 1.0, "kHz": 1e3}),
        "current": ("A", {"A": 1.0, "mA": 1e-3}),
        "current rate": ("A/s", {"A/s": 1.0, "mA/s": 1e-3, "A/min": 1.0 / 60.0}),
        "field": (
            "A/m",
            {
                "A/m": 1.0,
                "kA/m": 1e3,
                "MA/m": 1e6,
                "Oe": _OERSTED,
                "kOe": 1e3 * _OERSTED,
                "T": 1 / _MU0,
                "mT": 1e-3 / _MU0,
            },
        ),
        "field per current": (
            "1/m",
            {"A/m per A": 1.0, "kA/m per A": 1e3, "Oe per A": _OERSTED, "mT per A": 1e-3 / _MU0, "1/m": 1.0},
        ),
        "moment": ("A m2", {"A m2": 1.0, "mA m2": 1e-3, "uA m2": 1e-6, "µA m2": 1e-6, "nA m2": 1e-9, "emu": 1e-3}),
        "voltage": ("V", {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6, "nV": 1e-9}),
        "noise density": (
            "V/sqrt(Hz)",
            {"V/sqrt(Hz)": 1.0, "uV/sqrt(Hz)": 1e-6, "µV/sqrt(Hz)": 1e-6, "nV/sqrt(Hz)": 1e-9},
        ),
        "temperature": ("K", {"K": 1.0, "°C": 1.0, "C": 1.0}),
        "pressure": ("Pa", {"Pa": 1.0, "hPa": 1e2, "kPa": 1e3, "mbar": 1e2, "bar": 1e5}),
        "temperature coefficient": ("1/K", {"1/K": 1.0, "%/K": 1e-2, "ppm/K": 1e-6}),
        "mass susceptibility": ("m3/kg", {"m3/kg": 1.0, "cm3/g": 4e-3 * math.pi, "emu/(g Oe)": 4e-3 * math.pi}),
        "density": ("kg/m3", {"kg/m3": 1.0, "g/cm3": 1e3}),
        "molar mass": ("kg/mol", {"kg/mol": 1.0, "g/mol": 1e-3}),
        "acceleration": ("m/s2", {"m/s2": 1.0}),
        "angle": ("deg", {"deg": 1.0, "°": 1.0, "rad": 180.0 / math.pi}),
        "ratio": ("1", {"": 1.0, "%": 1e-2, "ppm": 1e-6}),
    }
)
"""Units by dimension: SI unit, and what one of each unit is in it. CGS susceptibilities are taken as emu, times 4 pi."""

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_VALUE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>[^±]*?)\s*")
_UNCERTAINTY = re.compile(
    rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>.*?)\s*(?:\(\s*k\s*=\s*(?P<k>{_NUMBER})\s*\)|(?P<rect>rect))?\s*"
)
_CELSIUS = ("°C", "C")
_ZERO_CELSIUS_K = 273.15


class QuantityTextError(ValueError):
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
        In SI; u = 0 where no uncertainty is stated.

    Raises
    ------
    QuantityTextError
        No number, no unit, an unknown unit or one of another dimension, or a bad uncertainty.
    """
    si, units = DIMENSIONS[dimension]
    example = next(iter(units)) if dimension != "field" else "kA/m"
    if dimension == "ratio" and isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(float(value))
    allowed = f"a {dimension} with its unit ({', '.join(unit or 'no unit' for unit in units)})"
    if not isinstance(value, str):
        shown = f"{value!r}" if isinstance(value, int | float) and not isinstance(value, bool) else "1.0"
        raise QuantityTextError(f"{value!r}", allowed, f'Write it with its unit, e.g. "{shown} {example}".')
    main, sign, rest = value.replace("+-", "±").replace("+/-", "±").partition("±")
    match = _VALUE.fullmatch(main)
    if match is None or not math.isfinite(float(match["number"])):
        raise QuantityTextError(repr(value), allowed, "It must begin with a number.")
    unit = _normal(match["unit"])
    if unit not in units:
        advice = f'Write it with its unit, e.g. "{match["number"]} {example}".' if not unit else ""
        raise QuantityTextError(repr(value), allowed, advice)
    number = float(match["number"]) * units[unit]
    number += _ZERO_CELSIUS_K if unit in _CELSIUS and dimension == "temperature" else 0.0
    if not sign:
        return Quantity(number, 0.0, si)
    return _with_uncertainty(value, rest, number, (si, units))


def _normal(unit: str) -> str:
    for old, new in (("·", " "), ("*", " "), ("²", "2"), ("³", "3"), ("√Hz", "sqrt(Hz)"), ("µ", "µ"), ("μ", "µ")):
        unit = unit.replace(old, new)
    return " ".join(unit.split())


def _with_uncertainty(text: str, rest: str, number: float, system: tuple[str, Mapping[str, float]]) -> Quantity:
    si, units = system
    allowed = (
        'a standard uncertainty like "± 0.5 %" or "± 0.01 mm", with "(k=2)" or "rect" behind it where it is not one'
    )
    match = _UNCERTAINTY.fullmatch(rest)
    unit = _normal(match["unit"]) if match else ""
    if match is None or (unit not in units and unit != "%"):
        raise QuantityTextError(repr(text), allowed)
    u = float(match["number"]) * (0.01 * abs(number) if unit == "%" else units[unit])
    k = float(match["k"]) if match["k"] else 1.0
    if not (math.isfinite(u) and u >= 0.0 and k > 0.0):
        raise QuantityTextError(repr(text), allowed, "It must not be negative.")
    if match["rect"]:
        return Quantity(number, u / math.sqrt(3.0), si, distribution="rectangular")
    return Quantity(number, u / k, si)
