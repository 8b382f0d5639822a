"""IRM and backfield curves: saturation remanence, remanent coercive field, S-ratios, delta M."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.local import Noise
from vsmdaq.analyse.parameter import Parameter
from vsmdaq.analyse.remanence import RemanenceCurve, delta_m, remanent_coercive_field, s_ratio
from vsmdaq.formats.inputs.kinds.remanence import Remanence
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.parameters import Curve, Found, Recipe, absent, base_estimates, curve_of, derive, noise_row
from vsmdaq.reduce.points import point_inputs, point_table
from vsmdaq.reduce.signals import Signals, signals

__all__ = ["reduce_remanence"]

IRM, BACKFIELD = 1, 3
"""Segments of the points at zero current."""

_AT_REST = "at zero current, the yoke's residual field not compensated"
COMMON = (
    Recipe("saturation_remanent_moment", "saturation", "", "A m2", f"m after the saturating field, {_AT_REST}"),
    Recipe("saturation_remanent_magnetization", "saturation", "volume", "A/m", "saturation_remanent_moment per volume"),
    Recipe(
        "remanent_coercive_field",
        "remanent_coercive_field",
        "",
        "A/m",
        f"size of the applied backfield after which m = 0, {_AT_REST}, from saturation",
    ),
)


class _Places:
    """Where the curves stand among the usable points."""

    def __init__(self, run: RunData, data: Signals) -> None:
        segments = {p.index: p.segment for p in run.moment_points}
        place = {int(index): k for k, index in enumerate(data.index)}
        self.pairs: dict[int, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}
        for segment in (IRM, BACKFIELD):
            rests = [i for i in place if segments[i] == segment and segments.get(i - 1) == segment - 1]
            both = [(place[i - 1], place[i]) for i in rests if i - 1 in place]
            array = np.array(both, dtype=np.intp).reshape(-1, 2)
            self.pairs[segment] = (array[:, 0], array[:, 1])
        # right behind the pairs of the IRM, in the order of the plan
        first = 2 * len(cast("Remanence", run.procedure.details).irm_a_per_m)
        self.saturated = place.get(first) if segments.get(first) == BACKFIELD else None

    def curve(self, curve: Curve, segment: int, noise: Noise) -> RemanenceCurve:
        """IRM or backfield curve."""
        peak, rest = self.pairs[segment]
        return RemanenceCurve(curve.applied, curve.moment, peak, rest, noise)

    def saturation(self, curve: Curve) -> Parameter | None:
        """Remanence after saturation."""
        if self.saturated is None:
            return None
        one = np.zeros(curve.moment.size)
        one[self.saturated] = 1.0
        return Parameter(float(curve.moment[self.saturated]), one, np.zeros(curve.moment.size))

    def farthest_rest(self, curve: Curve) -> Parameter:
        """Largest size of field at which a remanence was measured."""
        rests = np.concatenate([self.pairs[IRM][1], self.pairs[BACKFIELD][1]])
        if self.saturated is not None:
            rests = np.append(rests, self.saturated)
        one = np.zeros(curve.applied.size)
        if rests.size == 0:
            return Parameter(0.0, one, one)
        place = int(rests[np.argmax(np.abs(curve.applied[rests]))])
        one[place] = 1.0 if curve.applied[place] >= 0.0 else -1.0
        return Parameter(abs(float(curve.applied[place])), np.zeros_like(one), one)


def reduce_remanence(run: RunData) -> Reduction:
    """Quantities of remanence curves and the table of their points."""
    details = cast("Remanence", run.procedure.details)
    data = signals(run.moment_points, run.run_id)
    inputs, flags = point_inputs(run)
    nominal = {name: q.value for name, q in inputs.items()}
    places = _Places(run, data)
    noise = Noise(
        float(np.median(data.u_signal_v_rms)) * nominal["moment_per_volt"], float(np.median(data.u_reading_a_per_m))
    )
    here = curve_of(run, data, nominal)
    deltas = _deltas(places, here, noise)
    extreme = max(deltas, key=lambda k: abs(deltas[k].value)) if deltas else None
    sign = 1.0 if details.saturation_a_per_m > 0.0 else -1.0

    def analyse(curve: Curve) -> Found:
        found: dict[str, Parameter] = {}
        missing: dict[str, str] = {}
        saturation = places.saturation(curve)
        backfield = places.curve(curve, BACKFIELD, noise)
        results: dict[str, Parameter | str] = {"remanent_coercive_field": remanent_coercive_field(backfield)}
        if saturation is None:
            missing["saturation"] = "the remanence after saturation was not measured"
        else:
            found["saturation"] = Parameter(sign * saturation.value, sign * saturation.d_moment, saturation.d_field)
            for number, size in enumerate(details.ratio_a_per_m, start=1):
                results[f"s_ratio_{number}"] = s_ratio(backfield, saturation, -sign * size)
        found["rest"] = places.farthest_rest(curve)
        at_extreme = None if extreme is None else _deltas(places, curve, noise, only=extreme).get(extreme)
        if at_extreme is not None:
            found["delta_m"] = at_extreme
        for name, result in results.items():
            if isinstance(result, str):
                missing[name] = result
            else:
                found[name] = result
        return Found({}, found, missing)

    recipes = _recipes(details, with_delta=extreme is not None)
    base, reasons = base_estimates(run, data, inputs, analyse, {r.source: r.unit for r in recipes if r.per == ""})
    quantities = derive(run, base, recipes)
    table = point_table(run, data)
    if deltas:
        table |= _columns(run, data, nominal, deltas)
    return Reduction(
        quantities=quantities,
        table=table,
        flags=(*data.flags, *flags, *absent(run, quantities, recipes, reasons)),
    )


def _recipes(details: Remanence, *, with_delta: bool) -> tuple[Recipe, ...]:
    ratios = tuple(
        Recipe(
            f"s_ratio_{number}",
            f"s_ratio_{number}",
            "",
            "1",
            f"-m after a backfield of {size / 1e3:g} kA/m over saturation_remanent_moment",
        )
        for number, size in enumerate(details.ratio_a_per_m, start=1)
    )
    common = COMMON if details.dcd_a_per_m else ()
    delta = Recipe("delta_m_extreme", "delta_m", "", "1", "m_d/m_rs - (1 - 2 m_i/m_rs) where it is farthest from 0")
    rest = Recipe("largest_rest_field", "rest", "", "A/m", "largest |H_applied| at which a remanence was measured")
    return (*common, rest, *ratios, *((delta,) if with_delta else ()))


def _deltas(places: _Places, curve: Curve, noise: Noise, only: int | None = None) -> dict[int, Parameter]:
    """Delta M at the backfield curve's own fields, by the place of the remanence."""
    saturation = places.saturation(curve)
    peak, rest = places.pairs[BACKFIELD]
    if saturation is None or places.pairs[IRM][0].size < 2 or peak.size < 2:
        return {}
    irm, backfield = places.curve(curve, IRM, noise), places.curve(curve, BACKFIELD, noise)
    found: dict[int, Parameter] = {}
    for at, place in zip(peak, rest, strict=True):
        if only is not None and place != only:
            continue
        value = delta_m(backfield, irm, saturation, -float(curve.applied[at]))
        if value is not None:
            found[int(place)] = value
    return found


def _columns(
    run: RunData, data: Signals, nominal: dict[str, float], deltas: dict[int, Parameter]
) -> dict[str, list[float | int | str]]:
    values: list[float | int | str] = ["" for _ in data.index]
    u: list[float | int | str] = ["" for _ in data.index]
    for place, delta in deltas.items():
        row = noise_row(run, data, nominal, delta, internal=False)
        values[place], u[place] = delta.value, float(np.sqrt(np.sum(row**2)))
    return {"delta_m": values, "u_noise_delta_m": u}
