"""Published figures as quantities: CGS tables into SI, 4 pi and all, in one place."""

from __future__ import annotations

from vsmdaq.physics.units import from_cgs
from vsmdaq.terms import Quantity

__all__ = ["mass_susceptibility_cgs", "molar_susceptibility_cgs"]


def mass_susceptibility_cgs(value_cm3_per_g: float, u_cm3_per_g: float) -> Quantity:
    """Mass susceptibility (m3/kg) from a CGS one in cm3/g = emu/(g Oe): times 4 pi 1e-3."""
    value, unit = from_cgs(value_cm3_per_g, "cm3/g")
    return Quantity(value, from_cgs(u_cm3_per_g, "cm3/g")[0], unit)


def molar_susceptibility_cgs(value_cm3_per_mol: float, relative_u: float, molar_mass_g_per_mol: float) -> Quantity:
    """Mass susceptibility (m3/kg) from a molar one in CGS, cm3/mol, and the molar mass in g/mol."""
    per_gram = value_cm3_per_mol / molar_mass_g_per_mol
    return mass_susceptibility_cgs(per_gram, abs(relative_u * per_gram))
