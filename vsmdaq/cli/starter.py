"""`vsmdaq init`: the starter set, copied where the user may edit it."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from vsmdaq.terms import InputError, Problem

__all__ = ["copy_starter_set"]

KINDS = ("benches", "samples", "procedures", "queues", "worlds")


def copy_starter_set(folder: Path) -> None:
    """Copy the starter set into a new or empty folder.

    Raises
    ------
    InputError
        There is something in it already; nothing was written.
    """
    from vsmdaq_configs import starter_set  # noqa: PLC0415 - only init and demo know the starter set

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem = Problem("DIR", "a folder with something in it", "a new or empty folder", "Nothing was written.")
        raise InputError(str(folder), (problem,))
    source = Path(str(starter_set()))
    for kind in KINDS:
        shutil.copytree(
            source / kind, folder / kind, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__")
        )
        (folder / kind).chmod(0o755)
    typer.echo(f"{folder}: benches, samples, procedures and simulated worlds to start from.")
    typer.echo("Try:  vsmdaq run procedures/phase.toml procedures/nickel.toml --bench benches/simulated.toml --yes")
