"""Whether the raw data of a calibration are still those that it was reduced from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from vsmdaq.calibrate.artefacts import raw_digest
from vsmdaq.record import RunFolder, read_events
from vsmdaq.terms import Artefact, InputError, Problem

__all__ = ["altered_raw", "ended_utc"]

SAME_END_S = 1.5
"""A calibration is dated to a second by the end of its run: a run of the same name that ended at another time is another one."""


def altered_raw(artefact: Artefact, folders: Iterable[Path], remedy: str = "") -> tuple[Problem, ...]:
    """Return what speaks against the raw data of a calibration, as far as its runs are found.

    Parameters
    ----------
    artefact : Artefact
        The calibration.
    folders : iterable of Path
        Where run folders may be; a run that is in none of them is not looked at.
    remedy : str
        What to do, for the advice.
    """
    found: list[Problem] = []
    places = tuple(dict.fromkeys(folder.absolute() for folder in folders))
    for run_id, sha256 in artefact.runs:
        there = [
            folder / run_id for folder in places if _is_run(folder / run_id, artefact, alone=len(artefact.runs) == 1)
        ]
        digests = {place: raw_digest(RunFolder(place, run_id).raw_csv) for place in there}
        if digests and sha256 not in digests.values():
            place, digest = next(iter(digests.items()))
            given = f"{place}, whose SHA-256 is {digest[:12]}…"
            found.append(Problem("raw data", given, f"{sha256[:12]}…, as when it was reduced", remedy))
    return tuple(found)


def _is_run(place: Path, artefact: Artefact, *, alone: bool) -> bool:
    """Whether a folder is that run: names repeat from folder to folder, the end of a run does not."""
    folder = RunFolder(place, place.name)
    if not (folder.raw_csv.is_file() and folder.events_jsonl.is_file()):
        return False
    ended = ended_utc(folder)
    if ended is None:
        return False
    late_s = (artefact.created - ended).total_seconds()
    # one of several runs of a joint calibration ended before it was made
    return abs(late_s) < SAME_END_S if alone else late_s > -SAME_END_S


def ended_utc(folder: RunFolder) -> datetime | None:
    """Bench time of the last event of a run; None where none can be read."""
    try:
        events = read_events(folder.events_jsonl)[0] if folder.events_jsonl.exists() else ()
        ended = datetime.fromisoformat(str(events[-1]["utc"])) if events else None
    except (InputError, KeyError, ValueError):
        return None
    return ended if ended is None or ended.tzinfo is not None else ended.replace(tzinfo=UTC)
