"""Nickel and yttrium iron garnet above saturation: the moment standards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vsmdaq.physics.references.forms import Numbers, logarithmic, spin_waves
from vsmdaq.physics.references.material import Law, ReferenceMaterial
from vsmdaq.terms import Quantity

__all__ = [
    "NICKEL",
    "NICKEL_SPHERE",
    "NICKEL_SPIN_WAVES",
    "REFERENCE_FIELD_A_PER_M",
    "REFERENCE_K",
    "YIG_FIELD_A_PER_M",
    "YIG_SPHERE",
]

REFERENCE_FIELD_A_PER_M: Final = 398e3
REFERENCE_K: Final = 298.0
"""Where NIST states the moment of its spheres: 5 kOe, 298 K."""

YIG_FIELD_A_PER_M: Final = 400e3
"""Where the moment of the garnet sphere is taken to be stated; it hardly depends on it."""

_OERSTED_A_PER_M = 1e3 / (4.0 * math.pi)


def _saturated(scale: str, reference_field_a_per_m: float) -> Law:
    def law(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
        return logarithmic(
            at["field_a_per_m"],
            at["temperature_k"],
            constants[scale],
            constants["field_coefficient"],
            constants["temperature_coefficient"],
            reference_field_a_per_m,
            REFERENCE_K,
        )

    return law


def _spin_waves(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
    return spin_waves(
        at["field_a_per_m"],
        at["temperature_k"],
        constants["spontaneous_magnetization"],
        amplitudes=(constants["a_3_2"], constants["a_5_2"], constants["a_7_2"]),
        gap_k_m_per_a=constants["gap"],
        susceptibility_m3_per_kg=constants["susceptibility"],
        susceptibility_slope_m3_per_kg_k=constants["susceptibility_slope"],
    )


NICKEL: Final = ReferenceMaterial(
    name="nickel",
    quantity="mass_magnetization",
    formula="σ = σ₀ (1 + k ln(H/398 kA/m)) (1 + b (T − 298 K)), sphere, H applied",
    constants=MappingProxyType(
        {
            "saturation_magnetization": Quantity(54.943, 0.28, "A m2/kg", distribution="rectangular"),
            "field_coefficient": Quantity(0.00251, 1e-4, "1"),
            "temperature_coefficient": Quantity(-4.43e-4, 0.3e-4, "1/K"),
        }
    ),
    law=_saturated("saturation_magnetization", REFERENCE_FIELD_A_PER_M),
    validity=MappingProxyType({"field_a_per_m": (236e3, 3.98e6), "temperature_k": (290.0, 305.0)}),
    status="literature",
    source=(
        "Fit of 13 points of R. D. Shull, R. D. McMichael, L. J. Swartzendruber, S. D. Leigh, J. Appl. Phys. 87, 5992 (2000); "
        "b from R. Pauthenet, J. Appl. Phys. 53, 2029 (1982)"
    ),
    scale="saturation_magnetization",
    note=(
        "The fit leaves the points by less than 0.06 %. u is what laboratories differ by: KJS Associates state 0.9 % less "
        "(half-width 0.9 %, rectangular). Purity and annealing decide; a certified sphere is better."
    ),
)

NICKEL_SPIN_WAVES: Final = ReferenceMaterial(
    name="nickel-spin-waves",
    quantity="mass_magnetization",
    formula="σ = σ₀ + Σ aₛ Tˢ F(s, bH/T) + (χ + χ′T) H over s = 3/2, 5/2, 7/2, H internal",
    constants=MappingProxyType(
        {
            "spontaneous_magnetization": Quantity(58.858, 0.30, "A m2/kg", distribution="rectangular"),
            "a_3_2": Quantity(-154e-6, 0.0, "A m2/(kg K^1.5)"),
            "a_5_2": Quantity(-70.3e-8, 0.0, "A m2/(kg K^2.5)"),
            "a_7_2": Quantity(-3.8e-10, 0.0, "A m2/(kg K^3.5)"),
            "gap": Quantity(1.478e-4 / _OERSTED_A_PER_M, 0.0, "K m/A"),
            "susceptibility": Quantity(1.60986e-6 / _OERSTED_A_PER_M, 0.0, "m3/kg"),
            "susceptibility_slope": Quantity(-1.83031e-9 / _OERSTED_A_PER_M, 0.0, "m3/(kg K)"),
        }
    ),
    law=_spin_waves,
    validity=MappingProxyType({"field_a_per_m": (80e3, 3.98e6), "temperature_k": (250.0, 300.0)}),
    status="literature",
    source=(
        "R. Pauthenet, J. Appl. Phys. 53, 2029 (1982), equation 10 and table 1, in the numbers (and with the straight line "
        "through χ) of github.com/jonesdc76/MollerPolarimetry, comboplot_Ni.C"
    ),
    note=(
        "0.6 % above Shull's spheres at the same internal field: good for how σ goes with field and temperature. u(σ₀) is that "
        "difference; the other constants carry no u of their own."
    ),
)

NICKEL_SPHERE: Final = ReferenceMaterial(
    name="nickel-sphere",
    quantity="moment",
    formula="m = m₀ (1 + 0.0026 ln(H/398 kA/m)) (1 − 0.00047 (T − 298 K)/K), H applied",
    constants=MappingProxyType(
        {
            "moment": Quantity(3.47e-3, 0.01e-3, "A m2"),
            "field_coefficient": Quantity(0.0026, 1e-4, "1"),
            "temperature_coefficient": Quantity(-4.7e-4, 0.3e-4, "1/K"),
        }
    ),
    law=_saturated("moment", REFERENCE_FIELD_A_PER_M),
    validity=NICKEL.validity,
    status="typical",
    source="As remembered of NIST SRM 772a (sphere of 2.383 mm); a mass of 63.16 mg and Shull's nickel give the same moment",
    scale="moment",
    note="Put in value, uncertainty and number of your own certificate. The certificate's own range was not to be had.",
)

YIG_SPHERE: Final = ReferenceMaterial(
    name="yig-sphere",
    quantity="moment",
    formula="m = m₀ (1 + b (T − 298 K))",
    constants=MappingProxyType(
        {
            "moment": Quantity(7.99e-5, 0.3e-5, "A m2"),
            "field_coefficient": Quantity(0.0, 5e-4, "1"),
            "temperature_coefficient": Quantity(-2.2e-3, 0.5e-3, "1/K"),
        }
    ),
    law=_saturated("moment", YIG_FIELD_A_PER_M),
    validity=MappingProxyType({"field_a_per_m": (100e3, 1.6e6), "temperature_k": (293.0, 303.0)}),
    status="typical",
    source="Moment that Wikipedia's list of orders of magnitude has for NIST SRM 2852 (sphere of about 1 mm)",
    scale="moment",
    note="27.6 A m2/kg in a sphere of exactly 1.00 mm are 7.47e-5 A m2: spheres differ, so u = 4 %. b is only remembered.",
)
