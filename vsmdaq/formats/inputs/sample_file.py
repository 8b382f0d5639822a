"""The sample file: shape, mass, reference value; or the tube of a Gouy balance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import model_validator

from vsmdaq.formats.inputs.fields import of, positive
from vsmdaq.formats.inputs.problems import Table, read_toml, validate
from vsmdaq.terms import Cylinder, InputError, Problem, Quantity, Reference, Sample, Sphere

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


class _Reference(Table):
    law: Literal["nickel", "palladium", "dysprosia", "mercury-cobalt", "water"]
    status: Literal["certificate", "literature", "typical"]
    source: str
    certificate: str = ""
    moment: Annotated[Quantity, positive("moment")] | None = None
    mass_susceptibility: Annotated[Quantity, of("mass susceptibility")] | None = None
    temperature_coefficient: Annotated[Quantity, of("temperature coefficient")] | None = None

    @model_validator(mode="after")
    def _complete(self) -> _Reference:
        if (self.moment is None) == (self.mass_susceptibility is None):
            raise ValueError("a table with either moment or mass_susceptibility")
        if self.law == "nickel" and self.moment is None:
            raise ValueError("a table with moment, since law = 'nickel'")
        if (self.status == "certificate") != bool(self.certificate.strip()):
            raise ValueError("a table with certificate = its number if, and only if, status = 'certificate'")
        return self


class _Tube(Table):
    bore_diameter: Annotated[Quantity, positive("length")]
    density: Annotated[Quantity, positive("density")] | None = None


class _SampleFile(Table):
    name: str
    shape: Literal["sphere", "cylinder"] | None = None
    diameter: Annotated[Quantity, positive("length")] | None = None
    length: Annotated[Quantity, positive("length")] | None = None
    field: Literal["axial", "transverse"] | None = None
    mass: Annotated[Quantity, positive("mass")] | None = None
    molar_mass: Annotated[Quantity, positive("molar mass")] | None = None
    reference: _Reference | None = None
    tube: _Tube | None = None


def parse_sample(text: str, source: Path) -> Sample:
    """Read a sample file.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    file = validate(_SampleFile, read_toml(text, source), source)
    problems = _shape_problems(file)
    if file.tube is not None:
        problems = (*problems, Problem("tube", "a Gouy tube", "a sample for the vibrating rod"))
    if problems:
        raise InputError(str(source), problems)
    reference = None
    if file.reference is not None:
        given = file.reference
        value = given.moment if given.moment is not None else given.mass_susceptibility
        reference = Reference(
            given.law,
            value if value is not None else Quantity(0.0),
            given.temperature_coefficient,
            given.status,
            given.source,
            given.certificate,
        )
    return Sample(file.name, _shape(file), file.mass, file.molar_mass, reference)


def parse_tube(text: str, source: Path) -> GouyTube:
    """Read the sample file of a Gouy tube; raises InputError as `parse_sample`."""
    file = validate(_SampleFile, read_toml(text, source), source)
    if file.tube is None:
        raise InputError(str(source), (Problem("tube", "nothing", "a [tube] table with bore_diameter"),))
    return GouyTube(file.name, file.tube.bore_diameter, file.tube.density, file.molar_mass)


NEEDED = {"sphere": ("diameter",), "cylinder": ("diameter", "length", "field"), None: ()}


def _shape_problems(file: _SampleFile) -> tuple[Problem, ...]:
    needed = NEEDED[file.shape]
    found: list[Problem] = []
    for key in ("diameter", "length", "field"):
        value = getattr(file, key)
        if key in needed and value is None:
            found.append(Problem(key, "nothing", f"needed for shape = {file.shape!r}"))
        elif key not in needed and value is not None:
            shape = "no shape" if file.shape is None else f"shape = {file.shape!r}"
            found.append(Problem(key, "a value", f"nothing, with {shape}"))
    return tuple(found)


def _shape(file: _SampleFile) -> Sphere | Cylinder | None:
    if file.shape == "sphere" and file.diameter is not None:
        return Sphere(file.diameter)
    if file.shape == "cylinder" and file.diameter is not None and file.length is not None and file.field is not None:
        return Cylinder(file.diameter, file.length, file.field)
    return None
