"""A hysteresis loop: saturation, remanence, coercivity, high-field slope, with the covariance of their noise."""

from __future__ import annotations

from functools import partial

from vsmdaq.analyse.loop import loop_parameters
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.following import following_flags
from vsmdaq.reduce.parameters import Curve, Found, Recipe, absent, base_estimates, derive
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.repeats import of_the_mean, reduce_repeats, same_places
from vsmdaq.reduce.signals import signals
from vsmdaq.reduce.soft import soft_flags

__all__ = ["reduce_loop"]

BASE = {
    "saturation": "A m2",
    "remanence": "A m2",
    "high_field_slope": "m3",
    "coercive_field": "A/m",
    "coercive_field_applied": "A/m",
}
"""What the analysis of m(H) gives, before volume and mass come in."""

RECIPES = (
    Recipe(
        "saturation_moment",
        "saturation",
        "",
        "A m2",
        "m_s of m = ±m_s + slope H_int above the high-field limit, holder removed",
    ),
    Recipe("saturation_magnetization", "saturation", "volume", "A/m", "saturation_moment per volume"),
    Recipe("saturation_mass_magnetization", "saturation", "mass", "A m2/kg", "saturation_moment per mass"),
    Recipe("remanent_moment", "remanence", "", "A m2", "m at H_int = 0, mean of both branches"),
    Recipe("remanent_magnetization", "remanence", "volume", "A/m", "remanent_moment per volume"),
    Recipe("coercive_field", "coercive_field", "", "A/m", "|H_int| at m = 0, mean of both branches"),
    Recipe(
        "coercive_field_applied", "coercive_field_applied", "", "A/m", "|H_applied| at m = 0, mean of both branches"
    ),
    Recipe(
        "high_field_susceptibility",
        "high_field_slope",
        "volume",
        "1",
        "dM/dH_int above the high-field limit, holder removed",
    ),
    Recipe(
        "high_field_mass_susceptibility", "high_field_slope", "mass", "m3/kg", "high-field slope of m(H_int) per mass"
    ),
    Recipe(
        "high_field_molar_susceptibility",
        "high_field_slope",
        "amount",
        "m3/mol",
        "high-field slope of m(H_int) per amount of substance",
    ),
)


def reduce_loop(run: RunData) -> Reduction:
    """Quantities of a loop, or of repeated ones, and the table of its points."""
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    fraction = run.procedure.high_field_fraction

    def analyse(curve: Curve) -> Found:
        internal = loop_parameters(curve.internal, curve.moment, high_field_fraction=fraction)
        applied = loop_parameters(curve.applied, curve.moment, high_field_fraction=fraction)
        outer = {name: applied.parameters[name] for name in ("coercive_field",) if name in applied.parameters}
        missing = dict(internal.missing)
        if "coercive_field" in applied.missing:
            missing["coercive_field_applied"] = applied.missing["coercive_field"]
        return Found(internal.parameters, {f"{name}_applied": p for name, p in outer.items()}, missing)

    places = same_places(run, data) if run.procedure.repeats > 1 else []
    analysis = analyse if not places else partial(of_the_mean, places, analyse=analyse)
    base, reasons = base_estimates(run, data, inputs, analysis, BASE)
    quantities = derive(run, base, RECIPES)
    lacking = absent(run, quantities, RECIPES, reasons)
    repeated, notes = reduce_repeats(run, data, inputs)
    return Reduction(
        quantities={**quantities, **repeated},
        table=point_table(run, data),
        flags=(
            *data.flags,
            *flags,
            *lacking,
            *notes,
            *following_flags(run.moment_points),
            *soft_flags(run, data, inputs),
        ),
    )
