"""`vsmdaq calibrate joint`: all calibrations of the moment that a bench has, weighed against each other."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from vsmdaq.calibrate import bench_conditions, bench_labels, ended_utc, expiry, misfits, raw_digest
from vsmdaq.calibrate.calibrants import CALIBRANT_KINDS, Calibrant, calibrant_of
from vsmdaq.calibrate.joint import JointCalibration, joint_calibration
from vsmdaq.campaigns.completeness import lacking
from vsmdaq.campaigns.replay import load_run
from vsmdaq.cli.console import speed_of
from vsmdaq.cli.joint_table import joint_json, joint_text
from vsmdaq.cli.running import load_bench
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import RunFolder, read_events, save_artefact
from vsmdaq.terms import Artefact, InputError, VsmdaqError
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["JoinOptions", "join_calibrations"]

_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """Options of the command, as typed."""

    bench: Path
    runs: tuple[Path, ...]
    out: Path
    as_json: bool


@dataclass(frozen=True, slots=True)
class _Taken:
    """A run that takes part."""

    folder: RunFolder
    ended: datetime
    calibrant: Calibrant
    mount: str
    flags: tuple[str, ...]


def join_calibrations(options: JoinOptions) -> int:
    """Weigh the runs named (or all in `out` that fit the bench), write a moment calibration, print the table; the exit code.

    Raises
    ------
    InputError
        A run that was named cannot take part, or there is nothing to compare.
    """
    spec, _ = load_bench(options.bench)
    skipped: list[str] = []
    if options.runs:
        taken = [_take(RunFolder.open(path), spec) for path in options.runs]
    else:
        taken, skipped = _found(options.out, spec)
    taken = sorted(taken, key=lambda item: (item.ended, _natural(item.folder.run_id)))
    if not options.runs:
        taken, others = _of_one_image(taken)
        skipped += others
    made = joint_calibration(spec, _on_mounts(taken))
    told = (f"{item.folder.run_id}: {flag}" for item in taken for flag in item.flags)
    flags = (*made.flags, *told, *skipped)
    path = save_artefact(spec.calibrations or options.out / "calibrations", _artefact(spec, made, taken, flags))
    if options.as_json:
        typer.echo(json.dumps(joint_json(made, flags, path), indent=2))
    else:
        typer.echo(joint_text(spec.name, made, path))
    for flag in flags:
        print(f"flag: {flag}", file=sys.stderr)  # noqa: T201 - flags go to stderr, as those of a run do
    return 0


def _found(out: Path, spec: BenchSpec) -> tuple[list[_Taken], list[str]]:
    """Runs of the right kinds on this bench in a folder; those that cannot take part are named with the reason."""
    taken: list[_Taken] = []
    skipped: list[str] = []
    for path in sorted(out.iterdir()) if out.is_dir() else ():
        if not (path / "run.json").is_file():
            continue
        try:
            folder = RunFolder.open(path)
            description = folder.description()
            if description.get("procedure") not in CALIBRANT_KINDS or description.get("bench") != spec.name:
                continue
            item = _take(folder, spec)
        except VsmdaqError as error:
            skipped.append(f"{path.name} left out: {_reason(error)}")
            continue
        if item.flags:
            skipped.append(f"{path.name} left out: {'; '.join(item.flags)}")
        else:
            taken.append(item)
    return taken, skipped


def _of_one_image(taken: Sequence[_Taken]) -> tuple[list[_Taken], list[str]]:
    """Runs that were reduced with the same image calibration as the last one, or like it with none; the others by name."""
    same = [item for item in taken if dict(item.calibrant.image) == dict(taken[-1].calibrant.image)]
    others = [item.folder.run_id for item in taken if item not in same]
    last = taken[-1].folder.run_id if taken else ""
    return same, [f"{name} left out: reduced with another image calibration than {last}" for name in others]


def _take(folder: RunFolder, spec: BenchSpec) -> _Taken:
    """Read a run and what it says of the moment per volt. Raises InputError where it does not fit the bench."""
    run, problems = load_run(folder)
    ended = ended_utc(folder) or _BEGINNING
    calibrant = calibrant_of(run)
    as_artefact = Artefact(
        kind="moment",
        created_utc=ended.isoformat(timespec="seconds"),
        bench=run.bench.name,
        conditions={
            **bench_conditions(run.bench),
            "frequency_hz": calibrant.frequency_hz,
            "amplitude_m": run.bench.amplitude_m.value,
        },
        values={},
        reference="",
        runs=(),
        labels=bench_labels(run.bench),
    )
    now = None if speed_of(spec) is None else SystemClock().utc()  # a simulated bench has a clock of its own
    against = misfits(as_artefact, spec, now=now)
    if against and spec.validity.policy == "refuse":
        raise InputError(f"run {folder.run_id}", against)
    flags = (
        *(f"does not fit: {p.where} {p.given}, not {p.allowed}" for p in against),
        *lacking(folder, run),
        *map(str, problems),
    )
    return _Taken(folder, ended, calibrant, _mount(folder), flags)


def _mount(folder: RunFolder) -> str:
    """What tells the mount of a run's sample from others (see `Stage.mount`); ``""`` where its record does not say."""
    events = read_events(folder.events_jsonl)[0] if folder.events_jsonl.exists() else ()
    mounts = [event for event in events if event["kind"] == "operator" and event.get("action") == "mount"]
    if not mounts:
        return ""
    alone = "" if mounts[-1].get("answer") == "already mounted" else f"of {folder.run_id}"
    return str(mounts[-1].get("mount", alone))


def _on_mounts(taken: Sequence[_Taken]) -> list[Calibrant]:
    """What the runs say, each on the mount it was measured on; one that does not say counts as on the one before of its sample."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    placed: list[Calibrant] = []
    for item in taken:
        run_id, sample = item.folder.run_id, item.calibrant.name.partition(",")[0]
        mount = first.setdefault(item.mount, run_id) if item.mount else last.get(sample, run_id)
        last[sample] = mount
        placed.append(item.calibrant.on_mount(mount))
    return placed


def _artefact(spec: BenchSpec, made: JointCalibration, taken: Sequence[_Taken], flags: tuple[str, ...]) -> Artefact:
    """The moment calibration; dated by the end of its last run, so that what is measured later takes its place."""
    created = max(item.ended for item in taken)
    return Artefact(
        kind="moment",
        created_utc=created.isoformat(timespec="seconds"),
        bench=spec.name,
        conditions={**bench_conditions(spec), **made.conditions},
        values=dict(made.values),
        reference=f"joint: {made.reference}",
        runs=tuple((item.folder.run_id, raw_digest(item.folder.raw_csv)) for item in taken),
        labels=bench_labels(spec),
        expires_utc=expiry(spec, created),
        flags=flags,
    )


def _reason(error: VsmdaqError) -> str:
    return "; ".join(map(str, error.problems)) if isinstance(error, InputError) else str(error)


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Order in which nickel-10 comes after nickel-9."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name))
