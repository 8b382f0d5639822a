"""One draw of a run: the same run on a bench, with a sample and with calibrations as they might be within what is known.

Every stated quantity and every value of an artefact becomes an exact one, every reading moves by its noise. What reduces a run
reduces a drawn one: no kind of procedure needs a Monte Carlo calculation of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.formats.inputs import BenchSpec, GouyTube
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import BETWEEN_BRANCHES, ways_of
from vsmdaq.terms import Estimate, MomentPoint, Quantity, Sample, WeightPoint
from vsmdaq.uncertainty import Draw

__all__ = ["drawn_run"]

BENCH_NAMES: Mapping[str, str] = {
    "gaussmeter_offset": "gaussmeter.offset",
    "gaussmeter_gain": "gaussmeter.gain",
    "vibration.amplitude_m": "vibration.amplitude",
    "vibration.frequency_hz": "vibration.frequency",
    "magnet.field_constant_per_m": "magnet.field_constant",
    "magnet.lag_s": "magnet.lag",
    "balance_gain": "balance.gain",
    "temperature": "environment.temperature",
    "pressure": "environment.pressure",
    "gravity": "environment.gravity",
    "air_susceptibility": "environment.air_susceptibility",
    "low_field_ratio": "gouy.low_field_ratio",
}
"""Input that each quantity of the bench is, by its place in `BenchSpec`; others are named as their table and key."""

_LEFT_OUT = ("geometry.", "shape.")
"""Steps on the way to a quantity that its name does not have: coils.geometry.radius is coils.radius."""


def drawn_run(run: RunData, draw: Draw) -> RunData:
    """Return a run as it is in one draw of all inputs and of the noise of its readings."""
    return replace(
        run,
        bench=_bench(run.bench, draw),
        sample=None if run.sample is None else _named(run.sample, draw),
        tube=None if run.tube is None else _named(run.tube, draw),
        artefacts={
            kind: replace(artefact, values={name: _exact(value, draw) for name, value in artefact.values.items()})
            for kind, artefact in run.artefacts.items()
        },
        moment_points=_moment_points(run, draw),
        weight_points=_weight_points(run, draw),
        draw=draw,
    )


def _bench(bench: BenchSpec, draw: Draw) -> Any:
    return _walk(bench, "", lambda place: BENCH_NAMES.get(place, _short(place)), draw)


def _named(thing: Sample | GouyTube, draw: Draw) -> Any:
    """A sample or tube: its quantities are named after it."""
    return _walk(thing, "", lambda place: f"{thing.name}.{_short(place)}", draw)


def _short(place: str) -> str:
    for step in _LEFT_OUT:
        place = place.replace(step, "")
    return place


def _walk(thing: Any, place: str, name_of: Callable[[str], str], draw: Draw) -> Any:
    """A copy of a dataclass whose quantities, at any depth, are those of the draw."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        here = f"{place}{field.name}"
        if isinstance(value, Quantity):
            changed[field.name] = draw.exact(name_of(here), value)
        elif dataclasses.is_dataclass(value):
            changed[field.name] = _walk(value, f"{here}.", name_of, draw)
    return replace(thing, **changed) if changed else thing


def _exact(value: Estimate, draw: Draw) -> Estimate:
    return Estimate(value.value + draw.deviation(value.components), value.unit)


def _moment_points(run: RunData, draw: Draw) -> tuple[MomentPoint, ...]:
    """Readings moved by their noise; where the branch of the yoke is not known, all by one number with the sign of the way."""
    points = run.moment_points
    n = len(points)
    if not n:
        return ()
    noise = draw.noise(f"noise:{run.run_id}", 4 * n).reshape(4, n)
    between = np.array([BETWEEN_BRANCHES in p.flags for p in points])
    by_field = np.where(between, draw.noise(f"noise:{run.run_id}.branch", 1)[0] * ways_of(points), noise[0])
    u_setting = _u_settings(run)
    return tuple(
        replace(
            p,
            field_a_per_m=p.field_a_per_m + p.u_field_a_per_m * float(by_field[k]),
            x_v_rms=p.x_v_rms + p.u_x_v_rms * float(noise[1, k]),
            y_v_rms=p.y_v_rms + p.u_y_v_rms * float(noise[2, k]),
            setting=None if p.setting is None else p.setting + float(u_setting[k] * noise[3, k]),
        )
        for k, p in enumerate(points)
    )


def _u_settings(run: RunData) -> NDArray[np.float64]:
    """Noise of what else was set and read back: places of a centring, amplitudes."""
    details = run.procedure.details
    u = 0.0
    if isinstance(details, Centring):
        u = details.u_position_m
    if isinstance(details, Amplitude):
        u = details.u_reading_m or 0.0
    return np.full(len(run.moment_points), u)


def _weight_points(run: RunData, draw: Draw) -> tuple[WeightPoint, ...]:
    points = run.weight_points
    noise = draw.noise(f"noise:{run.run_id}", 2 * len(points)).reshape(2, len(points))
    return tuple(
        replace(
            p,
            field_a_per_m=p.field_a_per_m + p.u_field_a_per_m * float(noise[0, k]),
            mass_kg=p.mass_kg + p.u_mass_kg * float(noise[1, k]),
        )
        for k, p in enumerate(points)
    )
