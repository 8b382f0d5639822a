"""The laws that a sample file may name: what carries the user's own value to another field and temperature.

The value (moment, mass susceptibility) comes from the sample file, with uncertainty, status and source; the law has its form,
range and coefficients from the tables of the materials. Outside its range a law refuses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vsmdaq.physics.references.curie_weiss import DYSPROSIA, GADOLINIA, MERCURY_COBALT, NICKEL_ETHYLENEDIAMINE
from vsmdaq.physics.references.errors import ReferenceRangeError
from vsmdaq.physics.references.ferromagnets import (
    NICKEL_SPHERE,
    REFERENCE_FIELD_A_PER_M,
    REFERENCE_K,
    YIG_FIELD_A_PER_M,
    YIG_SPHERE,
)
from vsmdaq.physics.references.fluids import WATER
from vsmdaq.physics.references.forms import curie_weiss, linear_susceptibility, logarithmic
from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.physics.references.metals import ALUMINIUM, PALLADIUM, PLATINUM
from vsmdaq.terms import Quantity

__all__ = ["FIELD_COEFFICIENT", "LAWS", "TEMPERATURE_COEFFICIENT", "VALUE", "WEISS_TEMPERATURE", "ReferenceLaw"]


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
    reference_field_a_per_m, reference_temperature_k : float
        Where the sample file's value holds unless the file says otherwise.
    coefficients : mapping of str to Quantity
        What the law takes besides the reference's value, at its defaults with their uncertainty.
    takes_temperature_coefficient : bool
        The sample file may (and, where `coefficients` has no default, must) give the temperature coefficient.
    source : str
        Where form and range come from.
    function : callable
        (inputs by name, field A/m, temperature K) to the value.
    reverses : bool
        It has another sign at the opposite field, as everything magnetic has; the moment of a current does not.
    """

    name: str
    kind: Literal["moment", "mass_susceptibility"]
    field_range_a_per_m: tuple[float, float]
    temperature_range_k: tuple[float, float]
    reference_field_a_per_m: float
    reference_temperature_k: float
    coefficients: Mapping[str, Quantity]
    takes_temperature_coefficient: bool
    source: str
    function: Callable[[Mapping[str, float], float, float], float]
    reverses: bool = True

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
WEISS_TEMPERATURE = "reference.weiss_temperature"

_Function = Callable[[Mapping[str, float], float, float], float]


def _saturated(name: str, material: ReferenceMaterial, reference_field_a_per_m: float) -> ReferenceLaw:
    def function(inputs: Mapping[str, float], field_a_per_m: float, temperature_k: float) -> float:
        return float(
            logarithmic(
                field_a_per_m,
                temperature_k,
                inputs[VALUE],
                inputs[FIELD_COEFFICIENT],
                inputs[TEMPERATURE_COEFFICIENT],
                reference_field_a_per_m,
                REFERENCE_K,
            )
        )

    coefficients = {
        FIELD_COEFFICIENT: material.constants["field_coefficient"],
        TEMPERATURE_COEFFICIENT: material.constants["temperature_coefficient"],
    }
    return _law(name, material, (reference_field_a_per_m, REFERENCE_K), coefficients, function, takes_coefficient=True)


def _current() -> ReferenceLaw:
    def function(inputs: Mapping[str, float], _field_a_per_m: float, _temperature_k: float) -> float:
        return inputs[VALUE]

    return ReferenceLaw(
        name="current-loop",
        kind="moment",
        field_range_a_per_m=(0.0, math.inf),
        temperature_range_k=(250.0, 350.0),
        reference_field_a_per_m=0.0,
        reference_temperature_k=293.15,
        coefficients=MappingProxyType({}),
        takes_temperature_coefficient=False,
        source="m = N I A of a coil with a current that is held; see current_loop",
        function=function,
        reverses=False,
    )


def _linear(material: ReferenceMaterial, reference_k: float, default: Quantity | None) -> ReferenceLaw:
    def function(inputs: Mapping[str, float], _field_a_per_m: float, temperature_k: float) -> float:
        value = linear_susceptibility(temperature_k, inputs[VALUE], inputs[TEMPERATURE_COEFFICIENT], reference_k)
        return float(value)

    coefficients = {} if default is None else {TEMPERATURE_COEFFICIENT: default}
    return _law(material.name, material, (0.0, reference_k), coefficients, function, takes_coefficient=True)


def _curie_weiss(material: ReferenceMaterial, reference_k: float) -> ReferenceLaw:
    weiss = material.constants["weiss_temperature"]

    def function(inputs: Mapping[str, float], _field_a_per_m: float, temperature_k: float) -> float:
        theta_k = inputs.get(WEISS_TEMPERATURE, weiss.value)
        return float(curie_weiss(temperature_k, inputs[VALUE], theta_k, reference_k))

    coefficients = {WEISS_TEMPERATURE: weiss} if weiss.u else {}
    return _law(material.name, material, (0.0, reference_k), coefficients, function, takes_coefficient=False)


def _law(
    name: str,
    material: ReferenceMaterial,
    point: tuple[float, float],
    coefficients: Mapping[str, Quantity],
    function: _Function,
    *,
    takes_coefficient: bool,
) -> ReferenceLaw:
    return ReferenceLaw(
        name=name,
        kind="moment" if material.quantity == "moment" else "mass_susceptibility",
        field_range_a_per_m=material.validity["field_a_per_m"],
        temperature_range_k=material.validity["temperature_k"],
        reference_field_a_per_m=point[0],
        reference_temperature_k=point[1],
        coefficients=MappingProxyType(dict(coefficients)),
        takes_temperature_coefficient=takes_coefficient,
        source=material.source,
        function=function,
    )


LAWS: Mapping[str, ReferenceLaw] = MappingProxyType(
    {
        law.name: law
        for law in (
            _saturated("nickel", NICKEL_SPHERE, REFERENCE_FIELD_A_PER_M),
            _linear(PALLADIUM, 298.0, None),  # purity decides: the coefficient is the user's
            _linear(PLATINUM, 293.15, Quantity(0.0, 1e-3, "1/K")),  # assumed: nobody's figure
            _linear(ALUMINIUM, 293.15, Quantity(0.0, 5e-4, "1/K")),  # assumed: nobody's figure
            _curie_weiss(DYSPROSIA, 298.15),
            _curie_weiss(GADOLINIA, 293.15),
            _curie_weiss(MERCURY_COBALT, 293.15),
            _curie_weiss(NICKEL_ETHYLENEDIAMINE, 293.15),
            _linear(WATER, 293.15, WATER.constants["temperature_coefficient"]),
            _saturated("yig", YIG_SPHERE, YIG_FIELD_A_PER_M),
            _current(),
        )
    }
)
"""All laws by name."""
