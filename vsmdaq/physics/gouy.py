"""The Gouy balance and the air around it.

    F = mu0 A (chi - chi0)/2 · (H_max^2 - H_low^2)

A sample reaches from the strong field H_max to the weak field H_low; chi0 is the susceptibility of the air that it
displaces. F > 0 towards the strong field, which the balance shows as more weight where the magnet is below.
"""

from __future__ import annotations

from vsmdaq.physics._values import Values
from vsmdaq.physics.constants import MU0, STANDARD_ATMOSPHERE_PA, STANDARD_GRAVITY

__all__ = [
    "air_susceptibility",
    "apparent_mass_from_force",
    "force",
    "msb_calibration",
    "msb_mass_susceptibility",
    "susceptibility_from_slope",
]


def force(
    susceptibility: float,
    area_m2: float,
    field_a_per_m: Values,
    *,
    low_field_a_per_m: float = 0.0,
    air: float = 0.0,
) -> Values:
    """Force (N) on a long rod, tube filling or liquid column.

    Parameters
    ----------
    susceptibility : float
        Volume susceptibility (SI) of the sample.
    area_m2 : float
        Cross-section, m2.
    field_a_per_m, low_field_a_per_m : float
        Field at the lower and at the upper end, A/m.
    air : float
        Volume susceptibility (SI) of the displaced gas, see `air_susceptibility`.
    """
    return 0.5 * MU0 * area_m2 * (susceptibility - air) * (field_a_per_m**2 - low_field_a_per_m**2)


def susceptibility_from_slope(slope_n_m2_per_a2: float, area_m2: float, *, air: float = 0.0) -> float:
    """Volume susceptibility (SI) from the slope dF/d(H^2) in N/(A/m)^2: chi = chi0 + 2 slope/(mu0 A)."""
    return air + 2.0 * slope_n_m2_per_a2 / (MU0 * area_m2)


def apparent_mass_from_force(force_n: Values, gravity_m_per_s2: float = STANDARD_GRAVITY) -> Values:
    """Change of the balance's reading (kg) that a downward force (N) makes.

    A balance adjusted with weights on its place shows F/g with the local g; the standard value is within 0.3 % of it.
    """
    return force_n / gravity_m_per_s2


def air_susceptibility(pressure_pa: float = STANDARD_ATMOSPHERE_PA, temperature_k: float = 293.15) -> float:
    """Volume susceptibility (SI) of dry air, 0.372e-6 (p/101325 Pa)(293.15 K/T)^2.

    The oxygen alone is magnetic (Curie law, hence T^-1 from the law and T^-1 from the density): molar 3449e-6 cm3/mol
    (CGS; CRC Handbook) at 20.95 %, less the diamagnetism of nitrogen and argon. J. F. Schenck, Med. Phys. 23, 815 (1996)
    has 0.36e-6.

    Raises
    ------
    ValueError
        Pressure negative or temperature not positive.
    """
    if not (pressure_pa >= 0.0 and temperature_k > 0.0):
        raise ValueError(
            f"the susceptibility of air at {pressure_pa} Pa and {temperature_k} K was asked for; "
            "allowed: p of 0 or more, T above 0"
        )
    return 0.372e-6 * (pressure_pa / STANDARD_ATMOSPHERE_PA) * (293.15 / temperature_k) ** 2


def msb_mass_susceptibility(
    balance_constant: float, length_cm: float, reading: float, empty: float, mass_g: float
) -> float:
    """Mass susceptibility in cm3/g (CGS) from an Evans balance (Sherwood MSB): C l (R - R0)/(1e9 m).

    The one formula here in CGS, because the constant on the instrument is.
    """
    return balance_constant * length_cm * (reading - empty) / (1e9 * mass_g)


def msb_calibration(balance_constant: float, standard_value: float, standard_reading: float) -> float:
    """New constant of an Evans balance: old one times the sealed standard's stated value over its reading."""
    return balance_constant * standard_value / standard_reading
