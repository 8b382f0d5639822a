"""From what a balance writes to kilograms: units of mass with an exact definition, and nothing else.

Kilogram and its decimal parts: SI. Metric carat: 200 mg (4th CGPM, 1907). Pound: 0.45359237 kg, ounce: 1/16 of it (international yard and pound
agreement, 1959). Grain: 1/7000 of it, pennyweight: 24, troy ounce: 480 grains (NIST Handbook 44, appendix C). Taels, tola,
mesghal and the like have no one value and are refused, as are pieces, percent and newton.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

__all__ = ["UNITS", "Mass", "mass_of"]

_GRAIN_KG = Decimal("0.45359237") / 7000  # 0.00006479891, exact in decimals

UNITS: Final = {
    "kg": Decimal(1),
    "g": Decimal("1e-3"),
    "mg": Decimal("1e-6"),
    "µg": Decimal("1e-9"),  # U+00B5
    "μg": Decimal("1e-9"),  # U+03BC
    "ug": Decimal("1e-9"),
    "mcg": Decimal("1e-9"),
    "ct": Decimal("2e-4"),
    "lb": Decimal("0.45359237"),
    "oz": Decimal("0.45359237") / 16,
    "ozt": 480 * _GRAIN_KG,
    "dwt": 24 * _GRAIN_KG,
    "GN": _GRAIN_KG,
    "gr": _GRAIN_KG,
}
"""Kilograms in one of each unit that a balance may write."""

_DIGITS = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class Mass:
    """What a balance shows, and the weight of one step in its last digit, both in kg."""

    mass_kg: float
    step_kg: float


def mass_of(digits: str, unit: str) -> Mass | None:
    """Convert the text of a weight; None where the unit is no unit of mass, or `digits` no plain decimal number.

    Decimal arithmetic: 12.345 g is the float nearest to 0.012345 kg.
    """
    factor = UNITS.get(unit)
    if factor is None or _DIGITS.fullmatch(digits) is None:
        return None
    decimals = len(digits.partition(".")[2])
    return Mass(float(Decimal(digits) * factor), float(Decimal(1).scaleb(-decimals) * factor))
