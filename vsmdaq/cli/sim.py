"""`vsmdaq sim`: the only command that looks behind the simulated bench."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from vsmdaq.terms import InputError, Problem

__all__ = ["print_truth"]


def print_truth(path: Path, sample: str | None, seed: int | None, *, as_json: bool) -> None:
    """Print the true quantities of a world.

    Raises
    ------
    InputError
        The world file cannot be used, or has no such sample.
    """
    from vsmdaq_sim.truth import truth  # noqa: PLC0415
    from vsmdaq_sim.world import World, WorldFileError  # noqa: PLC0415

    try:
        quantities = truth(World.load(path, seed=seed), sample)
    except WorldFileError as error:
        raise InputError(
            str(path), (Problem("world", str(error), "a world file as the starter set has them"),)
        ) from error
    if as_json:
        typer.echo(json.dumps({"quantities": quantities}, indent=2))
        return
    width = max(len(name) for name in quantities)
    for name, quantity in quantities.items():
        typer.echo(f"{name:<{width}}  {quantity['value']:.7g} {quantity['unit']}")
