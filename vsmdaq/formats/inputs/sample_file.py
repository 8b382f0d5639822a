"""The sample file: shape, mass, reference value; or the tube of a Gouy balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from vsmdaq.formats.inputs.fields import exact, of, positive
from vsmdaq.formats.inputs.problems import Fault, Table, read_toml, validate
from vsmdaq.formats.inputs.wording import listed, one, shown
from vsmdaq.physics.references import LAWS, TEMPERATURE_COEFFICIENT, ReferenceLaw
from vsmdaq.terms import Cylinder, Ellipsoid, Film, Prism, Quantity, Reference, Sample, Shape, Sphere, Spheroid

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
    shape: Literal["sphere", "cylinder", "spheroid", "ellipsoid", "prism", "film"] | None = None
    diameter: Annotated[Quantity, positive("length")] | None = None
    length: Annotated[Quantity, positive("length")] | None = None
    width: Annotated[Quantity, positive("length")] | None = None
    height: Annotated[Quantity, positive("length")] | None = None
    thickness: Annotated[Quantity, positive("length")] | None = None
    field: str | None = None
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
        faults = [*_shape_faults(content), *_reference_faults(content)]
    file = validate(_SampleFile, content, source, text, faults)
    return Sample(file.name, _shape(file), file.mass, file.molar_mass, _reference(file.reference))


def parse_tube(text: str, source: Path) -> GouyTube:
    """Read the file of a tube of the Gouy balance, empty or filled.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    file = validate(_TubeFile, read_toml(text, source), source, text)
    return GouyTube(file.name, file.tube.bore_diameter, file.tube.density, file.molar_mass)


_NEEDED: Mapping[str | None, tuple[str, ...]] = {
    "sphere": ("diameter",),
    "cylinder": ("diameter", "length", "field"),
    "spheroid": ("diameter", "length", "field"),
    "ellipsoid": ("length", "width", "height", "field"),
    "prism": ("length", "width", "height", "field"),
    "film": ("length", "width", "thickness", "field"),
    None: (),
}
_LENGTH = 'a length with its unit, e.g. "1.000 mm ± 0.005 mm"'
_AXES: Mapping[str, Literal["axial", "transverse"]] = {"axial": "axial", "transverse": "transverse"}
_EDGES: Mapping[str, Literal["length", "width", "height"]] = {"length": "length", "width": "width", "height": "height"}
_FILM: Mapping[str, Literal["length", "width", "thickness"]] = {
    "length": "length",
    "width": "width",
    "thickness": "thickness",
}
_FIELDS: Mapping[str | None, tuple[Iterable[str], str]] = {
    "cylinder": (_AXES, "how the field lies to the axis"),
    "spheroid": (_AXES, "how the field lies to the axis of symmetry"),
    "ellipsoid": (_EDGES, "the axis that lies along the field"),
    "prism": (_EDGES, "the edge that lies along the field"),
    "film": (_FILM, "the edge that lies along the field"),
}
_ALLOWED = ("diameter", "length", "width", "height", "thickness", "field")


def _shape_faults(content: Mapping[str, Any]) -> list[Fault]:
    shape = content.get("shape")
    if not (shape is None or isinstance(shape, str)) or shape not in _NEEDED:
        return []  # the model tells of it
    faults: list[Fault] = []
    fields, meaning = _FIELDS.get(shape, ((), ""))
    for key in _ALLOWED:
        allowed = f"{listed(fields)}: {meaning}" if key == "field" and fields else _LENGTH
        if key in _NEEDED[shape] and key not in content:
            faults.append(Fault((key,), "nothing", allowed, f"{_a(shape)} needs it."))
        elif key not in _NEEDED[shape] and key in content:
            advice = "Name the shape, or take the line out." if shape is None else f"{_a(shape)} has none."
            faults.append(Fault((key,), shown(content[key]), f"nothing, with shape {shape or 'not stated'}", advice))
        elif key == "field" and isinstance(content.get(key), str) and content[key] not in fields:
            faults.append(Fault((key,), shown(content[key]), allowed))
    return faults


def _a(shape: str | None) -> str:
    return one(shape or "sample").capitalize()


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


def _shape(file: _SampleFile) -> Shape | None:
    field = file.field or ""
    match file:
        case _SampleFile(shape="sphere", diameter=Quantity() as diameter):
            return Sphere(diameter)
        case _SampleFile(shape="cylinder", diameter=Quantity() as diameter, length=Quantity() as length):
            return Cylinder(diameter, length, _AXES[field])
        case _SampleFile(shape="spheroid", diameter=Quantity() as diameter, length=Quantity() as length):
            return Spheroid(diameter, length, _AXES[field])
        case _SampleFile(
            shape="ellipsoid" | "prism" as shape,
            length=Quantity() as length,
            width=Quantity() as width,
            height=Quantity() as height,
        ):
            return (Ellipsoid if shape == "ellipsoid" else Prism)(length, width, height, _EDGES[field])
        case _SampleFile(
            shape="film",
            length=Quantity() as length,
            width=Quantity() as width,
            thickness=Quantity() as thickness,
        ):
            return Film(length, width, thickness, _FILM[field])
        case _:
            return None
