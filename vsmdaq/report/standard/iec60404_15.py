"""IEC 60404-15: relative magnetic permeability of feebly magnetic materials."""

from __future__ import annotations

import numpy as np

from vsmdaq.report.standard.fields import Deviation, StandardName
from vsmdaq.report.standard.permeability import KINDS, permeability_results
from vsmdaq.report.standard.standard import Context, Limit, Standard, claim_of

__all__ = ["IEC60404_15"]

_DESIGNATION = "IEC 60404-15:2012+AMD1:2016"
_SCOPE = f"{_DESIGNATION}, scope"

FIELD = Limit("field", 5e3, 100e3, "A/m", _SCOPE)
"""Applied fields that its methods are for, as the published scope states them."""


def _deviations(context: Context) -> tuple[Deviation, ...]:
    found = [
        Deviation(
            "method_not_listed",
            "solenoid (reference method), magnetic moment, magnetic balance or permeability meter",
            _SCOPE,
            "vibrating-sample magnetometer, calibrated with a calibrant",
        )
    ]
    sizes = np.abs(context.points.applied.values)
    below, above = FIELD.outside(sizes)
    if below + above:
        told = (
            f"{context.units.text('field', float(sizes.min()), 'A/m')} to "
            f"{context.units.text('field', float(sizes.max()), 'A/m')}; of {sizes.size} points {below} below and {above} above"
        )
        found.append(
            Deviation("field_outside_range", f"applied field of {FIELD.asked(context.units)}", FIELD.source, told)
        )
    return tuple(found)


IEC60404_15 = Standard(
    StandardName(
        "iec60404-15", _DESIGNATION, "relative permeability of feebly magnetic materials", claim_of(_DESIGNATION)
    ),
    KINDS,
    permeability_results,
    _deviations,
)
