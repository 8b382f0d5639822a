"""The sample file: shape, mass, reference value; or the tube of a Gouy balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from vsmdaq.formats.inputs.fields import exact, of, positive
from vsmdaq.formats.inputs.problems import Fault, Table, read_toml, validate
from vsmdaq.formats.inputs.sample_shape import ShapeName, make_shape, shape_faults
from vsmdaq.formats.inputs.wording import listed, shown
from vsmdaq.physics.references import LAWS, TEMPERATURE_COEFFICIENT, ReferenceLaw
from vsmdaq.terms import Quantity, Reference, Sample

__all__ = ["GouyTube", "parse_sample", "parse_tube"]


@dataclass(frozen=True, slots=True)
class GouyTube:
    """A tube of the Gouy balance.

    Attributes
    ----------
    name : str
        As the operator knows it.
    bore_diameter : Quantity
        Inner diameter, m.
    density : Quantity or None
        Density of the filling as packed, kg/m3.
    molar_mass : Quantity or None
        Of the filling, kg/mol.
    """

    name: str
    bore_diameter: Quantity
    density: Quantity | None
    molar_mass: Quantity | None


# Names go to the operator, into records and into names of inputs: one line, no blanks at the ends.
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,58}[A-Za-z0-9._-])?$")]


class _Reference(Table):
    law: str
    status: Literal["certificate", "literature", "typical"]
    source: Annotated[str, Field(min_length=1)]
    certificate: str = ""
    moment: Annotated[Quantity, positive("moment")] | None = None
    mass_susceptibility: Annotated[Quantity, of("mass susceptibility")] | None = None
    temperature_coefficient: Annotated[Quantity, of("temperature coefficient")] | None = None
    temperature: Annotated[float, exact("temperature")] | None = None
    field: Annotated[float, exact("field")] | None = None


class _Tube(Table):
    bore_diameter: Annotated[Quantity, positive("length")]
    density: Annotated[Quantity, positive("density")] | None = None


class _SampleFile(Table):
    name: _Name
    shape: ShapeName | None = None
    diameter: Annotated[Quantity, positive("length")] | None = None
    length: Annotated[Quantity, positive("length")] | None = None
    width: Annotated[Quantity, positive("length")] | None = None
    height: Annotated[Quantity, positive("length")] | None = None
    thickness: Annotated[Quantity, positive("length")] | None = None
    field: str | None = None
    vibration: str | None = None
    mass: Annotated[Quantity, positive("mass")] | None = None
    molar_mass: Annotated[Quantity, positive("molar mass")] | None = None
    reference: _Reference | None = None


class _TubeFile(Table):
    name: _Name
    molar_mass: Annotated[Quantity, positive("molar mass")] | None = None
    tube: _Tube


def parse_sample(text: str, source: Path) -> Sample:
    """Read the file of a sample for the vibrating rod.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    content = read_toml(text, source)
    if "tube" in content:
        advice = "A tube belongs into a procedure of kind gouy."
        faults = [Fault(("tube",), "a tube of the Gouy balance", "a sample for the vibrating rod", advice)]
        content = {key: value for key, value in content.items() if key != "tube"}
    else:
        faults = [*shape_faults(content), *_reference_faults(content)]
    file = validate(_SampleFile, content, source, text, faults)
    lengths = {key: getattr(file, key) for key in ("diameter", "length", "width", "height", "thickness")}
    shape = make_shape(file.shape, lengths, file.field, file.vibration)
    return Sample(file.name, shape, file.mass, file.molar_mass, _reference(file.reference))


def parse_tube(text: str, source: Path) -> GouyTube:
    """Read the file of a tube of the Gouy balance, empty or filled.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    file = validate(_TubeFile, read_toml(text, source), source, text)
    return GouyTube(file.name, file.tube.bore_diameter, file.tube.density, file.molar_mass)


def _reference_faults(content: Mapping[str, Any]) -> list[Fault]:
    """What law and status ask for beside themselves."""
    given = content.get("reference")
    if not isinstance(given, dict):
        return []
    faults: list[Fault] = []
    name = given.get("law")
    law = LAWS.get(name) if isinstance(name, str) else None
    if law is not None:
        faults.extend(_law_faults(given, law))
    elif name is not None:
        faults.append(Fault(("reference", "law"), shown(name), listed(LAWS)))
    status, certificate = given.get("status"), given.get("certificate", "")
    if isinstance(certificate, str) and status in ("certificate", "literature", "typical"):
        has_number = bool(certificate.strip())
        where = ("reference", "certificate")
        if status == "certificate" and not has_number:
            advice = 'Without one the status is "literature" or "typical".'
            faults.append(Fault(where, "nothing", "the number of the certificate", advice))
        elif status != "certificate" and has_number:
            faults.append(Fault(where, shown(certificate), f'nothing, with status "{status}"'))
    return faults


def _law_faults(given: Mapping[str, Any], law: ReferenceLaw) -> list[Fault]:
    faults: list[Fault] = []
    values = {"moment": 'a moment, e.g. "3.47 mA m2 ± 0.01 mA m2"', "mass_susceptibility": "a susceptibility in m3/kg"}
    for key, allowed in values.items():
        if key == law.kind and key not in given:
            faults.append(Fault(("reference", key), "nothing", allowed, f"The law of {law.name} starts from it."))
        elif key != law.kind and key in given:
            faults.append(
                Fault(("reference", key), shown(given[key]), f"nothing: the law of {law.name} takes {law.kind}")
            )
    key = "temperature_coefficient"
    optional = TEMPERATURE_COEFFICIENT in law.coefficients
    if law.takes_temperature_coefficient and not optional and key not in given:
        allowed = 'a relative change per kelvin, e.g. "-0.0018 1/K ± 20 %"'
        faults.append(Fault(("reference", key), "nothing", allowed, f"The law of {law.name} needs it."))
    if not law.takes_temperature_coefficient and key in given:
        faults.append(Fault(("reference", key), shown(given[key]), f"nothing: the law of {law.name} has its own"))
    return faults


def _reference(given: _Reference | None) -> Reference | None:
    value = None if given is None else given.moment or given.mass_susceptibility
    if given is None or value is None:
        return None
    return Reference(
        given.law,
        value,
        given.temperature_coefficient,
        given.status,
        given.source,
        given.certificate,
        temperature_k=given.temperature,
        field_a_per_m=given.field,
    )
