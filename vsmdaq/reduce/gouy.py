"""Gouy balance: susceptibility from the slope of apparent mass against H², blank tube and sample tube.

F = mu0 A (chi - chi_air)/2 (H_max² - H_low²), weighed as F/g. The slope is taken against the squared *measured* field,
so that a remanent field at zero current is accounted for; the part odd in H (a permanent moment) and a drift in time
are fitted beside it and do not enter the susceptibility. A tube that was hung again in between has a zero of its own for each
time that it was hung.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.constants import MU0
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.signals import field_inputs, true_field
from vsmdaq.terms import HUNG_AGAIN, Component, Estimate, Quantity, ResultQuantity, WeightPoint
from vsmdaq.uncertainty import propagate, propagate_many

__all__ = ["BLANK", "SAMPLE", "reduce_gouy"]

FloatArray = NDArray[np.float64]

BLANK, SAMPLE = 0, 1
"""Segment numbers of the two tubes in the journal."""

DEFINITIONS = {
    "volume_susceptibility": ("1", "of the filling, from F = mu0 A (chi - chi_air)/2 (H_max² - H_low²)"),
    "mass_susceptibility": ("m3/kg", "volume_susceptibility per density of the filling"),
    "molar_susceptibility": ("m3/mol", "mass_susceptibility times molar mass"),
}


@dataclass(frozen=True, slots=True)
class _Tube:
    reading_a_per_m: FloatArray
    u_reading_a_per_m: FloatArray
    mass_kg: FloatArray
    u_mass_kg: FloatArray
    time_s: FloatArray
    hung: NDArray[np.int64]


def reduce_gouy(run: RunData) -> Reduction:
    """Susceptibilities of the filling of a tube; slopes of blank and sample tube beside them."""
    tube = run.tube
    if tube is None:
        raise missing(run.run_id, "sample", "no tube", "a sample file with a [tube] table")
    blank, filled = _tube(run, BLANK), _tube(run, SAMPLE)
    slopes = {"blank": _slope(run, blank, "blank"), "filled": _slope(run, filled, "filled")}
    inputs: dict[str, Quantity | Estimate] = {
        **slopes,
        f"{tube.name}.bore_diameter": tube.bore_diameter,
        "gouy.low_field_ratio": run.bench.low_field_ratio,
        "environment.air_susceptibility": run.bench.air_susceptibility,
        "environment.gravity": run.bench.gravity,
        "balance.gain": run.bench.balance_gain,
    }
    if tube.density is not None:
        inputs[f"{tube.name}.density"] = tube.density
    if tube.molar_mass is not None:
        inputs[f"{tube.name}.molar_mass"] = tube.molar_mass

    def model(x: Mapping[str, float]) -> dict[str, float]:
        area = np.pi / 4.0 * x[f"{tube.name}.bore_diameter"] ** 2
        force = (x["filled"] - x["blank"]) / x["balance.gain"] * x["environment.gravity"]
        squares = 1.0 - x["gouy.low_field_ratio"] ** 2
        chi = x["environment.air_susceptibility"] + 2.0 * force / (MU0 * area * squares)
        values = {"volume_susceptibility": chi}
        if tube.density is not None:
            values["mass_susceptibility"] = chi / x[f"{tube.name}.density"]
            if tube.molar_mass is not None:
                values["molar_susceptibility"] = values["mass_susceptibility"] * x[f"{tube.name}.molar_mass"]
        return values

    had = model({name: item.value for name, item in inputs.items()})
    values = propagate_many(model, inputs, units={name: DEFINITIONS[name][0] for name in had})
    quantities = {name: ResultQuantity(value, DEFINITIONS[name][1]) for name, value in values.items()}
    for name, slope in slopes.items():
        quantities[f"{name}_mass_per_square_field"] = ResultQuantity(slope, f"d(apparent mass)/d(H²), {name} tube")
    absent = tuple(
        f"no {name}: the tube file lacks density or molar_mass" for name in DEFINITIONS if name not in values
    )
    bad = tuple(f"point {p.index}: {', '.join(p.flags)}" for p in run.weight_points if p.flags)
    return Reduction(quantities=quantities, table=_table(run), flags=(*bad, *absent))


def _tube(run: RunData, segment: int) -> _Tube:
    points = [p for p in run.weight_points if p.segment == segment]
    if len(points) < 5:
        raise missing(run.run_id, "points", f"{len(points)} weights of tube {segment}", "at least 5")
    return _Tube(
        np.array([p.field_a_per_m for p in points]),
        np.array([p.u_field_a_per_m for p in points]),
        np.array([p.mass_kg for p in points]),
        np.array([p.u_mass_kg for p in points]),
        np.array([0.5 * (p.t_start_s + p.t_end_s) for p in points]),
        np.cumsum([HUNG_AGAIN in p.flags for p in points]),
    )


def _slope(run: RunData, tube: _Tube, name: str) -> Estimate:
    """d(apparent mass)/d(H²), kg/(A/m)², of a line with drift and odd part fitted beside it."""
    inputs = field_inputs(run)
    common = propagate(lambda x: _fit(tube, x)[0], inputs, unit="kg m2/A2")
    noise = _fit(tube, {key: q.value for key, q in inputs.items()})[1]
    component = Component(f"noise:{run.run_id}.{name}", noise, noise=True)
    return Estimate(common.value, common.unit, (*common.components, component))


def _fit(tube: _Tube, x: Mapping[str, float]) -> tuple[float, float]:
    field = true_field(tube.reading_a_per_m, x)
    largest = float(np.max(np.abs(field)))
    h = field / largest
    each = [(tube.hung == number).astype(float) for number in range(int(tube.hung[-1]) + 1)]
    # the clock may have begun anew when the tube was hung again
    span = tube.time_s - sum(part * (tube.time_s @ part) / part.sum() for part in each)
    columns = np.column_stack([h**2, h, span / max(float(np.max(np.abs(span))), 1.0), *each])
    rough = float(np.linalg.lstsq(columns, tube.mass_kg, rcond=None)[0][0])
    # an error of H acts on the weight as 2 s H dH
    u = np.hypot(tube.u_mass_kg, 2.0 * rough * h * tube.u_reading_a_per_m / largest)
    inverse = np.linalg.pinv(columns / u[:, None])
    slope = float((inverse @ (tube.mass_kg / u))[0])
    return slope / largest**2, float(np.sqrt(np.sum(inverse[0] ** 2))) / largest**2


def _table(run: RunData) -> dict[str, list[float | int | str]]:
    field = true_field(
        np.array([p.field_a_per_m for p in run.weight_points]),
        {name: q.value for name, q in field_inputs(run).items()},
    )

    def column(points: tuple[WeightPoint, ...], name: str) -> list[float | int | str]:
        return [getattr(p, name) for p in points]

    return {
        "index": column(run.weight_points, "index"),
        "tube": ["blank" if p.segment == BLANK else "sample" for p in run.weight_points],
        "field_applied_a_per_m": [float(v) for v in field],
        "square_field_a2_per_m2": [float(v) ** 2 for v in field],
        "mass_kg": column(run.weight_points, "mass_kg"),
        "u_noise_mass_kg": column(run.weight_points, "u_mass_kg"),
    }
