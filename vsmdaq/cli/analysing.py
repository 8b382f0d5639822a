"""The commands below `vsmdaq analyse`. Each imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["analyse"]

analyse = typer.Typer(
    help="What can be had from other instruments' files.", no_args_is_help=True, rich_markup_mode=None
)


@analyse.callback()
def common() -> None:
    """What can be had from other instruments' files."""


@analyse.command()
def waveform(
    file: Annotated[Path, typer.Argument(help="Raw scans (.rw.dat) of an MPMS3.", metavar="FILE")],
    background: Annotated[Path, typer.Option("--background", help="Raw scans of the empty holder.", metavar="FILE")],
    mass: Annotated[
        str | None, typer.Option("--mass", help='Of the sample, as "3.9 mg"; for the susceptibility.')
    ] = None,
    moments: Annotated[
        Path | None,
        typer.Option(
            "--moments", help="The .dat file with the reported moments, for the scale; default: the one beside FILE."
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False,
) -> None:
    """Take the holder off raw scans and fit what is left: moments that fitted moments cannot give."""
    from vsmdaq.cli.waveforms import WaveformOptions, tell_waveforms  # noqa: PLC0415 - only where it runs

    tell_waveforms(WaveformOptions(file, background, mass, moments, as_json))
