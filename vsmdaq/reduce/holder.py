"""Signal of the empty holder, complex, at the points of another run: a straight line or a table in H, between temperatures, with time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.corrections.image import holder_image_factor, holder_image_inputs
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Artefact, Estimate, Quantity

__all__ = ["LINE", "holder_inputs", "holder_signal", "set_name", "turned_rad"]

ComplexArray = NDArray[np.complex128]

LINE = ("x0", "y0", "x1", "y1")
"""Offset (V) and slope (V m/A) about the middle of the fields, in X and in Y."""

FAR_K = 10.0
"""A holder that was measured at one temperature is doubted from so far away on."""

SMALL_SHARE = 0.02
"""Of a signal to which the holder adds no more, the holder's temperature is not looked at where there is but one."""

BEYOND_K = 1.0
"""Likewise beyond the ends of several temperatures."""

BEYOND_FIELD = 1.02
"""A table is doubted beyond so many times its largest field."""


def set_name(artefact: Artefact, number: int) -> str:
    """Beginning of the names of the values that belong to one of the temperatures."""
    return f"T{number}." if artefact.conditions.get("temperatures", 1.0) > 1.0 else ""


def turned_rad(run: RunData, kind: str) -> float:
    """Angle by which the reference phase was turned on since the artefact was made."""
    return float(np.radians(run.phase_deg - run.artefacts[kind].conditions["phase_deg"]))


def holder_inputs(run: RunData) -> tuple[dict[str, Quantity | Estimate], tuple[str, ...]]:
    """Inputs that the signal of the holder depends on, ``background.…``; flags for what is not known of it.

    Without a background, or where it is left out on purpose, there are none.
    """
    artefact = run.artefacts.get("background")
    if artefact is None:
        return {}, ("holder not subtracted: no background run",)
    if "background" in run.without:
        return {}, ("correction background left out: as asked",)
    kelvin = np.array([p.temperature_k for p in run.moment_points])
    names: list[str] = []
    for number in _sets(artefact, kelvin):
        begin = set_name(artefact, number)
        if _is_table(artefact):
            names += [f"{begin}bg.{k}.{axis}" for k in range(_nodes(artefact).size) for axis in "xy"]
        else:
            names += [f"{begin}{name}" for name in LINE]
    flags = _doubts(run, artefact, kelvin)
    if artefact.conditions.get("drifts", 0.0):
        if _since_s(run, artefact, 0.0) is None:
            flags = (*flags, "drift of the background not taken off: the time of the run is not known")
        else:
            names += ["xt", "yt"]
    inputs: dict[str, Quantity | Estimate] = {f"background.{name}": artefact.values[name] for name in names}
    return inputs if _is_table(artefact) else inputs | holder_image_inputs(run), flags


def holder_signal(run: RunData, data: Signals, inputs: Mapping[str, float]) -> ComplexArray:
    """Signal (V rms) of holder and cross-talk at each point (n,), at the reference phase of this run."""
    artefact = run.artefacts["background"]
    sets = _sets(artefact, data.temperature_k)
    mirrored = holder_image_factor(run, data, inputs)
    curves = [_curve(artefact, set_name(artefact, number), data, inputs, mirrored) for number in sets]
    signal: ComplexArray = curves[0]
    if len(sets) > 1:
        places = _abscissa(artefact, _temperatures(artefact)[sets])
        at = _abscissa(artefact, data.temperature_k)
        order = np.argsort(places)
        stack = np.array(curves)[order]
        signal = np.array(
            [
                complex(np.interp(t, places[order], column.real), np.interp(t, places[order], column.imag))
                for t, column in zip(at, stack.T, strict=True)
            ]
        )
    if "background.xt" in inputs:
        rate = complex(inputs["background.xt"], inputs["background.yt"])
        since = np.array([_since_s(run, artefact, t) or 0.0 for t in data.time_s])
        signal = np.asarray(signal + rate * since, dtype=np.complex128)
    return np.asarray(signal * np.exp(-1j * turned_rad(run, "background")), dtype=np.complex128)


def _curve(
    artefact: Artefact, begin: str, data: Signals, inputs: Mapping[str, float], mirrored: FloatArray
) -> ComplexArray:
    if _is_table(artefact):
        fields = _nodes(artefact)
        values = np.array(
            [
                complex(inputs[f"background.{begin}bg.{k}.x"], inputs[f"background.{begin}bg.{k}.y"])
                for k in range(fields.size)
            ]
        )
        return _straight(data.reading_a_per_m, fields, values)
    distance = data.reading_a_per_m - artefact.conditions["centre_a_per_m"]
    x0, y0, x1, y1 = (inputs[f"background.{begin}{name}"] for name in LINE)
    return np.asarray(complex(x0, y0) + complex(x1, y1) * (distance * mirrored), dtype=np.complex128)


def _straight(at: FloatArray, fields: FloatArray, values: ComplexArray) -> ComplexArray:
    """Straight between the fields of a table, and on beyond its ends."""
    place = np.clip(np.searchsorted(fields, at) - 1, 0, fields.size - 2)
    share = (at - fields[place]) / (fields[place + 1] - fields[place])
    found: ComplexArray = values[place] * (1.0 - share) + values[place + 1] * share
    return found


def _is_table(artefact: Artefact) -> bool:
    return artefact.conditions.get("table", 0.0) > 0.0


def _nodes(artefact: Artefact) -> FloatArray:
    return np.array([artefact.conditions[f"field.{k}_a_per_m"] for k in range(int(artefact.conditions["fields"]))])


def _temperatures(artefact: Artefact) -> FloatArray:
    """Temperatures (K) that the holder was measured at, in the order of their sets; empty where that is not known."""
    count = int(artefact.conditions.get("temperatures", 1.0))
    keys = [f"temperature.{number}_k" for number in range(count)]
    return np.array([artefact.conditions[key] for key in keys if key in artefact.conditions])


def _sets(artefact: Artefact, kelvin: FloatArray) -> list[int]:
    """Sets of values that the temperatures of a run lie between."""
    measured = _temperatures(artefact)
    if measured.size < 2:
        return [0]
    order = np.argsort(measured)
    ladder = measured[order]
    low, high = float(np.min(kelvin)), float(np.max(kelvin))
    first = max(int(np.searchsorted(ladder, low, side="right")) - 1, 0)
    last = min(int(np.searchsorted(ladder, high, side="left")), ladder.size - 1)
    return [int(number) for number in order[min(first, last) : last + 1]]


def _abscissa(artefact: Artefact, kelvin: FloatArray) -> FloatArray:
    """What a holder is straight in between its temperatures: T, or 1/T where it follows Curie."""
    return 1.0 / kelvin if artefact.conditions.get("over_inverse_temperature", 0.0) else kelvin


def _since_s(run: RunData, artefact: Artefact, time_s: float) -> float | None:
    """Time from the middle of the background run to `time_s` on the clock of this run; None where it is not known."""
    then = artefact.conditions.get("middle_utc_s")
    if then is None or run.utc_at_zero_s is None:
        return None
    return run.utc_at_zero_s + time_s - then


def _doubts(run: RunData, artefact: Artefact, kelvin: FloatArray) -> tuple[str, ...]:
    flags: list[str] = []
    measured = _temperatures(artefact)
    if measured.size and kelvin.size:
        reach = FAR_K if measured.size == 1 else BEYOND_K
        low, high = float(np.min(kelvin)), float(np.max(kelvin))
        beyond = low < measured.min() - reach or high > measured.max() + reach
        if beyond and (measured.size > 1 or _share(run, artefact) > SMALL_SHARE):
            known = " K, ".join(f"{t:.2f}" for t in sorted(measured))
            flags.append(
                f"holder measured at {known} K, this run from {low:.2f} K to {high:.2f} K: beyond, it is taken as at the nearest"
            )
    if _is_table(artefact) and run.moment_points:
        reached = max(abs(p.field_a_per_m) for p in run.moment_points)
        known_to = artefact.conditions["largest_field_a_per_m"]
        if reached > BEYOND_FIELD * known_to:
            flags.append(
                f"holder measured up to {known_to / 1e3:.1f} kA/m, this run goes to {reached / 1e3:.1f} kA/m:"
                " beyond, its table goes straight on"
            )
    return tuple(flags)


def _share(run: RunData, artefact: Artefact) -> float:
    """What the straight part of the holder makes of the signal at the largest field."""
    point = max(run.moment_points, key=lambda p: abs(p.field_a_per_m))
    x0, y0, x1, y1 = (artefact.values[name].value for name in LINE)
    signal = abs(complex(point.x_v_rms, point.y_v_rms) * np.exp(1j * turned_rad(run, "background")) - complex(x0, y0))
    return abs(complex(x1, y1) * point.field_a_per_m) / signal if signal > 0.0 else 1.0
