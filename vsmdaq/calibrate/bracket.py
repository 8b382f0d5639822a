"""Two moment calibrations, before and after: the moment per volt in the middle between them, and the rate of the gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from vsmdaq.terms import Artefact, Estimate, InputError, Problem, Quantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["bracket"]

_ALIKE = {"frequency_hz": 1e-3, "amplitude_m": 1e-6, "phase_deg": 1e-9, "gap_m": 1e-6}
"""Conditions that must agree, and how well."""


def bracket(first: Artefact, second: Artefact) -> dict[str, Artefact]:
    """Artefacts of the kinds ``"moment"`` (half-way) and ``"drift"`` from two moment calibrations, in any order.

    What both share (the calibrant, the amplitude ...) stays common to both and cancels in the rate; their noise does not.

    Raises
    ------
    InputError
        They are not two moment calibrations of one bench under the same conditions, at different times.
    """
    before, after = sorted((first, second), key=lambda artefact: artefact.middle_utc_s)
    _check(before, after)
    apart_s = after.middle_utc_s - before.middle_utc_s
    inputs: dict[str, Quantity | Estimate] = {
        f"{when}.{name}": artefact.values[name]
        for when, artefact in (("before", before), ("after", after))
        for name in ("moment_per_volt", "signal_angle")
    }
    names = [name for name in before.values if name in after.values and name not in ("moment_per_volt", "signal_angle")]
    inputs |= {f"{when}.{n}": a.values[n] for when, a in (("before", before), ("after", after)) for n in names}

    def model(x: Mapping[str, float]) -> dict[str, float]:
        found = {n: 0.5 * (x[f"before.{n}"] + x[f"after.{n}"]) for n in ("moment_per_volt", "signal_angle", *names)}
        # more gain is less moment per volt
        change = (x["before.moment_per_volt"] - x["after.moment_per_volt"]) / found["moment_per_volt"]
        return {**found, "gain_difference": change, "gain_rate": change / apart_s}

    units = {name: before.values[name].unit for name in ("moment_per_volt", "signal_angle", *names)}
    values = propagate_many(model, inputs, units={**units, "gain_difference": "1", "gain_rate": "1/s"})
    middle_utc_s = before.middle_utc_s + 0.5 * apart_s
    ends = [a.expires_utc for a in (before, after) if a.expires_utc]
    moment = replace(
        before,
        created_utc=datetime.fromtimestamp(middle_utc_s, UTC).isoformat(timespec="seconds"),
        conditions={**before.conditions, "middle_utc_s": middle_utc_s},
        values={name: values[name] for name in units},
        runs=(*before.runs, *after.runs),
        expires_utc=min(ends, default=""),
        flags=tuple(dict.fromkeys((*before.flags, *after.flags))),
        digest="",
    )
    drift = replace(
        moment,
        kind="drift",
        conditions={
            **moment.conditions,
            "before_utc_s": before.middle_utc_s,
            "after_utc_s": after.middle_utc_s,
        },
        values={name: values[name] for name in ("gain_rate", "gain_difference")},
    )
    return {"moment": moment, "drift": drift}


def _check(before: Artefact, after: Artefact) -> None:
    problems: list[Problem] = []
    advice = "A bracket is two moment calibrations, one before and one after the run."
    problems += [Problem("kind", repr(a.kind), "'moment'", advice) for a in (before, after) if a.kind != "moment"]
    if before.bench != after.bench:
        problems.append(Problem("bench", repr(after.bench), repr(before.bench), advice))
    if before.middle_utc_s == after.middle_utc_s:
        problems.append(Problem("created_utc", f"{after.created_utc} twice", "two different times", advice))
    for name, tolerance in _ALIKE.items():
        a, b = before.conditions.get(name), after.conditions.get(name)
        if a is not None and b is not None and abs(a - b) > tolerance * max(abs(a), abs(b)):
            problems.append(Problem(name, f"{b:g}", f"{a:g} as in the other one", "Calibrate both times alike."))
    if dict(before.labels) != dict(after.labels):
        problems.append(Problem("labels", f"{dict(after.labels)}", f"{dict(before.labels)}", advice))
    if problems:
        raise InputError(f"calibrations {before.run_id} and {after.run_id}", tuple(problems))
