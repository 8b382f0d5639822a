"""A run's result checked by Monte Carlo: monte_carlo.json beside result.json, and a flag for what does not stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from vsmdaq.campaigns.replay import Reduced
from vsmdaq.record import RunFolder, save_result
from vsmdaq.record.monte_carlo import save_monte_carlo
from vsmdaq.reduce.monte_carlo import MonteCarloCheck, monte_carlo_check

__all__ = ["check_by_monte_carlo", "forget_monte_carlo", "monte_carlo_json"]


def monte_carlo_json(folder: RunFolder) -> Path:
    """Where the check of a run stands."""
    return folder.path / "monte_carlo.json"


def check_by_monte_carlo(
    folder: RunFolder, reduced: Reduced, draws: int, seed: int, tell: Callable[[int], None] = lambda _done: None
) -> tuple[Reduced, MonteCarloCheck]:
    """Check what `reduce_folder` gave; write monte_carlo.json, and result.json again where it gets a flag.

    Parameters
    ----------
    folder : RunFolder
        The run.
    reduced : Reduced
        As `reduce_folder` gave it.
    draws, seed : int
        Number of draws (100 or more), seed of the random numbers.
    tell : callable, optional
        Is told the number of draws done, after each.

    Returns
    -------
    tuple of (Reduced, MonteCarloCheck)
        The same with the flags that were added, and the check.

    Raises
    ------
    ValueError
        Too few draws.
    """
    check = monte_carlo_check(reduced.run, reduced.reduction, draws, seed, tell)
    save_monte_carlo(monte_carlo_json(folder), check, _made_from(folder, reduced))
    if not check.flags:
        return reduced, check
    result = replace(reduced.result, flags=tuple(dict.fromkeys((*reduced.result.flags, *check.flags))))
    save_result(folder.result_json, result)
    return replace(reduced, result=result), check


def forget_monte_carlo(folder: RunFolder) -> bool:
    """Remove a check of an earlier reduction; say whether there was one."""
    path = monte_carlo_json(folder)
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed


def _made_from(folder: RunFolder, reduced: Reduced) -> dict[str, Any]:
    return {
        "run_id": folder.run_id,
        "procedure": reduced.run.procedure.kind,
        "raw_sha256": hashlib.sha256(folder.raw_csv.read_bytes()).hexdigest(),
        "calibrations": {kind: artefact.digest for kind, artefact in reduced.run.artefacts.items()},
        "without": sorted(reduced.run.without),
    }
