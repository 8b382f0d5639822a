"""What is no longer as it was when a run began: bench, sample, procedure, plan, calibrations, instruments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from vsmdaq.campaigns.calibrations import NEEDED
from vsmdaq.campaigns.job import Job, parse_job
from vsmdaq.formats.inputs import BenchSpec, InstrumentSpec
from vsmdaq.record import find_artefacts
from vsmdaq.terms import Artefact, InputError, Problem, Quantity

__all__ = ["Changes", "bench_changes", "calibration_changes", "file_changes", "identity_changes"]

BEGIN_ANEW = "Put it back as it was, or begin a new run."

_NOT_MEASURED_WITH = frozenset({"source", "calibrations", "validity"})
"""Of a bench file: where it lies, where new calibrations go, and how long they hold, which is looked at for itself."""

_WAY_TO_THE_BENCH = frozenset({"visa_library", "clock_speed"})
"""Of a bench file: another way to the same instruments, beside their addresses."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs (`problems`), and what could not be compared (`remarks`)."""

    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.problems + other.problems, self.remarks + other.remarks)


def bench_changes(then: BenchSpec, now: BenchSpec, *, another_way: bool) -> Changes:
    """Compare two bench files, value by value.

    Parameters
    ----------
    then, now : BenchSpec
        As recorded, and as it is.
    another_way : bool
        Addresses, VISA library and clock speed may differ: the user has said that this is the bench.
    """
    left_out = _NOT_MEASURED_WITH | (_WAY_TO_THE_BENCH if another_way else frozenset())
    found = [
        Problem(f"bench {name}", given, f"{allowed}, as in run.json", _advice(name, another_way=another_way))
        for name, given, allowed in _differences(then, now, left_out=left_out)
        if not (another_way and name.endswith(".address"))
    ]
    return Changes(tuple(found))


def _advice(name: str, *, another_way: bool) -> str:
    if not another_way and (name.endswith(".address") or name in _WAY_TO_THE_BENCH):
        return "Where it is the same bench at another address, say so with --bench."
    return BEGIN_ANEW


def file_changes(job: Job, sources: Mapping[str, Path]) -> Changes:
    """Compare procedure, sample and blank with the files that they were read from.

    Parameters
    ----------
    job : Job
        As recorded.
    sources : mapping of str to Path
        Where its files were.
    """
    changes = Changes()
    texts: dict[str, str] = {}
    for name in ("procedure", "sample", "blank"):
        if name not in job.texts:
            continue
        texts[name] = job.texts[name]
        path = sources.get(name)
        if path is None or not path.is_file():
            where = "" if path is None else f" ({path})"
            changes += Changes(remarks=(f"the {name} file{where} is not there any more; its text in run.json holds",))
        else:
            texts[name] = path.read_text("utf-8")
    if texts == {name: job.texts[name] for name in texts}:
        return changes
    try:
        now = parse_job(texts, {name: sources.get(name, Path(name)) for name in ("procedure", "sample", "blank")})
    except InputError as error:
        return changes + Changes(tuple(_in(error, Path(error.source).name)))
    for name in ("procedure", "sample", "blank", "tube"):
        found = _differences(getattr(job, name), getattr(now, name))
        changes += Changes(
            tuple(
                Problem(f"{name} {key}".rstrip(), given, f"{allowed}, as in run.json", BEGIN_ANEW)
                for key, given, allowed in found
            )
        )
    return changes


def calibration_changes(kind: str, recorded: Mapping[str, Artefact], folder: Path) -> Changes:
    """Compare the calibrations that a run was begun with and those that would be in force now.

    Parameters
    ----------
    kind : str
        Of the procedure.
    recorded : mapping of str to Artefact
        By kind of calibration.
    folder : Path
        Where the bench's calibrations are.
    """
    changes = Changes()
    for name in dict.fromkeys((*NEEDED.get(kind, ()), *recorded)):
        then = recorded.get(name)
        try:
            found = find_artefacts([folder], name)
        except InputError as error:
            changes += Changes(tuple(_in(error, f"{name} calibration {error.source}")))
            continue
        if not found:
            if then is not None:
                changes += Changes(remarks=(f"no {name} calibration in {folder}; the one in run.json holds",))
            continue
        path, now = found[-1]
        if then is None or now.digest != then.digest:
            given = f"{path.name} of run {now.run_id}, {now.created_utc}"
            allowed = (
                "none, as when the run began" if then is None else f"that of run {then.run_id}, {then.created_utc}"
            )
            advice = "--recorded-calibrations goes on with what the run was begun with."
            changes += Changes((Problem(f"{name} calibration", given, allowed, advice),))
    return changes


def identity_changes(then: Mapping[str, str], now: Mapping[str, str]) -> Changes:
    """Compare what the instruments answered when asked who they are; who mounts the sample does not matter."""
    found = [
        Problem(f"identity of the {role}", repr(now[role]), f"{then[role]!r}, as in run.json", BEGIN_ANEW)
        for role in then
        if role != "operator" and role in now and now[role] != then[role]
    ]
    return Changes(tuple(found))


def _in(error: InputError, where: str) -> Iterator[Problem]:
    for problem in error.problems:
        yield Problem(f"{where}, {problem.where}", problem.given, problem.allowed, problem.advice)


def _differences(
    then: object, now: object, name: str = "", left_out: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, str]]:
    """Dotted name of each value that differs, as it is now and as it was."""
    same_kind = type(then) is type(now)
    if same_kind and is_dataclass(then) and not isinstance(then, Quantity | type):
        for field in fields(then):
            if field.name not in left_out:
                inner = f"{name}.{field.name}".lstrip(".")
                yield from _differences(getattr(then, field.name), getattr(now, field.name), inner)
    elif same_kind and isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*then, *now)):
            yield from _differences(then.get(key), now.get(key), f"{name}.{key}".lstrip("."))
    elif then != now:
        given, allowed = _shown(now), _shown(then)
        yield (name, given, allowed) if given != allowed else (name, repr(now), repr(then))


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case Quantity():
            return f"{value.value:.9g} ± {value.u:.3g} {value.unit}"
        case InstrumentSpec():
            return f"a {value.driver} at {value.address}"
        case float():
            return f"{value:.9g}"
        case _:
            return str(value)
