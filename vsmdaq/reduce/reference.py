"""What a reference sample should show, its inputs named after the sample so that two references never pass for one."""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq.physics.calibrants import reference_inputs, reference_law, reference_moment, reference_value
from vsmdaq.terms import Quantity, Sample

__all__ = ["expected_moment", "expected_value", "law_name", "named_inputs"]


def law_name(sample: Sample) -> str:
    """Name of the law of a reference sample. Raises InputError where it is none."""
    return reference_law(sample).name


def named_inputs(sample: Sample) -> dict[str, Quantity]:
    """Everything uncertain in the reference, as ``<sample>.reference.value``, ``<sample>.mass`` ..."""
    return {_named(sample, key): quantity for key, quantity in reference_inputs(sample).items()}


def expected_moment(sample: Sample, field_a_per_m: float, temperature_k: float, x: Mapping[str, float]) -> float:
    """Moment (A m2) that the reference should have; raises ReferenceRangeError outside its range."""
    return reference_moment(sample, field_a_per_m, temperature_k, _plain(sample, x))


def expected_value(sample: Sample, field_a_per_m: float, temperature_k: float, x: Mapping[str, float]) -> float:
    """Value of the law (moment or mass susceptibility); raises ReferenceRangeError outside its range."""
    return reference_value(sample, field_a_per_m, temperature_k, _plain(sample, x))


def _named(sample: Sample, key: str) -> str:
    return f"{sample.name}.{key.removeprefix('sample.')}"


def _plain(sample: Sample, x: Mapping[str, float]) -> dict[str, float]:
    return {key: x[_named(sample, key)] for key in reference_inputs(sample)}
