"""Which calibrations are in force for a run, and whether they belong to this bench."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import latest_artefact
from vsmdaq.terms import Artefact, InputError, Problem

__all__ = ["NEEDED", "check_artefact", "in_force"]

NEEDED: Mapping[str, tuple[str, ...]] = {
    "phase": (),
    "nickel": ("phase",),
    "background": ("phase", "moment"),
    "palladium": ("phase", "moment", "background"),
    "loop": ("phase", "moment", "background"),
    "gouy": (),
    "relaxation": ("phase", "moment", "background"),
    "temperature": ("phase", "moment", "background"),
    "centring": ("phase",),
    "amplitude": ("phase",),
    "virgin": ("phase", "moment", "background"),
    "minor": ("phase", "moment", "background"),
    "remanence": ("phase", "moment", "background"),
    "forc": ("phase", "moment", "background"),
    "demagnetise": ("phase",),
}
"""Kinds of artefact that a procedure uses where they exist."""

REQUIRED: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("palladium", "loop", "virgin", "minor", "remanence", "forc", "relaxation", "temperature"), ("moment",)
)
"""Without these a procedure refuses before anything moves."""

REMEDY = {"phase": "phase.toml", "moment": "nickel.toml", "background": "background.toml"}


def in_force(kind: str, bench: BenchSpec, folders: Sequence[Path]) -> dict[str, Artefact]:
    """Return the latest artefact of each kind that the procedure uses.

    Raises
    ------
    InputError
        One that is required is not there, or one does not hold on this bench as it is now.
    """
    found: dict[str, Artefact] = {}
    for name in NEEDED[kind]:
        artefact = latest_artefact(folders, name)
        if artefact is not None:
            check_artefact(artefact, bench)
            found[name] = artefact
    lacking = [name for name in REQUIRED.get(kind, ()) if name not in found]
    if lacking:
        where = ", ".join(str(folder) for folder in folders)
        problems = tuple(
            Problem(
                f"{name} calibration", f"none in {where}", f"one of bench {bench.name!r}", f"Run {REMEDY[name]} first."
            )
            for name in lacking
        )
        raise InputError(f"{kind} procedure", problems)
    return found


def check_artefact(artefact: Artefact, bench: BenchSpec) -> None:
    """Refuse a calibration that was made on another bench, at another frequency or amplitude.

    Raises
    ------
    InputError
        Naming what differs.
    """
    problems: list[Problem] = []
    advice = f"Run {REMEDY.get(artefact.kind, artefact.kind)} on this bench."
    if artefact.bench != bench.name:
        problems.append(Problem("bench", repr(artefact.bench), repr(bench.name), advice))
    for name, now, unit, tolerance in (
        ("frequency_hz", bench.vibration.frequency_hz.value, "Hz", 1e-3),
        ("amplitude_m", bench.vibration.amplitude_m.value, "m", 1e-6),
    ):
        then = artefact.conditions.get(name)
        if then is not None and abs(then - now) > tolerance * now:
            problems.append(Problem(name, f"{then:g} {unit}", f"{now:g} {unit} as in the bench file", advice))
    if problems:
        raise InputError(f"{artefact.kind} calibration of {artefact.created_utc} ({artefact.run_id})", tuple(problems))
