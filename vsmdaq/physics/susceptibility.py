"""The kinds of susceptibility and how one follows from another.

volume (SI, 1): chi = dM/dH · mass: chi/density, m3/kg · molar: mass times molar mass, m3/mol · external: M over the
*applied* field · internal: M over the field inside. SI here; `units` converts from and to CGS.
"""

from __future__ import annotations

import math

from vsmdaq.physics._values import Values
from vsmdaq.physics.constants import AVOGADRO, BOHR_MAGNETON, BOLTZMANN, MU0

__all__ = [
    "MU_EFF_CGS_PREFACTOR",
    "MU_EFF_PREFACTOR",
    "effective_moment_bohr",
    "external_susceptibility",
    "internal_susceptibility",
    "mass_susceptibility",
    "mass_susceptibility_from_moment",
    "molar_susceptibility",
    "volume_susceptibility",
]

MU_EFF_PREFACTOR = math.sqrt(3.0 * BOLTZMANN / (AVOGADRO * MU0)) / BOHR_MAGNETON
"""mu_eff/mu_B = 797.73 sqrt(chi_mol T), chi_mol in m3/mol (SI), T in K."""

MU_EFF_CGS_PREFACTOR = MU_EFF_PREFACTOR * math.sqrt(4.0e-6 * math.pi)
"""mu_eff/mu_B = 2.8279 sqrt(chi_mol T), chi_mol in cm3/mol (CGS), T in K."""


def internal_susceptibility(external: Values, demagnetising_factor: float) -> Values:
    """chi_int = chi_ext/(1 - N chi_ext); 1/N is the largest external value a body can show.

    Raises
    ------
    ZeroDivisionError
        ``external`` (a float) is exactly 1/N: the internal susceptibility is infinite.
    """
    return external / (1.0 - demagnetising_factor * external)


def external_susceptibility(internal: Values, demagnetising_factor: float) -> Values:
    """chi_ext = chi_int/(1 + N chi_int)."""
    return internal / (1.0 + demagnetising_factor * internal)


def mass_susceptibility(volume_susceptibility_si: Values, density_kg_per_m3: float) -> Values:
    """chi/density, m3/kg."""
    return volume_susceptibility_si / density_kg_per_m3


def volume_susceptibility(mass_susceptibility_m3_per_kg: Values, density_kg_per_m3: float) -> Values:
    """Mass susceptibility (m3/kg) times density: the dimensionless SI volume susceptibility."""
    return mass_susceptibility_m3_per_kg * density_kg_per_m3


def mass_susceptibility_from_moment(moment_per_field_m3: Values, mass_kg: float) -> Values:
    """(m/H)/mass, m3/kg, from the slope m/H in A m2 per A/m = m3."""
    return moment_per_field_m3 / mass_kg


def molar_susceptibility(mass_susceptibility_m3_per_kg: Values, molar_mass_kg_per_mol: float) -> Values:
    """Mass susceptibility times molar mass, m3/mol."""
    return mass_susceptibility_m3_per_kg * molar_mass_kg_per_mol


def effective_moment_bohr(molar_susceptibility_m3_per_mol: float, temperature_k: float) -> float:
    """Effective moment in Bohr magnetons, sqrt(3 k T chi/(N_A mu0))/mu_B, of a paramagnet (diamagnetism removed).

    Raises
    ------
    ValueError
        chi T is negative: there is no effective moment in a diamagnet.
    """
    product = molar_susceptibility_m3_per_mol * temperature_k
    if not product >= 0.0:
        raise ValueError(f"an effective moment for chi T = {product} m3 K/mol was asked for; allowed: 0 or more")
    return MU_EFF_PREFACTOR * math.sqrt(product)
