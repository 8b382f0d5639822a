"""Forms of the laws, as formulas: what they are with, the numbers, stands in the tables of the materials.

All take floats or arrays that fit together, SI throughout, and give what numpy gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Numbers",
    "curie_weiss",
    "dysprosia_susceptibility",
    "linear_susceptibility",
    "logarithmic",
    "mercury_cobalt_susceptibility",
    "nickel_moment",
    "spin_waves",
]

Numbers = float | NDArray[np.float64]


def logarithmic(
    field_a_per_m: Numbers,
    temperature_k: Numbers,
    size: Numbers,
    field_coefficient: Numbers,
    temperature_coefficient_per_k: Numbers,
    reference_field_a_per_m: float,
    reference_k: float,
) -> Numbers:
    """Magnetisation above technical saturation, in the unit of `size`, odd in the field.

    size (1 + k ln(|H|/H0)) (1 + b (T - T0)).
    """
    grown = 1.0 + field_coefficient * np.log(np.abs(field_a_per_m) / reference_field_a_per_m)
    warm = 1.0 + temperature_coefficient_per_k * (temperature_k - reference_k)
    result: Numbers = np.sign(field_a_per_m) * size * grown * warm
    return result


def linear_susceptibility(
    temperature_k: Numbers, susceptibility: Numbers, temperature_coefficient_per_k: Numbers, reference_k: float
) -> Numbers:
    """Susceptibility that is `susceptibility` at `reference_k` and changes by the relative coefficient (1/K)."""
    return susceptibility * (1.0 + temperature_coefficient_per_k * (temperature_k - reference_k))


def curie_weiss(
    temperature_k: Numbers, susceptibility: Numbers, weiss_temperature_k: Numbers, reference_k: float
) -> Numbers:
    """Susceptibility proportional to 1/(T - theta) that is `susceptibility` at `reference_k`."""
    return susceptibility * (reference_k - weiss_temperature_k) / (temperature_k - weiss_temperature_k)


# zeta(s), zeta(s - 1) ... zeta(s - 4) for s = 3/2, 5/2, 7/2; DLMF, chapter 25
_ZETA = {
    7: 1.1267338673170566,
    5: 1.3414872572509172,
    3: 2.6123753486854883,
    1: -1.4603545088095868,
    -1: -0.2078862249773546,
    -3: -0.0254852018898330,
    -5: 0.0085169287778503,
}
_GAMMA = {3: -3.5449077018110321, 5: 2.3632718012073548, 7: -0.9453087204829419}  # Gamma(1 - s)


def _bose(twice_s: int, alpha: Numbers) -> Numbers:
    """Sum of n^-s exp(-n alpha) over n = 1, 2 ...; to 1e-7 for 0 < alpha < 0.3, to 1e-11 below 0.03.

    About alpha = 0: Gamma(1 - s) alpha^(s - 1) + sum of zeta(s - k) (-alpha)^k/k! (DLMF 25.12.12).
    """
    total: Numbers = _GAMMA[twice_s] * np.power(alpha, 0.5 * twice_s - 1.0)
    factor: Numbers = 1.0
    for k in range((twice_s + 5) // 2 + 1):
        total = total + _ZETA[twice_s - 2 * k] * factor
        factor = factor * (-alpha) / (k + 1)
    return total


def spin_waves(
    internal_field_a_per_m: Numbers,
    temperature_k: Numbers,
    spontaneous_a_m2_per_kg: Numbers,
    *,
    amplitudes: tuple[Numbers, Numbers, Numbers],
    gap_k_m_per_a: Numbers,
    susceptibility_m3_per_kg: Numbers,
    susceptibility_slope_m3_per_kg_k: Numbers,
) -> Numbers:
    """Mass magnetisation (A m2/kg) of a ferromagnet far below its Curie point, odd in the internal field.

    sigma = sigma_0 + sum of a_s T^s F(s, b H/T) over s = 3/2, 5/2, 7/2, + (chi + chi' T) H, where F is the sum of
    n^-s exp(-n b H/T): R. Pauthenet, J. Appl. Phys. 53, 2029 (1982), equation 10.
    """
    size = np.abs(internal_field_a_per_m)
    alpha = gap_k_m_per_a * size / temperature_k
    sigma = (
        spontaneous_a_m2_per_kg + (susceptibility_m3_per_kg + susceptibility_slope_m3_per_kg_k * temperature_k) * size
    )
    for twice_s, amplitude in zip((3, 5, 7), amplitudes, strict=True):
        sigma = sigma + amplitude * np.power(temperature_k, 0.5 * twice_s) * _bose(twice_s, alpha)
    result: Numbers = np.sign(internal_field_a_per_m) * sigma
    return result


def nickel_moment(
    field_a_per_m: float,
    temperature_k: float,
    moment_a_m2: float,
    field_coefficient: float = 0.0026,
    temperature_coefficient_per_k: float = -4.7e-4,
) -> float:
    """Moment (A m2) of a saturated nickel sphere whose moment is `moment_a_m2` at 398 kA/m and 298 K; odd in the field.

    m = m_ref (1 + 0.0026 ln(|H|/398 kA/m)) (1 - 0.00047 (T - 298 K)), the form given with NIST SRM 772a.
    """
    return float(
        logarithmic(
            field_a_per_m, temperature_k, moment_a_m2, field_coefficient, temperature_coefficient_per_k, 398e3, 298.0
        )
    )


def dysprosia_susceptibility(temperature_k: float, susceptibility_298_m3_per_kg: float) -> float:
    """Mass susceptibility of Dy2O3, Curie-Weiss with theta = -17 K, that is the given one at 298.15 K (m3/kg).

    chi = 1/(13.28 (T + 17 K)) cm3/g = 3.003e-6 m3/kg at 298.15 K, for T >= 50 K and H <= 10 kOe: D.-X. Chen, V. Skumryev,
    B. Bozzo, Rev. Sci. Instrum. 82, 045112 (2011).
    """
    return float(curie_weiss(temperature_k, susceptibility_298_m3_per_kg, -17.0, 298.15))


def mercury_cobalt_susceptibility(temperature_k: float, susceptibility_293_m3_per_kg: float) -> float:
    """Mass susceptibility of Hg[Co(NCS)4], proportional to 1/(T + 10 K), that is the given one at 293.15 K (m3/kg).

    4981e-6/(T + 10 K) cm3/g: B. N. Figgis, R. S. Nyholm, J. Chem. Soc. 4190 (1958).
    """
    return float(curie_weiss(temperature_k, susceptibility_293_m3_per_kg, -10.0, 293.15))
