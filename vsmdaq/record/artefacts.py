"""Calibrations on disk: dated, found by kind, and recognised when somebody has edited them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from vsmdaq.record.artefact_json import artefact_from_json, artefact_to_json
from vsmdaq.record.atomic import make_folder, write_atomically
from vsmdaq.record.jsontext import pretty_json, read_object
from vsmdaq.terms import Artefact, InputError, Problem

__all__ = ["all_artefacts", "find_artefacts", "latest_artefact", "load_artefact", "save_artefact", "survey_artefacts"]

_NAME = re.compile(r"\d{4}-\d\d-\d\d-(?P<kind>.+?)(?:-(?P<number>\d+))?\.json")


def save_artefact(folder: Path, artefact: Artefact) -> Path:
    """Write ``<date>-<kind>.json`` into `folder`; a second one of the same day becomes ``<date>-<kind>-2.json``.

    Parameters
    ----------
    folder : Path
        The bench's calibrations; made where it does not exist.
    artefact : Artefact
        What to keep; its digest is worked out here.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    ValueError
        `created_utc` is no ISO 8601 date, or a number is not finite.
    """
    content = pretty_json(artefact_to_json(artefact))
    stem = f"{artefact.created:%Y-%m-%d}-{artefact.kind}"
    make_folder(folder)
    number = 1
    while (path := folder / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")).exists():
        number += 1
    write_atomically(path, content)
    return path


def load_artefact(path: Path) -> Artefact:
    """Read a calibration and verify its digest.

    Raises
    ------
    InputError
        There is no such file, it is no calibration, or it is not as it was written.
    """
    return artefact_from_json(read_object(path, "a calibration"), str(path))


def all_artefacts(folders: Iterable[Path]) -> tuple[tuple[Path, Artefact], ...]:
    """Return the calibrations of all kinds, the first made first.

    The day is that of `created_utc`; on one day the number in the name counts before the time, since the clock of a simulated
    bench begins anew with each start.

    Raises
    ------
    InputError
        One of them is not as it was written. It is named rather than passed over for an older one.
    """
    found, damaged = survey_artefacts(folders)
    if damaged:
        raise damaged[0]
    return found


def survey_artefacts(
    folders: Iterable[Path],
) -> tuple[tuple[tuple[Path, Artefact], ...], tuple[InputError, ...]]:
    """Return the calibrations of all kinds, in the order of `all_artefacts`, and why others cannot be read."""
    found: list[tuple[Path, Artefact, int]] = []
    damaged: list[InputError] = []
    for path, kind, number in _files(folders):
        try:
            found.append((path, _of_kind(path, kind), number))
        except InputError as error:
            damaged.append(error)
    return _sorted(found), tuple(damaged)


def find_artefacts(folders: Iterable[Path], kind: str) -> tuple[tuple[Path, Artefact], ...]:
    """Return all calibrations of a kind, in the order of `all_artefacts`.

    A folder that does not exist holds none: a new bench has not been calibrated yet.

    Raises
    ------
    InputError
        One of them is not as it was written. It is named rather than passed over for an older one.
    """
    return _sorted((path, _of_kind(path, kind), number) for path, found, number in _files(folders) if found == kind)


def _files(folders: Iterable[Path]) -> Iterable[tuple[Path, str, int]]:
    """Path, kind and number of each file that is named as a calibration."""
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if match := _NAME.fullmatch(path.name):
                yield path, match["kind"], int(match["number"] or 1)


def _of_kind(path: Path, kind: str) -> Artefact:
    artefact = load_artefact(path)
    if artefact.kind != kind:
        problem = Problem("kind", repr(artefact.kind), f"{kind!r}, as the name of the file says", "Was it renamed?")
        raise InputError(str(path), (problem,))
    return artefact


def _sorted(found: Iterable[tuple[Path, Artefact, int]]) -> tuple[tuple[Path, Artefact], ...]:
    def age(item: tuple[Path, Artefact, int]) -> tuple[str, int, datetime]:
        return f"{item[1].created:%Y-%m-%d}", item[2], item[1].created

    return tuple((path, artefact) for path, artefact, _ in sorted(found, key=age))


def latest_artefact(folders: Iterable[Path], kind: str) -> Artefact | None:
    """Return the youngest calibration of a kind, None where there is none. Raises InputError as `find_artefacts`."""
    found = find_artefacts(folders, kind)
    return found[-1][1] if found else None
