"""What a reference material is: numbers with uncertainty, a law over field and temperature, where it holds, whence it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from vsmdaq.physics.references.errors import ReferenceRangeError
from vsmdaq.physics.references.forms import Numbers
from vsmdaq.terms import Component, Estimate, InputError, Problem, Quantity

__all__ = ["UNITS", "Certificate", "Law", "ReferenceMaterial", "Status", "certified"]

Status = Literal["certificate", "literature", "typical"]
Law = Callable[[Mapping[str, Numbers], Mapping[str, Numbers]], Numbers]
"""(constants by name, conditions by name) to the value."""

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "moment": "A m2",
        "mass_magnetization": "A m2/kg",
        "mass_susceptibility": "m3/kg",
        "volume_susceptibility": "1",
    }
)
"""Unit of each quantity that a law may give."""

_NO_DEFAULTS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a user's certificate states.

    Attributes
    ----------
    number : str
        Of the certificate.
    value : Quantity
        Certified value with its standard uncertainty (k = 1), in the unit of the material's quantity.
    temperature_k, field_a_per_m : float
        Where the value holds.
    """

    number: str
    value: Quantity
    temperature_k: float
    field_a_per_m: float


@dataclass(frozen=True, slots=True)
class ReferenceMaterial:
    """A reference material.

    Attributes
    ----------
    name : str
        One word, as in tables and files.
    quantity : str
        What the law gives, a key of `UNITS`. Moments and magnetisations are odd in H.
    formula : str
        The law as one line of text, for tables.
    constants : mapping of str to Quantity
        The numbers of the law, each with its standard uncertainty.
    law : callable
        (constants, conditions) to the value; called inside the range only.
    validity : mapping of str to (float, float)
        Range of each condition: ``field_a_per_m`` (by its magnitude), ``temperature_k`` and what else the law needs.
    status : str
        ``"certificate"``, ``"literature"`` or ``"typical"``; a figure that nobody looked up is at most typical.
    source : str
        Where the numbers come from.
    scale : str
        The constant that the value is proportional to, where there is one.
    defaults : mapping of str to float
        Conditions that need not be given.
    note : str
        What else is to be known; where the uncertainty is an assumption, that it is.
    certificate : Certificate or None
        The user's, see `certified`.
    """

    name: str
    quantity: str
    formula: str
    constants: Mapping[str, Quantity]
    law: Law
    validity: Mapping[str, tuple[float, float]]
    status: Status
    source: str
    scale: str = ""
    defaults: Mapping[str, float] = field(default_factory=lambda: _NO_DEFAULTS)
    note: str = ""
    certificate: Certificate | None = None

    @property
    def unit(self) -> str:
        """SI unit of what the law gives."""
        return UNITS[self.quantity]

    def value(self, field_a_per_m: Numbers, temperature_k: Numbers, **conditions: Numbers) -> Numbers:
        """What the law gives, in `unit`; floats and arrays alike.

        Parameters
        ----------
        field_a_per_m : float or ndarray
            Applied field (internal where `formula` says so), A/m.
        temperature_k : float or ndarray
            Temperature, K.
        **conditions : float or ndarray
            What else the law depends on, by the names in `validity`.

        Raises
        ------
        ReferenceRangeError
            A condition is outside its range or not a number.
        TypeError
            A condition is missing, or the law knows none of that name.
        """
        return self._evaluated(self._nominal(), self._checked(field_a_per_m, temperature_k, conditions))

    def components(self, field_a_per_m: Numbers, temperature_k: Numbers, **conditions: Numbers) -> dict[str, Numbers]:
        """Signed contribution of each uncertain constant (k = 1), in `unit`; arguments and errors as in `value`."""
        at = self._checked(field_a_per_m, temperature_k, conditions)
        nominal = self._nominal()
        found: dict[str, Numbers] = {}
        for name, constant in self.constants.items():
            if constant.u > 0.0:
                above = self._evaluated(nominal | {name: constant.value + constant.u}, at)
                below = self._evaluated(nominal | {name: constant.value - constant.u}, at)
                found[f"{self.name}.{name}"] = 0.5 * (above - below)
        return found

    def estimate(self, field_a_per_m: float, temperature_k: float, **conditions: float) -> Estimate:
        """Value at one point with its uncertainty; arguments and errors as in `value`."""
        value = self.value(field_a_per_m, temperature_k, **conditions)
        parts = self.components(field_a_per_m, temperature_k, **conditions)
        dof = {f"{self.name}.{name}": constant.dof for name, constant in self.constants.items()}
        components = tuple(Component(name, float(part), dof=dof[name]) for name, part in parts.items())
        return Estimate(float(value), self.unit, components)

    def _evaluated(self, constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
        shape = np.broadcast_shapes(*(np.shape(values) for values in at.values()))
        result = self.law(constants, at)
        return np.broadcast_to(result, shape).copy() if shape else float(result)

    def _nominal(self) -> dict[str, Numbers]:
        return {name: constant.value for name, constant in self.constants.items()}

    def _checked(
        self, field_a_per_m: Numbers, temperature_k: Numbers, conditions: Mapping[str, Numbers]
    ) -> dict[str, Numbers]:
        at: dict[str, Numbers] = {
            "field_a_per_m": field_a_per_m,
            "temperature_k": temperature_k,
            **self.defaults,
            **conditions,
        }
        if at.keys() != self.validity.keys():
            given, needed = ", ".join(sorted(at)), ", ".join(sorted(self.validity))
            raise TypeError(f"the law of {self.name} was given {given}; it takes {needed}")
        for name, (low, high) in self.validity.items():
            values = np.atleast_1d(np.asarray(at[name], dtype=float))
            size = np.abs(values) if name == "field_a_per_m" else values
            outside = ~((size >= low) & (size <= high))
            if outside.any():
                raise ReferenceRangeError(self.name, name, float(values[outside][0]), (low, high))
        return at


def certified(material: ReferenceMaterial, certificate: Certificate, **conditions: float) -> ReferenceMaterial:
    """The material as the user's certificate states it: that value at that point, carried elsewhere by the law.

    The constants of the law keep their part of the uncertainty away from the certificate's point.

    Parameters
    ----------
    material : ReferenceMaterial
        Whose law carries the value.
    certificate : Certificate
        The user's.
    **conditions : float
        What else the law depends on, at the certificate's point.

    Raises
    ------
    InputError
        Number, uncertainty or unit missing or wrong.
    ReferenceRangeError
        The certificate's point is outside the range of the law.
    """
    given = certificate.value
    problems: list[Problem] = []
    if not certificate.number.strip():
        problems.append(Problem("certificate.number", "nothing", "the number of the certificate"))
    if not given.u > 0.0:
        problems.append(Problem("certificate.value", f"u = {given.u:g}", "a standard uncertainty greater than zero"))
    if given.unit != material.unit:
        problems.append(Problem("certificate.value", f"a value in {given.unit}", f"a value in {material.unit}"))
    if problems:
        raise InputError(f"certificate of {material.name}", tuple(problems))
    point = {"field_a_per_m": certificate.field_a_per_m, "temperature_k": certificate.temperature_k}
    point |= dict(material.defaults) | conditions
    material.value(**point)  # refuses a point outside the range

    def law(constants: Mapping[str, Numbers], at: Mapping[str, Numbers]) -> Numbers:
        return constants["certified_value"] * material.law(constants, at) / material.law(constants, point)

    constants = {**material.constants, "certified_value": given}
    if material.scale:  # it cancels
        constants[material.scale] = replace(material.constants[material.scale], u=0.0)
    return replace(
        material,
        constants=MappingProxyType(constants),
        law=law,
        scale="certified_value",
        status="certificate",
        source=f"certificate {certificate.number.strip()}; law: {material.source}",
        certificate=certificate,
    )
