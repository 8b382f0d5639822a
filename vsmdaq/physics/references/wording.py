"""What a report may say of a reference value: certificate, literature or typical; traceable only with a certificate."""

from __future__ import annotations

from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.terms import Reference

__all__ = ["is_traceable", "material_status", "reference_status"]


def is_traceable(reference: Reference) -> bool:
    """Whether number, value with uncertainty and the point where it holds all stand in the sample file.

    A moment needs field and temperature, a susceptibility the temperature.
    """
    complete = reference.temperature_k is not None and (
        reference.field_a_per_m is not None or reference.value.unit != "A m2"
    )
    return (
        reference.status == "certificate"
        and bool(reference.certificate.strip())
        and reference.value.u > 0.0
        and complete
    )


def reference_status(reference: Reference) -> str:
    """Status and source of a sample's reference value, as reports print them."""
    if reference.status != "certificate":
        return f"{reference.status}, {reference.source}"
    number = f"certificate {reference.certificate.strip()}"
    if is_traceable(reference):
        return f"{number}, traceable, {reference.source}"
    return f"{number}, {reference.source} (not called traceable: the sample file lacks u, temperature or field of its value)"


def material_status(material: ReferenceMaterial) -> str:
    """Status and source of a material, as tables and reports print them."""
    if material.status == "certificate" and material.certificate is not None:
        return f"traceable, {material.source}"
    return f"{material.status}, {material.source}"
