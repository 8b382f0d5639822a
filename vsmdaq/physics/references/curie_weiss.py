"""Paramagnets after Curie and Weiss: rare-earth oxides for the magnetometer, salts and a solution for the Gouy balance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from vsmdaq.physics.references._published import mass_susceptibility_cgs, molar_susceptibility_cgs
from vsmdaq.physics.references.forms import Numbers, curie_weiss
from vsmdaq.physics.references.material import Law, ReferenceMaterial
from vsmdaq.physics.references.metals import ROOM_K
from vsmdaq.terms import Quantity

__all__ = ["DYSPROSIA", "GADOLINIA", "MERCURY_COBALT", "NICKEL_CHLORIDE", "NICKEL_ETHYLENEDIAMINE", "curie_weiss_law"]


def curie_weiss_law(reference_k: float) -> Law:
    """Law of `curie_weiss` through a value at `reference_k`."""

    def law(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
        return curie_weiss(
            at["temperature_k"], constants["mass_susceptibility"], constants["weiss_temperature"], reference_k
        )

    return law


def _solution(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
    """10 030e-6 p/T - 0.720e-6 (1 - p): the salt follows Curie, the water does not change."""
    salt = at["mass_fraction"]
    return constants["curie_constant"] * salt / at["temperature_k"] + constants["water"] * np.subtract(1.0, salt)


DYSPROSIA: Final = ReferenceMaterial(
    name="dysprosia",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (298.15 K + 17 K)/(T + 17 K), from 1/(13.28 (T + 17 K)) emu/(g Oe)",
    constants=MappingProxyType(
        {
            "mass_susceptibility": mass_susceptibility_cgs(1.0 / (13.28 * (298.15 + 17.0)), 0.0012e-3),
            "weiss_temperature": Quantity(-17.0, 0.0, "K"),
        }
    ),
    law=curie_weiss_law(298.15),
    validity=MappingProxyType({"field_a_per_m": (0.0, 796e3), "temperature_k": (50.0, 310.0)}),
    status="literature",
    source="D.-X. Chen, V. Skumryev, B. Bozzo, Rev. Sci. Instrum. 82, 045112 (2011)",
    scale="mass_susceptibility",
    note="u = 0.5 % is assumed: the CRC Handbook's 89 600e-6 cm³/mol is 0.5 % more, the free ion 0.9 %. Dry the powder.",
)

GADOLINIA: Final = ReferenceMaterial(
    name="gadolinia",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (293.15 K + 13 K)/(T + 13 K)",
    constants=MappingProxyType(
        {
            "mass_susceptibility": molar_susceptibility_cgs(53_200e-6, 0.03, 362.50),
            "weiss_temperature": Quantity(-13.0, 5.0, "K"),
        }
    ),
    law=curie_weiss_law(293.15),
    validity=MappingProxyType({"field_a_per_m": (0.0, 796e3), "temperature_k": ROOM_K}),
    status="typical",
    source="53 200e-6 cm³/mol, as remembered of the CRC Handbook, at 285 K to 300 K",
    scale="mass_susceptibility",
    note=(
        "The free ion with θ = −13 K gives 5 % less: u = 3 %, rectangular. That high-field instruments agree with the table: "
        "L. Sagnotti et al., inter-laboratory calibration of low-field magnetic and anhysteretic susceptibility (2003)."
    ),
)

MERCURY_COBALT: Final = ReferenceMaterial(
    name="mercury-cobalt",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (293.15 K + 10 K)/(T + 10 K), from 4981e-6/(T + 10 K) cm³/g",
    constants=MappingProxyType(
        {
            "mass_susceptibility": mass_susceptibility_cgs(4981e-6 / (293.15 + 10.0), 0.08e-6),
            "weiss_temperature": Quantity(-10.0, 2.0, "K"),
        }
    ),
    law=curie_weiss_law(293.15),
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": (283.0, 303.0)}),
    status="typical",
    source="Hg[Co(NCS)₄], numbers as remembered of B. N. Figgis, R. S. Nyholm, J. Chem. Soc. 4190 (1958)",
    scale="mass_susceptibility",
    note="16.44(8)e-6 cm³/g at 20 °C. Poisonous: it holds mercury. Packs well, is stable, was measured against water.",
)

NICKEL_ETHYLENEDIAMINE: Final = ReferenceMaterial(
    name="nickel-ethylenediamine",
    quantity="mass_susceptibility",
    formula="χ = χ₀ (293.15 K + 43 K)/(T + 43 K)",
    constants=MappingProxyType(
        {
            "mass_susceptibility": mass_susceptibility_cgs(11.04e-6, 0.11e-6),
            "weiss_temperature": Quantity(-43.0, 5.0, "K"),
        }
    ),
    law=curie_weiss_law(293.15),
    validity=MappingProxyType({"field_a_per_m": (0.0, 4e6), "temperature_k": (283.0, 303.0)}),
    status="typical",
    source="[Ni(en)₃]S₂O₃, numbers only remembered",
    scale="mass_susceptibility",
    note="No source could be read: u is assumed. Look the figures up before you rely on them.",
)

NICKEL_CHLORIDE: Final = ReferenceMaterial(
    name="nickel-chloride",
    quantity="mass_susceptibility",
    formula="χ = C p/T − χ_w (1 − p), from (10 030 p/T − 0.720 (1 − p)) 1e-6 cm³/g, p the mass fraction of NiCl₂",
    constants=MappingProxyType(
        {
            "curie_constant": Quantity(
                mass_susceptibility_cgs(10_030e-6, 0.0).value, mass_susceptibility_cgs(50e-6, 0.0).value, "m3 K/kg"
            ),
            "water": mass_susceptibility_cgs(-0.720e-6, 0.0014e-6),
        }
    ),
    law=_solution,
    validity=MappingProxyType(
        {"field_a_per_m": (0.0, 4e6), "temperature_k": (283.0, 303.0), "mass_fraction": (0.05, 0.35)}
    ),
    status="typical",
    source="NiCl₂ in water, formula as remembered of H. R. Nettleton, S. Sugden (1939)",
    note="u(C) = 0.5 % is assumed. The paper says why nickel chloride: χ of the salt is the same over a wide range of p.",
)
