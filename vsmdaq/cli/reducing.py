"""`vsmdaq reduce`: from raw data to the result, again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from vsmdaq.campaigns import Outcome, reduce_folder
from vsmdaq.cli.console import summary
from vsmdaq.formats.inputs import CORRECTION_NAMES
from vsmdaq.record import RunFolder, load_artefact, result_to_json
from vsmdaq.terms import InputError, Problem

__all__ = ["reduce_again"]


def reduce_again(path: Path, calibrations: tuple[Path, ...], without: tuple[str, ...], *, as_json: bool) -> None:
    """Reduce a run folder with its recorded calibrations, or with others.

    Raises
    ------
    InputError
        The folder or a calibration cannot be read, or there is no correction of a name.
    """
    unknown = [name for name in without if name not in CORRECTION_NAMES]
    if unknown:
        problem = Problem("--without", ", ".join(map(repr, unknown)), ", ".join(map(repr, CORRECTION_NAMES)))
        raise InputError("reduce", (problem,))
    folder = RunFolder.open(path)
    artefacts = [load_artefact(calibration) for calibration in calibrations]
    reduced = reduce_folder(
        folder, calibrations={artefact.kind: artefact for artefact in artefacts}, without=frozenset(without)
    )
    if as_json:
        typer.echo(json.dumps(result_to_json(reduced.result), indent=2))
    else:
        typer.echo(summary(Outcome(folder, reduced, None, reduced.result.bench_time_s)))
    for flag in reduced.result.flags:
        print(f"flag: {flag}", file=sys.stderr)  # noqa: T201
