"""Palladium, platinum, aluminium: paramagnets that hardly depend on temperature."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vsmdaq.physics.references._published import mass_susceptibility_cgs, molar_susceptibility_cgs
from vsmdaq.physics.references.forms import Numbers, linear_susceptibility
from vsmdaq.physics.references.material import Law, ReferenceMaterial
from vsmdaq.terms import Quantity

__all__ = ["ALUMINIUM", "PALLADIUM", "PLATINUM", "ROOM_K", "linear_law"]

ROOM_K: Final = (285.0, 300.0)
"""What the CRC Handbook calls nominal room temperature."""


def linear_law(reference_k: float) -> Law:
    """Law of `linear_susceptibility` about `reference_k`."""

    def law(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
        return linear_susceptibility(
            at["temperature_k"], constants["mass_susceptibility"], constants["temperature_coefficient"], reference_k
        )

    return law


def _constant(constants: Mapping[str, Numbers], _at: Mapping[str, Numbers]) -> Numbers:
    return constants["mass_susceptibility"]


PALLADIUM: Final = ReferenceMaterial(
    name="palladium",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (1 + b (T − 298 K))",
    constants=MappingProxyType(
        {
            "mass_susceptibility": mass_susceptibility_cgs(5.25e-6, 0.17e-6),
            "temperature_coefficient": Quantity(-1.8e-3, 0.36e-3, "1/K"),
        }
    ),
    law=linear_law(298.0),
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": (285.0, 310.0)}),
    status="typical",
    source="5.25e-6 emu/(g Oe), Quantum Design's value, as in github.com/aglavic/plotpy, SQUID_calibration.py",
    scale="mass_susceptibility",
    note=(
        "The CRC Handbook has 540e-6 cm³/mol, 3.5 % less; tables spread over 11 % (u from that, rectangular): iron and "
        "hydrogen decide. b is only remembered. χ has its maximum near 80 K (F. E. Hoare, J. C. Matthews, Proc. R. Soc. A "
        "212, 137 (1952))."
    ),
)

PLATINUM: Final = ReferenceMaterial(
    name="platinum",
    quantity="mass_susceptibility",
    formula="χ = χ₀",
    constants=MappingProxyType({"mass_susceptibility": molar_susceptibility_cgs(193e-6, 0.03, 195.084)}),
    law=_constant,
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": ROOM_K}),
    status="typical",
    source="193e-6 cm³/mol, as remembered of the CRC Handbook, at 285 K to 300 K",
    scale="mass_susceptibility",
    note="Tables of χ per volume lie from −3 % to +4 % about it: u = 3 %, temperature included. SRM 764 has a certificate.",
)

ALUMINIUM: Final = ReferenceMaterial(
    name="aluminium",
    quantity="mass_susceptibility",
    formula="χ = χ₀",
    constants=MappingProxyType({"mass_susceptibility": molar_susceptibility_cgs(16.5e-6, 0.035, 26.9815385)}),
    law=_constant,
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": ROOM_K}),
    status="typical",
    source="16.5e-6 cm³/mol, as remembered of the CRC Handbook, at 285 K to 300 K",
    scale="mass_susceptibility",
    note="Tables of χ per volume have 20.7e-6 and 22e-6: u = 3.5 %, temperature included. SRM 763 has a certificate.",
)
