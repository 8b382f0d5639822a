"""What is known to fail before anything moves: a sample without what its procedure is about, fields beyond the bench."""

from __future__ import annotations

from pathlib import Path

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import BenchSpec, Procedure
from vsmdaq.measure import current_for
from vsmdaq.physics.calibrants import reference_law
from vsmdaq.terms import InputError, Problem, Sample, Sphere
from vsmdaq_drivers.contracts import CurrentLimits, LimitError

__all__ = ["check_balance", "check_fields", "check_sample"]


def check_sample(kind: str, sample: Sample | None, source: Path) -> None:
    """Refuse a sample without what its procedure is about; a loop or a background takes any sample.

    Parameters
    ----------
    kind : str
        Of the procedure.
    sample : Sample or None
        What is to be mounted.
    source : Path
        Its file, for messages.

    Raises
    ------
    InputError
        Nickel that is no reference, nickel below saturation that is no sphere, palladium without a mass.
    """
    if sample is None:
        return
    if kind == "palladium" and sample.mass is None:
        advice = 'Palladium is measured for its susceptibility per mass: write e.g. mass = "60.00 mg ± 0.02 mg".'
        raise InputError(str(source), (Problem("mass", "nothing", "a mass with unit and uncertainty", advice),))
    if kind == "nickel-slope" and not isinstance(sample.shape, Sphere):
        advice = 'Its moment is 3 V H: write shape = "sphere" and diameter = "2.383 mm ± 0.005 mm", say.'
        given = "nothing" if sample.shape is None else "another shape"
        raise InputError(str(source), (Problem("shape", given, "a sphere", advice),))
    if kind == "nickel" or (kind == "palladium" and sample.reference is not None):
        try:
            reference_law(sample)
        except InputError as error:
            raise InputError(str(source), error.problems) from error


def check_balance(kind: str, bench: BenchSpec) -> None:
    """Refuse a procedure of kind ``"gouy"`` on a bench without a balance. Raises InputError."""
    if kind == "gouy" and bench.balance is None:
        advice = "Without one, only the procedures of the vibrating rod can run here."
        raise InputError(
            str(bench.source), (Problem("balance", "nothing", "a [balance] table, for kind = 'gouy'", advice),)
        )


def check_fields(
    procedure: Procedure, limits: CurrentLimits, *, field_constant_per_m: float, resolution_a: float
) -> None:
    """Refuse a plan with a field or a rate beyond the limits; without it the run would end at that point.

    Parameters
    ----------
    procedure : Procedure
        Its plan is looked at, the fields gone through on the way to it included.
    limits : CurrentLimits
        The narrower of magnet and supply.
    field_constant_per_m : float
        Field per current, (A/m)/A.
    resolution_a : float
        Smallest step of the supply's set-point, A.

    Raises
    ------
    InputError
        Naming the rate, or the first point beyond the limits with its field and current.
    """
    who = f"procedure {procedure.name!r}"
    advice = "Nothing was sent. Change the procedure, or the limits in the bench file where the magnet takes more."
    try:
        limits.check_rate(procedure.rate_a_per_s)
    except LimitError as error:
        allowed = f"up to {error.highest:g} A/s"
        raise InputError(who, (Problem("field.rate", f"{error.asked:g} A/s", allowed, advice),)) from error
    points = plan_of(procedure)
    total = len(points.fields_a_per_m)
    named = [(f"approach {number}", field) for number, field in enumerate(points.approach_a_per_m, start=1)]
    for number, step in enumerate(points.steps, start=1):
        named += [(f"on the way to point {number} of {total}", field) for field in step.via_a_per_m]
        named.append((f"point {number} of {total}", step.field_a_per_m))
    for name, field in named:
        try:
            limits.check_current(current_for(field, field_constant_per_m, resolution_a, limits.max_current_a))
        except LimitError as error:
            given = f"{field / 1e3:+g} kA/m, which takes {error.asked:+.4g} A"
            largest = error.highest * field_constant_per_m / 1e3
            allowed = f"±{largest:.6g} kA/m, from ±{error.highest:g} A"
            raise InputError(who, (Problem(name, given, allowed, advice),)) from error
