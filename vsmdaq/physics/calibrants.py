"""A sample that is a reference: which law it follows, what is uncertain in it, and what it should show."""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq.physics.demagnetisation import demagnetising_factor
from vsmdaq.physics.magnetisation import volume
from vsmdaq.physics.references import LAWS, TEMPERATURE_COEFFICIENT, VALUE, ReferenceLaw, ReferenceRangeError
from vsmdaq.terms import InputError, Problem, Quantity, Reference, Sample

__all__ = ["reference_inputs", "reference_law", "reference_moment", "reference_value"]

MASS = "sample.mass"


def reference_law(sample: Sample) -> ReferenceLaw:
    """Law that a sample's file names.

    Raises
    ------
    InputError
        The sample is no reference, names an unknown law, claims a certificate without its number, or lacks the
        temperature coefficient or the mass that the law needs, or states its value where the law does not hold.
    """
    reference = sample.reference
    if reference is None:
        raise InputError(sample.name, (Problem("reference", "nothing", f"a law out of {', '.join(LAWS)}"),))
    law = LAWS.get(reference.law)
    if law is None:
        raise InputError(sample.name, (Problem("reference.law", reference.law, ", ".join(LAWS)),))
    problems = [*_value_problems(law, reference), *_point_problems(law, reference)]
    if law.kind == "mass_susceptibility" and sample.mass is None:
        problems.append(Problem("mass", "nothing", "the mass with u", f"{law.name} is known per mass."))
    if problems:
        raise InputError(sample.name, tuple(problems))
    return law


def _value_problems(law: ReferenceLaw, reference: Reference) -> list[Problem]:
    problems: list[Problem] = []
    if reference.status == "certificate" and not reference.certificate.strip():
        advice = 'Without a number the status is "literature" or "typical".'
        problems.append(Problem("reference.certificate", "nothing", "the number of the certificate", advice))
    has_default = TEMPERATURE_COEFFICIENT in law.coefficients
    given = reference.temperature_coefficient
    if law.takes_temperature_coefficient and given is None and not has_default:
        problems.append(Problem(TEMPERATURE_COEFFICIENT, "nothing", "relative change per K, with u"))
    if not law.takes_temperature_coefficient and given is not None:
        problems.append(Problem(TEMPERATURE_COEFFICIENT, f"{given.value:g}", f"nothing: {law.name} has its own law"))
    return problems


def _point_problems(law: ReferenceLaw, reference: Reference) -> list[Problem]:
    point = _stated_point(law, reference)
    if point is None:
        return []
    try:
        law.check(*point)
    except ReferenceRangeError as error:
        where = f"reference.{error.quantity.partition('_')[0]}"
        allowed = f"{error.allowed[0]:g} to {error.allowed[1]:g}"
        return [Problem(where, f"{error.asked:g}", allowed, f"The law of {law.name} is known there (A/m, K).")]
    return []


def reference_inputs(sample: Sample) -> dict[str, Quantity]:
    """Everything uncertain in a reference, by name, ready to be propagated.

    ``reference.value`` and the law's coefficients; ``sample.mass`` as well for a law per mass.

    Raises
    ------
    InputError
        As in `reference_law`.
    """
    law = reference_law(sample)
    inputs = dict(law.coefficients)
    if sample.reference is not None:
        inputs[VALUE] = sample.reference.value
        if sample.reference.temperature_coefficient is not None:
            inputs[TEMPERATURE_COEFFICIENT] = sample.reference.temperature_coefficient
    if law.kind == "mass_susceptibility" and sample.mass is not None:
        inputs[MASS] = sample.mass
    return inputs


def reference_value(
    sample: Sample, field_a_per_m: float, temperature_k: float, inputs: Mapping[str, float] | None = None
) -> float:
    """What the law gives: moment (A m2) or internal mass susceptibility (m3/kg), see `ReferenceLaw.kind`.

    Parameters
    ----------
    sample : Sample
        A sample that is a reference.
    field_a_per_m, temperature_k : float
        Measured field and temperature.
    inputs : mapping of str to float or None
        Values in place of those of `reference_inputs`, so that a propagation can move them.

    Raises
    ------
    InputError
        As in `reference_law`.
    ReferenceRangeError
        Field or temperature outside the law's range.
    """
    law = reference_law(sample)
    law.check(field_a_per_m, temperature_k)
    inputs = _stated(sample) if inputs is None else inputs
    value = law.function(inputs, field_a_per_m, temperature_k)
    point = _stated_point(law, sample.reference)
    if point is None:
        return value
    return value * inputs[VALUE] / law.function(inputs, *point)


def reference_moment(
    sample: Sample, field_a_per_m: float, temperature_k: float, inputs: Mapping[str, float] | None = None
) -> float:
    """Moment (A m2) of a reference in the *applied* field; arguments and errors as in `reference_value`.

    A susceptibility standard of known shape is corrected for its own demagnetising field: with chi per mass, mass m and
    volume V, moment = chi m H/(1 + N chi m/V). Without a shape the correction (palladium 0.03 %, dysprosia 0.8 % for
    a dense sphere) is not applied.
    """
    inputs = _stated(sample) if inputs is None else inputs
    value = reference_value(sample, field_a_per_m, temperature_k, inputs)
    if reference_law(sample).kind == "moment":
        return value
    moment = value * inputs[MASS] * field_a_per_m
    if sample.shape is None:
        return moment
    return moment / (1.0 + demagnetising_factor(sample.shape) * value * inputs[MASS] / volume(sample.shape))


def _stated_point(law: ReferenceLaw, reference: Reference | None) -> tuple[float, float] | None:
    """Field and temperature where the file says that its value holds; None: at the law's own point."""
    if reference is None or (reference.field_a_per_m is None and reference.temperature_k is None):
        return None
    field_a_per_m, temperature_k = reference.field_a_per_m, reference.temperature_k
    return (
        law.reference_field_a_per_m if field_a_per_m is None else field_a_per_m,
        law.reference_temperature_k if temperature_k is None else temperature_k,
    )


def _stated(sample: Sample) -> dict[str, float]:
    return {name: quantity.value for name, quantity in reference_inputs(sample).items()}
