"""`vsmdaq sim`: the only command that looks behind the simulated bench."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from vsmdaq.formats.inputs import read_text
from vsmdaq.terms import VsmdaqError

__all__ = ["print_truth"]


def print_truth(path: Path, sample: str | None, seed: int | None, *, as_json: bool) -> None:
    """Print the true quantities of a world.

    Raises
    ------
    VsmdaqError
        The world file cannot be used, or has no such sample; the words are the world's own.
    """
    from vsmdaq_sim.truth import truth  # noqa: PLC0415
    from vsmdaq_sim.world import World, WorldError  # noqa: PLC0415

    read_text(path, "world file")  # says what else is there where it is not
    try:
        quantities = truth(World.load(path, seed=seed), sample)
    except WorldError as error:
        raise VsmdaqError(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"quantities": quantities}, indent=2))
        return
    width = max(len(name) for name in quantities)
    for name, quantity in quantities.items():
        typer.echo(f"{name:<{width}}  {quantity['value']:.7g} {quantity['unit']}")
