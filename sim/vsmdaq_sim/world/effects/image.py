"""Images of the moment in the pole caps: as strong as the caps are permeable at the field.

A plane of relative permeability mu mirrors a moment across it with the strength ``s = (mu - 1)/(mu + 1)``. The caps carry
the bench's field too, so mu is their differential permeability there. B is continuous into the caps, and their curve is that
of Froelich and Kennelly, ``M = chi h/(1 + chi h/M_s)``, which gives ``mu = 1 + chi/(1 + chi h/M_s)**2`` with h from
``h + M = H``. A table of measured strengths replaces the law; beyond its last field the last strength stands.

Source of the effect and of its sign (M seems to fall once the caps saturate): S. Foner, Rev. Sci. Instrum. 30, 548 (1959).
Eddy currents in the caps at the vibration frequency are not modelled.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable

from vsmdaq_sim.world.effects.tables import ImageTable

__all__ = ["cap_permeability", "image_strength"]


def cap_permeability(field_a_per_m: float, susceptibility: float, saturation_a_per_m: float) -> float:
    """Get the differential relative permeability of the caps behind a gap with the field H (A/m)."""
    field = abs(field_a_per_m)
    # h + chi h/(1 + chi h/Ms) = H is a h**2 + b h - H = 0
    a = susceptibility / saturation_a_per_m
    b = 1.0 + susceptibility - a * field
    root = math.sqrt(b * b + 4.0 * a * field)
    inside = 2.0 * field / (b + root) if b > 0.0 else (root - b) / (2.0 * a)
    return float(1.0 + susceptibility / (1.0 + a * inside) ** 2)


def image_strength(table: ImageTable) -> Callable[[float], float]:
    """Get the strength of one image as a function of H (A/m)."""
    chi, saturation = table.pole_susceptibility, table.pole_saturation_a_per_m
    if chi is not None and saturation is not None:

        def by_law(field_a_per_m: float) -> float:
            mu = cap_permeability(field_a_per_m, chi, saturation)
            return (mu - 1.0) / (mu + 1.0)

        return by_law
    fields, strengths = table.field_a_per_m or [0.0, 1.0], table.strength or [0.0, 0.0]

    def by_table(field_a_per_m: float) -> float:
        field = abs(field_a_per_m)
        i = bisect_right(fields, field)
        if i == len(fields):
            return strengths[-1]
        share = (field - fields[i - 1]) / (fields[i] - fields[i - 1])
        return strengths[i - 1] + share * (strengths[i] - strengths[i - 1])

    return by_table
