"""`vsmdaq reduce`: from raw data to the result, again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import typer

from vsmdaq.calibrate.bracket import bracket
from vsmdaq.campaigns import Outcome, reduce_folder
from vsmdaq.campaigns.monte_carlo import check_by_monte_carlo, forget_monte_carlo, monte_carlo_json
from vsmdaq.campaigns.replay import Reduced
from vsmdaq.cli.console import summary
from vsmdaq.formats.inputs import CORRECTION_NAMES
from vsmdaq.record import RunFolder, load_artefact, result_to_json
from vsmdaq.terms import Artefact, InputError, Problem

__all__ = ["reduce_again"]


def reduce_again(
    path: Path,
    calibrations: tuple[Path, ...],
    without: tuple[str, ...],
    draws: tuple[int | None, int | None] = (None, None),
    *,
    as_json: bool,
) -> None:
    """Reduce a run folder with its recorded calibrations, or with others; check by Monte Carlo with `draws` (number, seed).

    Raises
    ------
    InputError
        The folder or a calibration cannot be read, there is no correction of a name, or a seed is given for no draws.
    """
    unknown = [name for name in without if name not in CORRECTION_NAMES]
    if unknown:
        problem = Problem("--without", ", ".join(map(repr, unknown)), ", ".join(map(repr, CORRECTION_NAMES)))
        raise InputError("reduce", (problem,))
    if draws[0] is None and draws[1] is not None:
        problem = Problem("--seed", str(draws[1]), "with --monte-carlo N only", "Nothing else is drawn here.")
        raise InputError("reduce", (problem,))
    folder = RunFolder.open(path)
    artefacts = _by_kind([load_artefact(calibration) for calibration in calibrations])
    reduced = reduce_folder(folder, calibrations=artefacts, without=frozenset(without))
    if draws[0] is None:
        if forget_monte_carlo(folder):
            _note("monte_carlo.json removed: it was of an earlier reduction")
    else:
        reduced = _checked(folder, reduced, draws[0], 1 if draws[1] is None else draws[1])
    if as_json:
        typer.echo(json.dumps(result_to_json(reduced.result), indent=2))
    else:
        typer.echo(summary(Outcome(folder, reduced, None, reduced.result.bench_time_s)))
    for flag in reduced.result.flags:
        _note(f"flag: {flag}")


def _checked(folder: RunFolder, reduced: Reduced, draws: int, seed: int) -> Reduced:
    """Check by Monte Carlo, telling how far it is at every tenth, and what came out."""

    def tell(done: int) -> None:
        if done * 10 // draws != (done - 1) * 10 // draws:
            _note(f"Monte Carlo: {done} of {draws} draws")

    reduced, check = check_by_monte_carlo(folder, reduced, draws, seed, tell)
    verdicts = Counter(item.verdict for item in check.quantities.values())
    told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()) or "nothing to compare"
    _note(f"Monte Carlo, seed {seed}: {told}; see {monte_carlo_json(folder)}")
    for reason, count in check.failures.items():
        _note(f"  no result in {count} of {draws} draws: {reason}")
    return reduced


def _note(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - this is the console


def _by_kind(artefacts: list[Artefact]) -> dict[str, Artefact]:
    """Artefacts by kind; two moment calibrations, before and after the run, are a bracket.

    Raises
    ------
    InputError
        More of a kind than that.
    """
    found: dict[str, Artefact] = {}
    for artefact in artefacts:
        earlier = found.get(artefact.kind)
        if earlier is None:
            found[artefact.kind] = artefact
        elif artefact.kind == "moment" and "drift" not in found:
            found |= bracket(earlier, artefact)
        else:
            given = f"another one of kind {artefact.kind!r}: {artefact.run_id}"
            allowed = "one of a kind, or two of kind 'moment': before and after the run"
            raise InputError("reduce", (Problem("--calibration", given, allowed),))
    return found
