"""Whether a calibration holds on a bench as it is now: what each kind depends on, and what differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.terms import Artefact, Problem

__all__ = ["MATTERS", "describe", "expiry_of", "misfits"]

FREQUENCY, AMPLITUDE, COILS, CAPS, GAP = "frequency_hz", "amplitude_m", "coil_set", "pole_caps", "gap_m"

_TURNS = "Lock-in, amplifier and vibrator turn the phase with the frequency."
_PER_F = "The signal is proportional to the frequency."
_PER_A = "The signal is proportional to the amplitude."
_COIL_PHASE = "Inductance, resistance and sense of winding of the coils turn the phase."
_COIL_C = "Each set of coils has its own coupling constant."
_COIL_SHAPE = "Where the signal is extremal, and how it bends there, is the work of the coils."
_BEND = "At another amplitude the sample reaches where the signal bends otherwise."
_IMAGES = "The poles mirror the sample: the signal depends on how near they are and how they saturate."
_FIELD = "Field constant, remanence and the field between probe and sample belong to these poles."
_EDDY = "Eddy currents in the poles weaken the image at other frequencies."
_HOLDER = "Holder and cross-talk were measured as the coils saw them then."

MATTERS: Mapping[str, Mapping[str, str]] = {
    # the angle is that of coils, amplifier and drive; the poles carry no current, the amplitude scales X and Y alike
    "phase": {FREQUENCY: _TURNS, COILS: _COIL_PHASE},
    "moment": {FREQUENCY: _PER_F, AMPLITUDE: _PER_A, COILS: _COIL_C, CAPS: _IMAGES, GAP: _IMAGES},
    "background": {FREQUENCY: _PER_F, AMPLITUDE: _PER_A, COILS: _HOLDER, CAPS: _IMAGES, GAP: _IMAGES},
    # relative to the signal at small fields: what is common to both, f and a, drops out but for the eddy currents
    "image": {FREQUENCY: _EDDY, COILS: _IMAGES, CAPS: _IMAGES, GAP: _IMAGES},
    # a place and relative curvatures: f drops out
    "centring": {AMPLITUDE: _BEND, COILS: _COIL_SHAPE, CAPS: _IMAGES, GAP: _IMAGES},
    # no coil is in it
    "field": {CAPS: _FIELD, GAP: _FIELD},
    "gouy-blank": {CAPS: _FIELD, GAP: _FIELD},
}
"""What a kind of calibration depends on, each with the reason. Of a kind that is not named here everything matters."""

EVERYTHING: Mapping[str, str] = dict.fromkeys((FREQUENCY, AMPLITUDE, COILS, CAPS, GAP), "")

_TOLERANCES = {FREQUENCY: 1e-3, AMPLITUDE: 1e-6}
"""Share by which it may differ: a lock-in reads the frequency to this; the amplitude is that of the bench file, not read."""

GAP_SHARE = 1e-3
"""Gaps that differ by less are the same, where nothing more is stated of them."""


def misfits(
    artefact: Artefact, bench: BenchSpec, *, now: datetime | None = None, remedy: str = ""
) -> tuple[Problem, ...]:
    """Return what speaks against a calibration on a bench as its file describes it; empty where nothing does.

    Parameters
    ----------
    artefact : Artefact
        The calibration.
    bench : BenchSpec
        The bench file.
    now : datetime, optional
        The bench's clock; without it the age is not looked at.
    remedy : str
        What to do, for the advice.
    """
    found: list[Problem] = []
    if artefact.bench != bench.name:
        found.append(Problem("bench", repr(artefact.bench), repr(bench.name), remedy))
    for name, reason in MATTERS.get(artefact.kind, EVERYTHING).items():
        advice = " ".join(filter(None, (reason, remedy)))
        found += [
            Problem(name, given, f"{allowed} as in the bench file", advice)
            for given, allowed in _differs(name, artefact, bench)
        ]
    if now is not None and (text := _too_old(artefact, bench, now)):
        found.append(Problem("age", *text, remedy))
    return tuple(found)


def _differs(name: str, artefact: Artefact, bench: BenchSpec) -> Iterator[tuple[str, str]]:
    """The condition as it was and as it is, where they differ."""
    match name:
        case "coil_set":
            yield from _text(artefact.labels.get(name, ""), bench.coils.name)
        case "pole_caps":
            yield from _text(artefact.labels.get(name, ""), bench.poles.caps)
        case "gap_m":
            yield from _gap(artefact, bench)
        case "frequency_hz":
            yield from _number(name, artefact, bench.vibration.frequency_hz.value, "Hz")
        case _:
            yield from _number(name, artefact, bench.vibration.amplitude_m.value, "m")


def _text(then: str, now: str) -> Iterator[tuple[str, str]]:
    if then != now:
        yield repr(then) if then else "not stated when it was made", repr(now) if now else "nothing stated"


def _number(name: str, artefact: Artefact, now: float, unit: str) -> Iterator[tuple[str, str]]:
    then = artefact.conditions.get(name)
    if then is not None and abs(then - now) > _TOLERANCES[name] * abs(now):
        yield f"{then:.6g} {unit}", f"{now:.6g} {unit}"


def _gap(artefact: Artefact, bench: BenchSpec) -> Iterator[tuple[str, str]]:
    then, now = artefact.conditions.get("gap_m"), bench.poles.gap
    if then is None and now is None:
        return
    if then is None or now is None:
        yield (
            "not stated when it was made" if then is None else f"{then * 1e3:.6g} mm",
            "nothing stated" if now is None else f"{now.value * 1e3:.6g} mm",
        )
        return
    u_then = artefact.conditions.get("u_gap_m", 0.0)
    if abs(then - now.value) > max(2.0 * math.hypot(u_then, now.u), GAP_SHARE * abs(now.value)):
        yield (
            f"{then * 1e3:.6g} mm ± {u_then * 1e3:.2g} mm",
            f"{now.value * 1e3:.6g} mm ± {now.u * 1e3:.2g} mm (k = 2 of both, or 0.1 %)",
        )


def _too_old(artefact: Artefact, bench: BenchSpec, now: datetime) -> tuple[str, str] | None:
    until = expiry_of(artefact, bench)
    if until is None or now < until:
        return None
    return (
        f"made {artefact.created_utc}, expired {until:%Y-%m-%d %H:%M:%S} UTC",
        f"not older; it is {now:%Y-%m-%d %H:%M:%S} UTC",
    )


def expiry_of(artefact: Artefact, bench: BenchSpec) -> datetime | None:
    """From when on it does not hold any more: its own date, or the age that the bench file allows now, whichever is earlier."""
    dates = [artefact.expires] if artefact.expires is not None else []
    if bench.validity.valid_for_s is not None:
        with suppress(OverflowError):  # beyond the year 9999
            dates.append(artefact.created + timedelta(seconds=bench.validity.valid_for_s))
    return min(dates, default=None)


def describe(artefact: Artefact) -> str:
    """Name a calibration in a message: kind, date, runs."""
    runs = ", ".join(run_id for run_id, _ in artefact.runs)
    return f"{artefact.kind} calibration of {artefact.created_utc}" + (f" ({runs})" if runs else "")
