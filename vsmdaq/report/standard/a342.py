"""ASTM A342/A342M, test method 5: permeability of weakly magnetic materials by a vibrating-sample magnetometer."""

from __future__ import annotations

from vsmdaq.report.rounding import pretty_number
from vsmdaq.report.standard.fields import Deviation, StandardName
from vsmdaq.report.standard.permeability import KINDS, permeability_results
from vsmdaq.report.standard.standard import Context, Limit, Standard, claim_of

__all__ = ["A342"]

_DESIGNATION = "ASTM A342/A342M-21, test method 5"

PERMEABILITY = Limit("relative_permeability", 1.0, 4.0, "1", "ASTM A342/A342M-21, scope, test method 5")
"""Range of the method, as the published scope states it."""


def _deviations(context: Context) -> tuple[Deviation, ...]:
    values = context.permeabilities
    below, above = PERMEABILITY.outside(values)
    if not below + above:
        return ()
    found = (
        f"{pretty_number(float(values.min()), 7)} to {pretty_number(float(values.max()), 7)}; of {values.size} values "
        f"{below} below and {above} above"
    )
    asked = f"relative permeability of {PERMEABILITY.asked(context.units)}"
    return (Deviation("permeability_outside_method", asked, PERMEABILITY.source, found),)


A342 = Standard(
    StandardName("a342", _DESIGNATION, "relative permeability of weakly magnetic materials", claim_of(_DESIGNATION)),
    KINDS,
    permeability_results,
    _deviations,
)
