"""Which calibrations are in force for a run, and whether they belong to this bench."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from vsmdaq.calibrate import altered_raw, describe, misfits
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import latest_artefact
from vsmdaq.terms import Artefact, InputError, Problem

__all__ = ["NEEDED", "REMEDY", "REQUIRED", "check_ahead", "check_artefact", "in_force"]

NEEDED: Mapping[str, tuple[str, ...]] = {
    "phase": (),
    "nickel": ("phase", "centring", "image", "field"),
    "background": ("phase", "moment", "field"),
    "palladium": ("phase", "moment", "background", "centring", "image", "field"),
    "loop": ("phase", "moment", "background", "centring", "image", "field"),
    "gouy": ("field",),
    "relaxation": ("phase", "moment", "background", "centring", "image", "field"),
    "temperature": ("phase", "moment", "background", "centring", "image", "field"),
    "centring": ("phase", "field"),
    "amplitude": ("phase", "field", "centring"),
    "virgin": ("phase", "moment", "background", "centring", "image", "field"),
    "minor": ("phase", "moment", "background", "centring", "image", "field"),
    "remanence": ("phase", "moment", "background", "centring", "image", "field"),
    "forc": ("phase", "moment", "background", "centring", "image", "field"),
    "demagnetise": ("phase", "field"),
    "image": ("phase", "background", "field"),
    "third-harmonic": ("phase", "centring", "field"),
    "nickel-slope": ("phase", "background", "centring", "image", "field"),
    "field-calibration": (),
}
"""Kinds of artefact that a procedure uses where they exist."""

REQUIRED: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("palladium", "loop", "virgin", "minor", "remanence", "forc", "relaxation", "temperature"), ("moment",)
) | {"image": ("background",)}
"""Without these a procedure refuses before anything moves."""

REMEDY = {
    "phase": "phase.toml",
    "field": "field-calibration.toml",
    "moment": "nickel.toml",
    "background": "background.toml",
    "image": "image.toml",
    "centring": "centring.toml",
}
"""Procedure that makes a kind of artefact; named as its kind of procedure, with ".toml"."""


def in_force(
    kind: str,
    bench: BenchSpec,
    folders: Sequence[Path],
    *,
    now: datetime | None = None,
    runs: Sequence[Path] = (),
    leave_out: Collection[str] = (),
) -> dict[str, Artefact]:
    """Return the latest artefact of each kind that the procedure uses.

    Parameters
    ----------
    kind : str
        Of the procedure.
    bench : BenchSpec
        The bench file.
    folders : sequence of Path
        Where calibrations are.
    now : datetime, optional
        The bench's clock; without it no age is looked at.
    runs : sequence of Path
        Folders of runs, beside those that hold the folders of calibrations: where the raw data of a calibration may be.
    leave_out : collection of str
        Kinds that will be made first: neither looked at nor missed.

    Raises
    ------
    InputError
        Those that are required and not there, and, where the bench file says "refuse", those that do not hold on this bench
        as it is now: all of them, each with its reasons. One that was edited is always refused.
    """
    found: dict[str, Artefact] = {}
    problems: list[Problem] = []
    for name in NEEDED[kind]:
        artefact = None if name in leave_out else latest_artefact(folders, name)
        if artefact is not None:
            found[name] = artefact
    where = ", ".join(str(folder) for folder in folders)
    for name in REQUIRED.get(kind, ()):
        if name not in found and name not in leave_out:
            allowed = f"one of bench {bench.name!r}"
            problems.append(Problem(f"{name} calibration", f"none in {where}", allowed, f"Run {REMEDY[name]} first."))
    if bench.validity.policy == "refuse":
        places = (*runs, *(folder.parent for folder in folders))
        for artefact in found.values():
            problems += [
                Problem(f"{describe(artefact)}, {p.where}", p.given, p.allowed, p.advice)
                for p in _against(artefact, bench, now, places)
            ]
    if problems:
        raise InputError(f"{kind} procedure", tuple(problems))
    return found


def check_ahead(
    kinds: Sequence[str], bench: BenchSpec, folders: Sequence[Path], *, now: datetime | None, runs: Sequence[Path]
) -> None:
    """See that what procedures of some kinds, one after the other, will use is there and holds, as far as it is not made by them.

    Raises
    ------
    InputError
        As `in_force`.
    """
    made: set[str] = set()
    for kind in kinds:
        in_force(kind, bench, folders, now=now, runs=runs, leave_out=made)
        made.update(name for name, remedy in REMEDY.items() if remedy == f"{kind}.toml")


def check_artefact(
    artefact: Artefact, bench: BenchSpec, *, now: datetime | None = None, runs: Sequence[Path] = ()
) -> tuple[str, ...]:
    """Compare a calibration with the bench as it is now: name, coils, poles, frequency, amplitude, age, raw data.

    What matters depends on its kind (`vsmdaq.calibrate.MATTERS`).

    Parameters
    ----------
    artefact, bench
        What is to hold where.
    now : datetime, optional
        The bench's clock; without it the age is not looked at.
    runs : sequence of Path
        Folders in which the runs may be that it was reduced from.

    Returns
    -------
    flags : tuple of str
        What speaks against it, where the bench file says "warn"; empty where nothing does.

    Raises
    ------
    InputError
        Naming all that speaks against it, where the bench file says "refuse".
    """
    problems = _against(artefact, bench, now, runs)
    if problems and bench.validity.policy == "refuse":
        raise InputError(describe(artefact), problems)
    return tuple(f"{describe(artefact)} does not fit: {p.where} {p.given}, not {p.allowed}" for p in problems)


def _against(artefact: Artefact, bench: BenchSpec, now: datetime | None, runs: Sequence[Path]) -> tuple[Problem, ...]:
    remedy = f"Run {REMEDY.get(artefact.kind, artefact.kind)} on this bench."
    return misfits(artefact, bench, now=now, remedy=remedy) + altered_raw(artefact, runs, remedy)
