"""Physical constants (SI).

Source: CODATA 2018, Tiesinga et al., Rev. Mod. Phys. 93, 025010 (2021); standard gravity: 3rd CGPM (1901); water triple
point scale zero and standard atmosphere: by definition.
"""

from typing import Final

__all__ = [
    "AVOGADRO",
    "BOHR_MAGNETON",
    "BOLTZMANN",
    "MU0",
    "STANDARD_ATMOSPHERE_PA",
    "STANDARD_GRAVITY",
    "ZERO_CELSIUS_K",
]

MU0: Final = 1.25663706212e-6
"""Vacuum magnetic permeability, H/m (relative u 1.5e-10)."""

BOHR_MAGNETON: Final = 9.2740100783e-24
"""Bohr magneton, J/T (relative u 3.0e-10)."""

BOLTZMANN: Final = 1.380649e-23
"""Boltzmann constant, J/K (exact)."""

AVOGADRO: Final = 6.02214076e23
"""Avogadro constant, 1/mol (exact)."""

STANDARD_GRAVITY: Final = 9.80665
"""Standard acceleration of free fall, m/s2 (conventional)."""

STANDARD_ATMOSPHERE_PA: Final = 101325.0
"""Standard atmosphere, Pa (conventional)."""

ZERO_CELSIUS_K: Final = 273.15
"""0 °C in K (by definition)."""
