"""Volume and demagnetising factor of a sample as functions of its uncertain dimensions.

Both come from the same dimensions, so that what they share is found again in every result that needs both.
"""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq.physics import demagnetisation
from vsmdaq.physics.magnetisation import volume
from vsmdaq.terms import Estimate, Quantity, Sample, Shape

__all__ = ["demagnetising_factor", "departure_input", "shape_inputs", "volume_m3"]


def shape_inputs(sample: Sample) -> dict[str, Quantity | Estimate]:
    """Dimensions of the sample as inputs, named after it; empty where its shape is not known."""
    if sample.shape is None:
        return {}
    return {_key(sample, name): quantity for name, quantity in demagnetisation.dimensions(sample.shape).items()}


def departure_input(sample: Sample, external_susceptibility: float) -> dict[str, Quantity | Estimate]:
    """What N may differ by for the sample's susceptibility, as an input of value 0; none for ellipsoids and unknown shapes.

    Parameters
    ----------
    sample : Sample
        Of any shape.
    external_susceptibility : float
        Mean magnetisation over applied field (SI).
    """
    shape = sample.shape
    if shape is None or demagnetisation.is_ellipsoid(shape):
        return {}
    uniform = demagnetisation.demagnetising_factor(shape)
    shielded = 1.0 - uniform * external_susceptibility
    inside = external_susceptibility / shielded if shielded > 0.0 else float("inf")
    u = demagnetisation.u_from_susceptibility(uniform, max(inside, -1.0))
    return {_key(sample, _DEPARTURE): Quantity(0.0, u, "1", distribution="rectangular")}


def volume_m3(sample: Sample, inputs: Mapping[str, float]) -> float | None:
    """Volume (m3); None where the shape is not known."""
    return None if sample.shape is None else volume(sample.shape, _lengths(sample, sample.shape, inputs))


def demagnetising_factor(sample: Sample, inputs: Mapping[str, float]) -> float | None:
    """Magnetometric demagnetising factor along the field; None where the shape is not known.

    That of uniform magnetisation, and the departure from it where `departure_input` is among the inputs.
    """
    if sample.shape is None:
        return None
    lengths = _lengths(sample, sample.shape, inputs)
    return demagnetisation.demagnetising_factor(sample.shape, lengths) + inputs.get(_key(sample, _DEPARTURE), 0.0)


_DEPARTURE = "non_uniform_magnetisation"


def _key(sample: Sample, name: str) -> str:
    return f"{sample.name}.{name}"


def _lengths(sample: Sample, shape: Shape, inputs: Mapping[str, float]) -> dict[str, float]:
    named = {name: _key(sample, name) for name in demagnetisation.dimensions(shape)}
    return {name: inputs[key] for name, key in named.items() if key in inputs}  # the N of a sphere needs none
