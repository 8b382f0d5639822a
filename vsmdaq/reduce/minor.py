"""Minor loops: the loss of a cycle, remanence and coercive field of each."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.local import Noise
from vsmdaq.analyse.minor import enclosed_area, half_height, half_width
from vsmdaq.analyse.parameter import Parameter, combine
from vsmdaq.formats.inputs.kinds.minor import Minor, MinorLoop
from vsmdaq.physics import MU0
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.parameters import Curve, Found, Recipe, absent, base_estimates, derive
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.signals import Signals, signals
from vsmdaq.reduce.soft import soft_flags

__all__ = ["reduce_minor"]

Index = NDArray[np.intp]


def reduce_minor(run: RunData) -> Reduction:
    """Quantities of minor loops, numbered from 1, and the table of their points."""
    details = cast("Minor", run.procedure.details)
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    nominal = {name: q.value for name, q in inputs.items()}
    noise = Noise(
        float(np.median(data.u_signal_v_rms)) * nominal["moment_per_volt"], float(np.median(data.u_reading_a_per_m))
    )
    places = [_places(run, data, number, loop) for number, loop in enumerate(details.loops)]

    def analyse(curve: Curve) -> Found:
        found: dict[str, Parameter] = {}
        missing: dict[str, str] = {}
        for number, (whole, ways) in enumerate(places, start=1):
            area = enclosed_area(curve.internal, curve.moment, whole)
            results = {
                f"loss_{number}": area if isinstance(area, str) else combine([(MU0, area)]),
                f"remanence_{number}": half_height(curve.internal, curve.moment, ways, noise),
                f"coercive_field_{number}": half_width(curve.internal, curve.moment, ways, noise),
            }
            for name, result in results.items():
                if isinstance(result, str):
                    missing[name] = result
                else:
                    found[name] = result
        return Found(found, {}, missing)

    recipes = tuple(r for number, loop in enumerate(details.loops, start=1) for r in _recipes(number, loop))
    base, reasons = base_estimates(run, data, inputs, analyse, {r.source: r.unit for r in recipes if r.per == ""})
    quantities = derive(run, base, recipes)
    return Reduction(
        quantities=quantities,
        table=point_table(run, data),
        flags=(*data.flags, *flags, *absent(run, quantities, recipes, reasons), *soft_flags(run, data, inputs)),
    )


def _recipes(number: int, loop: MinorLoop) -> tuple[Recipe, ...]:
    between = f"of the loop between {loop.reversal_a_per_m / 1e3:g} and {loop.return_a_per_m / 1e3:g} kA/m"
    loss, remanence, coercive = f"loss_{number}", f"remanence_{number}", f"coercive_field_{number}"
    return (
        Recipe(
            f"loss_per_cycle_{number}", loss, "", "J", f"mu_0 times the integral of m dH_int around the loop, {between}"
        ),
        Recipe(f"loss_density_{number}", loss, "volume", "J/m3", f"loss_per_cycle_{number} per volume"),
        Recipe(
            f"remanent_moment_{number}",
            remanence,
            "",
            "A m2",
            f"half the distance in m of both ways at H_int = 0, {between}",
        ),
        Recipe(coercive, coercive, "", "A/m", f"half the distance in H_int of both ways at m = 0, {between}"),
    )


def _places(run: RunData, data: Signals, number: int, loop: MinorLoop) -> tuple[Index, tuple[Index, Index]]:
    """The usable points of a loop in order, and those of its ways with falling and with rising field, each with both ends."""
    segment = {p.index: p.segment for p in run.moment_points}
    at = np.array([segment[int(index)] for index in data.index])
    away, back = np.flatnonzero(at == 2 * number), np.flatnonzero(at == 2 * number + 1)
    # the way back begins where the way there ends
    joined = np.concatenate([away[-1:], back])
    rises = loop.return_a_per_m > loop.reversal_a_per_m
    return np.concatenate([away, back]), (joined, away) if rises else (away, joined)
