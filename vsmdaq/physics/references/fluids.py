"""Water, oxygen and moist air."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from vsmdaq.physics.constants import STANDARD_ATMOSPHERE_PA, ZERO_CELSIUS_K
from vsmdaq.physics.references._published import mass_susceptibility_cgs
from vsmdaq.physics.references.forms import Numbers
from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.physics.references.metals import linear_law
from vsmdaq.terms import Quantity

__all__ = ["AIR", "OXYGEN", "WATER", "saturation_pressure_pa"]

_MOLAR_GAS = 8.314462618  # J/(mol K), CODATA 2018, exact
_CGS_MOLAR = 4.0e-12 * math.pi  # m3/mol of 1e-6 cm3/mol
_NITROGEN, _ARGON = 0.78084, 0.00934  # mole fractions in dry air, see CIPM-2007


def _molar(value_1e6_cm3_per_mol: float, u_1e6_cm3_per_mol: float) -> Quantity:
    return Quantity(value_1e6_cm3_per_mol * _CGS_MOLAR, u_1e6_cm3_per_mol * _CGS_MOLAR, "m3/mol")


def saturation_pressure_pa(temperature_k: Numbers) -> Numbers:
    """Pressure of saturated water vapour in air (Pa) near room temperature.

    A. Picard, R. S. Davis, M. Gläser, K. Fujii, Metrologia 45, 149 (2008) (CIPM-2007), with the enhancement at 101325 Pa.
    """
    celsius = np.subtract(temperature_k, ZERO_CELSIUS_K)
    pure = np.exp(
        1.2378847e-5 * np.square(temperature_k)
        - 1.9121316e-2 * np.asarray(temperature_k)
        + 33.93711047
        - np.divide(6.3431645e3, temperature_k)
    )
    result: Numbers = pure * (1.00062 + 3.14e-8 * STANDARD_ATMOSPHERE_PA + 5.6e-7 * celsius**2)
    return result


def _oxygen(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
    density = np.divide(at["pressure_pa"], _MOLAR_GAS * np.asarray(at["temperature_k"]))
    result: Numbers = density * constants["oxygen"] * np.divide(293.15, at["temperature_k"])
    return result


def _air(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
    """Mole fractions of an ideal gas; vapour takes the place of dry air. Oxygen follows Curie, the rest is constant."""
    temperature_k = np.asarray(at["temperature_k"], dtype=float)
    vapour = at["relative_humidity"] * saturation_pressure_pa(temperature_k) / at["pressure_pa"]
    oxygen = constants["oxygen_fraction"] * constants["oxygen"] * (293.15 / temperature_k)
    dry = oxygen + _NITROGEN * constants["nitrogen"] + _ARGON * constants["argon"]
    molar = (1.0 - vapour) * dry + vapour * constants["vapour"]
    result: Numbers = at["pressure_pa"] / (_MOLAR_GAS * temperature_k) * molar
    return result


_OXYGEN = _molar(3449.0, 28.0)

WATER: Final = ReferenceMaterial(
    name="water",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (1 + b (T − 293.15 K))",
    constants=MappingProxyType(
        {
            "mass_susceptibility": mass_susceptibility_cgs(-0.72183e-6, 0.0014e-6),
            "temperature_coefficient": Quantity(1.8e-4, 0.4e-4, "1/K", distribution="rectangular"),
        }
    ),
    law=linear_law(293.15),
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": (283.0, 303.0)}),
    status="literature",
    source="H. Auer, Ann. Phys. 410, 593 (1933): −0.72183e-6 cm³/g at 20 °C, to 0.067 %",
    scale="mass_susceptibility",
    note=(
        "Other tables have −0.7194e-6 to −0.720e-6: u covers them (half-width 0.0024e-6, rectangular). b falls from 2.9e-4/K "
        "at 5 °C (Auer) on; 1.2e-4/K is also quoted. Boil the air out."
    ),
)

OXYGEN: Final = ReferenceMaterial(
    name="oxygen",
    quantity="volume_susceptibility",
    formula="χ = p/(RT) · χ_mol · 293.15 K/T",
    constants=MappingProxyType({"oxygen": _OXYGEN}),
    law=_oxygen,
    validity=MappingProxyType(
        {"field_a_per_m": (0.0, 4e6), "temperature_k": (273.0, 313.0), "pressure_pa": (1e3, 1.2e5)}
    ),
    status="typical",
    source="3449e-6 cm³/mol at 293 K, as remembered of the CRC Handbook",
    scale="oxygen",
    defaults=MappingProxyType({"pressure_pa": STANDARD_ATMOSPHERE_PA}),
    note="Handbooks differ by 1.4 % (R. S. Davis, Metrologia 35, 49 (1998)): u = 0.8 %.",
)

AIR: Final = ReferenceMaterial(
    name="air",
    quantity="volume_susceptibility",
    formula="χ = p/(RT) [(1 − x)(0.2095 χ_O₂ 293.15 K/T + 0.7808 χ_N₂ + 0.0093 χ_Ar) + x χ_H₂O], x = h p_sat(T)/p",
    constants=MappingProxyType(
        {
            "oxygen": _OXYGEN,
            "oxygen_fraction": Quantity(0.2095, 2e-4, "1"),
            "nitrogen": _molar(-11.938, 0.3),
            "argon": _molar(-19.23, 0.5),
            "vapour": _molar(-13.0, 1.0),
        }
    ),
    law=_air,
    validity=MappingProxyType(
        {
            "field_a_per_m": (0.0, 4e6),
            "temperature_k": (278.0, 308.0),
            "pressure_pa": (6e4, 1.1e5),
            "relative_humidity": (0.0, 1.0),
        }
    ),
    status="typical",
    source=(
        "O₂ as for oxygen; N₂ and Ar: G. G. Havens, Phys. Rev. 43, 992 (1933); vapour pressure: CIPM-2007. The way of "
        "R. S. Davis, Metrologia 35, 49 (1998), not his numbers"
    ),
    defaults=MappingProxyType({"pressure_pa": STANDARD_ATMOSPHERE_PA, "relative_humidity": 0.0}),
    note="J. F. Schenck, Med. Phys. 23, 815 (1996) has 0.36e-6; Davis is quoted with 0.37e-6 at 1013 hPa.",
)
