"""The reference materials as rows of text, for the documentation and for reports."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.physics.references.sample_laws import TEMPERATURE_COEFFICIENT, ReferenceLaw
from vsmdaq.terms import Quantity

__all__ = ["laws_table", "materials_table", "notes_table", "numbers_table"]

_SHOWN = {
    "field_a_per_m": ("kA/m", 1e-3),
    "temperature_k": ("K", 1.0),
    "pressure_pa": ("kPa", 1e-3),
    "relative_humidity": ("of saturation", 1.0),
    "mass_fraction": ("of the mass", 1.0),
}

Rows = list[tuple[str, ...]]


def materials_table(materials: Mapping[str, ReferenceMaterial]) -> Rows:
    """Rows: material, law, range of H, range of T and of what else matters, status, source."""
    rows: Rows = [("material", "law", "H", "T and more", "status", "source")]
    for material in materials.values():
        others = [name for name in material.validity if name != "field_a_per_m"]
        rows.append(
            (
                f"`{material.name}`",
                material.formula,
                _range("field_a_per_m", material.validity["field_a_per_m"]),
                ", ".join(_range(name, material.validity[name]) for name in others),
                material.status,
                material.source,
            )
        )
    return rows


def numbers_table(materials: Mapping[str, ReferenceMaterial]) -> Rows:
    """Rows: material, constant, value in SI, standard uncertainty, unit."""
    rows: Rows = [("material", "constant", "value", "u (k = 1)", "unit")]
    for material in materials.values():
        for name, constant in material.constants.items():
            rows.append((f"`{material.name}`", name, f"{constant.value:.5g}", _uncertainty(constant), constant.unit))
    return rows


def notes_table(materials: Mapping[str, ReferenceMaterial]) -> Rows:
    """Rows: material, what else is to be known of it."""
    rows: Rows = [("material", "to be known")]
    rows.extend((f"`{material.name}`", material.note) for material in materials.values() if material.note)
    return rows


def laws_table(laws: Mapping[str, ReferenceLaw]) -> Rows:
    """Rows: law of the sample file, what it starts from and where, its temperature coefficient, its range."""
    rows: Rows = [("law", "starts from", "temperature coefficient", "H", "T")]
    for law in laws.values():
        point = f"{law.reference_temperature_k:g} K"
        if law.kind == "moment":
            point = f"{law.reference_field_a_per_m * 1e-3:g} kA/m and {point}"
        rows.append(
            (
                f"`{law.name}`",
                f"`{law.kind}` at {point}",
                _coefficient(law),
                _range("field_a_per_m", law.field_range_a_per_m),
                _range("temperature_k", law.temperature_range_k),
            )
        )
    return rows


def _coefficient(law: ReferenceLaw) -> str:
    if not law.reverses:
        return "none: it holds its current"
    if not law.takes_temperature_coefficient:
        return "the law's own (Curie and Weiss)"
    default = law.coefficients.get(TEMPERATURE_COEFFICIENT)
    return "needed" if default is None else f"{default.value:g} ± {default.u:g} per K, or yours"


def _uncertainty(constant: Quantity) -> str:
    if not constant.u:
        return "none stated"
    if not constant.value:
        return f"{constant.u:.2g}"
    return f"{constant.u:.2g} ({100.0 * constant.u / abs(constant.value):.2g} %)"


def _range(name: str, allowed: tuple[float, float]) -> str:
    unit, factor = _SHOWN[name]
    low, high = allowed[0] * factor, allowed[1] * factor
    return f"from {low:g} {unit}" if math.isinf(high) else f"{low:g} to {high:g} {unit}"
