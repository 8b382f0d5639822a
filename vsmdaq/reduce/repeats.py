"""Repeated loops: how far they scatter, beside what the noise of their points explains."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.loop import LoopParameters, loop_parameters
from vsmdaq.analyse.parameter import Parameter
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.moments import moment_per_volt, true_moment
from vsmdaq.reduce.parameters import Analysis, Curve, Found, noise_row
from vsmdaq.reduce.points import internal_field
from vsmdaq.reduce.signals import Signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity

__all__ = ["of_the_mean", "reduce_repeats", "same_places"]

SCATTERS = (
    ("saturation_moment", "saturation", "A m2"),
    ("remanent_moment", "remanence", "A m2"),
    ("coercive_field", "coercive_field", "A/m"),
)
"""Quantity, its parameter, unit."""

_TOO_MUCH = 0.01
"""A scatter is flagged that noise alone exceeds with less than this probability."""


def same_places(run: RunData, data: Signals) -> list[NDArray[np.intp]]:
    """Usable points that stand at the same place of their loops, in the order of the first loop."""
    seen: Counter[tuple[int, float]] = Counter()
    place_of: dict[int, tuple[int, float, int]] = {}
    for point in run.moment_points:
        step = (point.segment, point.set_field_a_per_m)
        place_of[point.index] = (point.segment % len(run.procedure.segments), point.set_field_a_per_m, seen[step])
        seen[step] += 1
    places: dict[tuple[int, float, int], list[int]] = {}
    for k, index in enumerate(data.index):
        places.setdefault(place_of[int(index)], []).append(k)
    return [np.array(members, dtype=np.intp) for members in places.values()]


def of_the_mean(places: list[NDArray[np.intp]], curve: Curve, analyse: Analysis) -> Found:
    """Analyse the mean of the loops; gradients are by the single points."""
    mean = Curve(
        *(
            np.array([values[here].mean() for here in places])
            for values in (curve.applied, curve.internal, curve.moment)
        )
    )
    found = analyse(mean)

    def spread(parameter: Parameter) -> Parameter:
        d_moment, d_field = np.zeros(curve.moment.size), np.zeros(curve.moment.size)
        for k, here in enumerate(places):
            d_moment[here] = parameter.d_moment[k] / here.size
            d_field[here] = parameter.d_field[k] / here.size
        return Parameter(parameter.value, d_moment, d_field)

    return Found(
        {name: spread(p) for name, p in found.internal.items()},
        {name: spread(p) for name, p in found.applied.items()},
        found.missing,
    )


def reduce_repeats(
    run: RunData, data: Signals, inputs: Mapping[str, Quantity | Estimate]
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """Scatter of the parameters and of the points between the loops, and flags; nothing where there is one loop."""
    repeats = run.procedure.repeats
    if repeats < 2:
        return {}, ()
    segment = {p.index: p.segment for p in run.moment_points}
    loop = np.array([segment[int(i)] // len(run.procedure.segments) for i in data.index])
    nominal = {name: q.value for name, q in inputs.items()}
    field = true_field(data.reading_a_per_m, nominal)
    moment = true_moment(run, data, nominal)
    internal = internal_field(run, field, moment, nominal)
    fraction = run.procedure.high_field_fraction
    members = [np.flatnonzero(loop == k) for k in range(repeats)]
    whole = [one for one in members if one.size]
    found = [loop_parameters(internal[one], moment[one], high_field_fraction=fraction) for one in whole]
    quantities: dict[str, ResultQuantity] = {}
    flags: list[str] = []
    for name, source, unit in SCATTERS:
        got = [(p, one) for p, one in zip(found, whole, strict=True) if source in p.parameters]
        if len(got) < 2:
            flags.append(f"no {name}_scatter: fewer than 2 loops have it")
            continue
        values = [p.parameters[source].value for p, _ in got]
        expected = math.sqrt(float(np.mean([_u_noise(run, data, nominal, p, source, one) ** 2 for p, one in got])))
        put = _Pair(f"{name}_scatter", f"{name} of single loops", unit, len(got) - 1)
        _put(put, float(np.std(values, ddof=1)), expected, quantities, flags, run.run_id)
    _points(run, data, nominal, moment, quantities, flags)
    return quantities, tuple(flags)


class _Pair:
    """Names of a scatter and of what was expected of it."""

    def __init__(self, name: str, words: str, unit: str, dof: int) -> None:
        self.name, self.words, self.unit, self.dof = name, words, unit, dof


def _put(
    pair: _Pair,
    scatter: float,
    expected: float,
    quantities: dict[str, ResultQuantity],
    flags: list[str],
    run_id: str,
) -> None:
    from scipy.special import gammaincc  # noqa: PLC0415 - scipy is slow to import

    u = Component(f"noise:{run_id}.{pair.name}", scatter / math.sqrt(2.0 * pair.dof), noise=True, dof=pair.dof)
    quantities[pair.name] = ResultQuantity(
        Estimate(scatter, pair.unit, (u,)), f"standard deviation of {pair.words}, {pair.dof} degrees of freedom"
    )
    quantities[f"{pair.name}_expected"] = ResultQuantity(
        Estimate(expected, pair.unit), f"what the noise of the points makes of {pair.name}"
    )
    if expected > 0.0:
        chance = float(gammaincc(0.5 * pair.dof, 0.5 * pair.dof * (scatter / expected) ** 2))
        if chance < _TOO_MUCH:
            flags.append(f"{pair.name} is {scatter / expected:.1f} times what noise explains (chance {chance:.1g})")


def _u_noise(
    run: RunData,
    data: Signals,
    nominal: Mapping[str, float],
    found: LoopParameters,
    source: str,
    members: NDArray[np.intp],
) -> float:
    row = noise_row(run, data.of(members), nominal, found.parameters[source], internal=True)
    return float(np.sqrt(np.sum(row**2)))


def _points(
    run: RunData,
    data: Signals,
    nominal: Mapping[str, float],
    moment: NDArray[np.float64],
    quantities: dict[str, ResultQuantity],
    flags: list[str],
) -> None:
    """Rms distance of the points from the mean over the loops, by their place in the loop."""
    u2 = (moment_per_volt(run, data, nominal) * data.u_signal_v_rms) ** 2
    squares, expected, dof = 0.0, 0.0, 0
    for here in same_places(run, data):
        count = here.size
        if count < 2:
            continue
        squares += float(np.sum((moment[here] - moment[here].mean()) ** 2))
        expected += float(np.mean(u2[here])) * (count - 1)
        dof += count - 1
    if dof:
        pair = _Pair("repeat_scatter", "m at the same place of the loops", "A m2", dof)
        _put(pair, math.sqrt(squares / dof), math.sqrt(expected / dof), quantities, flags, run.run_id)
