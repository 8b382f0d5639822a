"""Laws of reference materials: what a calibrant's moment or susceptibility is at the field and temperature it was measured.

The numbers (moment, mass susceptibility) come from the sample file, with uncertainty, status and source; a law only carries
them to another field and temperature. Outside its range a law refuses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vsmdaq.terms import Quantity, VsmdaqError

__all__ = [
    "FIELD_COEFFICIENT",
    "LAWS",
    "TEMPERATURE_COEFFICIENT",
    "VALUE",
    "ReferenceLaw",
    "ReferenceRangeError",
    "dysprosia_susceptibility",
    "linear_susceptibility",
    "mercury_cobalt_susceptibility",
    "nickel_moment",
]


class ReferenceRangeError(VsmdaqError):
    """A reference was asked for outside the range that its law is known in.

    Attributes
    ----------
    law : str
        Name of the law.
    quantity : str
        ``"field_a_per_m"`` or ``"temperature_k"``.
    asked : float
        What was asked for.
    allowed : tuple of (float, float)
        Smallest and largest value.
    """

    def __init__(self, law: str, quantity: str, asked: float, allowed: tuple[float, float]) -> None:
        self.law = law
        self.quantity = quantity
        self.asked = asked
        self.allowed = allowed
        super().__init__(
            f"the law of {law} refuses {quantity} = {asked:g}; it is known from {allowed[0]:g} to {allowed[1]:g}"
        )


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
    size = 1.0 + field_coefficient * math.log(abs(field_a_per_m) / 398e3)
    warm = 1.0 + temperature_coefficient_per_k * (temperature_k - 298.0)
    return math.copysign(moment_a_m2 * size * warm, moment_a_m2 * field_a_per_m)


def linear_susceptibility(
    temperature_k: float, susceptibility: float, temperature_coefficient_per_k: float, reference_k: float
) -> float:
    """Susceptibility that is `susceptibility` at `reference_k` and changes by the relative coefficient (1/K)."""
    return susceptibility * (1.0 + temperature_coefficient_per_k * (temperature_k - reference_k))


def dysprosia_susceptibility(temperature_k: float, susceptibility_298_m3_per_kg: float) -> float:
    """Mass susceptibility of Dy2O3, Curie-Weiss with theta = -17 K, that is the given one at 298.15 K (m3/kg).

    chi = 1/(13.28 (T + 17 K)) cm3/g = 3.003e-6 m3/kg at 298.15 K, for T >= 50 K and H <= 10 kOe: D.-X. Chen, V. Skumryev,
    B. Bozzo, Rev. Sci. Instrum. 82, 045112 (2011).
    """
    return susceptibility_298_m3_per_kg * (298.15 + 17.0) / (temperature_k + 17.0)


def mercury_cobalt_susceptibility(temperature_k: float, susceptibility_293_m3_per_kg: float) -> float:
    """Mass susceptibility of Hg[Co(NCS)4], proportional to 1/(T + 10 K), that is the given one at 293.15 K (m3/kg).

    4981e-6/(T + 10 K) cm3/g: B. N. Figgis, R. S. Nyholm, J. Chem. Soc. 4190 (1958).
    """
    return susceptibility_293_m3_per_kg * (293.15 + 10.0) / (temperature_k + 10.0)


@dataclass(frozen=True, slots=True)
class ReferenceLaw:
    """A law with its range.

    Attributes
    ----------
    name : str
        As sample files call it.
    kind : str
        ``"moment"`` (A m2) or ``"mass_susceptibility"`` (m3/kg, internal): what `function` gives.
    field_range_a_per_m, temperature_range_k : tuple of (float, float)
        Where the law is known; the field by its magnitude.
    coefficients : mapping of str to Quantity
        What the law takes besides the reference's value, at its defaults with their uncertainty.
    takes_temperature_coefficient : bool
        The sample file may (and, where `coefficients` has no default, must) give the temperature coefficient.
    source : str
        Where form and range come from.
    function : callable
        (inputs by name, field A/m, temperature K) to the value.
    """

    name: str
    kind: Literal["moment", "mass_susceptibility"]
    field_range_a_per_m: tuple[float, float]
    temperature_range_k: tuple[float, float]
    coefficients: Mapping[str, Quantity]
    takes_temperature_coefficient: bool
    source: str
    function: Callable[[Mapping[str, float], float, float], float]

    def check(self, field_a_per_m: float, temperature_k: float) -> None:
        """Refuse what lies outside the range.

        Raises
        ------
        ReferenceRangeError
            Field or temperature outside, or not a number.
        """
        low, high = self.field_range_a_per_m
        if not low <= abs(field_a_per_m) <= high:
            raise ReferenceRangeError(self.name, "field_a_per_m", field_a_per_m, self.field_range_a_per_m)
        low, high = self.temperature_range_k
        if not low <= temperature_k <= high:
            raise ReferenceRangeError(self.name, "temperature_k", temperature_k, self.temperature_range_k)


VALUE = "reference.value"
TEMPERATURE_COEFFICIENT = "reference.temperature_coefficient"
FIELD_COEFFICIENT = "reference.field_coefficient"


def _nickel(inputs: Mapping[str, float], field_a_per_m: float, temperature_k: float) -> float:
    return nickel_moment(
        field_a_per_m,
        temperature_k,
        inputs[VALUE],
        inputs[FIELD_COEFFICIENT],
        inputs[TEMPERATURE_COEFFICIENT],
    )


def _linear(reference_k: float) -> Callable[[Mapping[str, float], float, float], float]:
    def law(inputs: Mapping[str, float], _field_a_per_m: float, temperature_k: float) -> float:
        return linear_susceptibility(temperature_k, inputs[VALUE], inputs[TEMPERATURE_COEFFICIENT], reference_k)

    return law


def _dysprosia(inputs: Mapping[str, float], _field_a_per_m: float, temperature_k: float) -> float:
    return dysprosia_susceptibility(temperature_k, inputs[VALUE])


def _mercury_cobalt(inputs: Mapping[str, float], _field_a_per_m: float, temperature_k: float) -> float:
    return mercury_cobalt_susceptibility(temperature_k, inputs[VALUE])


_NONE: Mapping[str, Quantity] = MappingProxyType({})

LAWS: Mapping[str, ReferenceLaw] = MappingProxyType(
    {
        law.name: law
        for law in (
            ReferenceLaw(
                name="nickel",
                kind="moment",
                # The law leaves the 13 points of Shull et al. by < 0.06 % from 236 kA/m to 3.98 MA/m.
                field_range_a_per_m=(236e3, 3.98e6),
                temperature_range_k=(290.0, 305.0),
                coefficients=MappingProxyType(
                    {
                        FIELD_COEFFICIENT: Quantity(0.0026, 1e-4, "1"),  # that fit has 0.0025
                        TEMPERATURE_COEFFICIENT: Quantity(-4.7e-4, 0.3e-4, "1/K"),  # Pauthenet 1982: -4.43e-4
                    }
                ),
                takes_temperature_coefficient=True,
                source="Form as given with NIST SRM 772a; range from R. D. Shull et al., J. Appl. Phys. 87, 5992 (2000)",
                function=_nickel,
            ),
            ReferenceLaw(
                name="palladium",
                kind="mass_susceptibility",
                field_range_a_per_m=(0.0, 4e6),
                temperature_range_k=(285.0, 310.0),
                coefficients=_NONE,  # purity decides: the coefficient is the user's
                takes_temperature_coefficient=True,
                source="Linear about 298 K (maximum of chi near 85 K: F. E. Hoare, J. C. Matthews, Proc. R. Soc. A 212, 137 (1952))",
                function=_linear(298.0),
            ),
            ReferenceLaw(
                name="dysprosia",
                kind="mass_susceptibility",
                field_range_a_per_m=(0.0, 796e3),
                temperature_range_k=(50.0, 310.0),
                coefficients=_NONE,
                takes_temperature_coefficient=False,
                source="D.-X. Chen, V. Skumryev, B. Bozzo, Rev. Sci. Instrum. 82, 045112 (2011)",
                function=_dysprosia,
            ),
            ReferenceLaw(
                name="mercury-cobalt",
                kind="mass_susceptibility",
                field_range_a_per_m=(0.0, 4e6),
                temperature_range_k=(283.0, 303.0),
                coefficients=_NONE,
                takes_temperature_coefficient=False,
                source="B. N. Figgis, R. S. Nyholm, J. Chem. Soc. 4190 (1958)",
                function=_mercury_cobalt,
            ),
            ReferenceLaw(
                name="water",
                kind="mass_susceptibility",
                field_range_a_per_m=(0.0, 4e6),
                temperature_range_k=(283.0, 303.0),
                coefficients=_NONE,
                takes_temperature_coefficient=True,
                source="Linear about 293.15 K",
                function=_linear(293.15),
            ),
        )
    }
)
"""All laws by name."""
