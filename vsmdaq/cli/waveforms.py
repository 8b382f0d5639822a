"""`vsmdaq analyse waveform`: moments from raw scans, with the holder taken off before anything is fitted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from vsmdaq.formats import quantum_design, quantum_design_raw
from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.reduce.waveforms import Scan, moment_per_amplitude, reduce_waveforms
from vsmdaq.terms import InputError, Problem

__all__ = ["WaveformOptions", "tell_waveforms"]

_SUFFIX = ".rw.dat"


@dataclass(frozen=True, slots=True)
class WaveformOptions:
    """Options of the command, as typed."""

    file: Path
    background: Path
    mass: str | None
    moments: Path | None
    as_json: bool


def tell_waveforms(options: WaveformOptions) -> None:
    """Print the moments, as a table or as JSON.

    Raises
    ------
    InputError
        A file cannot be read, the background does not fit, or the mass is none.
    """
    mass_kg = None if options.mass is None else _mass_kg(options.mass)
    measured, holder = quantum_design_raw.read(options.file), quantum_design_raw.read(options.background)
    reported, origin = _reported(options.file, options.moments)
    scale, spread = moment_per_amplitude(measured, reported, str(options.moments or options.file))
    scans = reduce_waveforms(measured, holder, scale, str(options.file))
    if options.as_json:
        content = {
            "schema": 1,
            "moment_per_amplitude": scale,
            "moment_per_amplitude_from": origin,
            "moment_per_amplitude_spread": spread,
            "scans": [_as_json(scan, mass_kg) for scan in scans],
        }
        typer.echo(json.dumps(content, indent=2))
        return
    typer.echo(f"{scale:.6e} A m2 per V m at range 1000, {origin}; between the measurements it departs by {spread:.1g}")
    typer.echo("\n".join(_table(scans, mass_kg)))


def _reported(file: Path, moments: Path | None) -> tuple[Sequence[float] | None, str]:
    """Moments (A m2) that the instrument reported, centre fixed, where there are some; and where the scale is from."""
    beside = file.with_name(f"{file.name.removesuffix(_SUFFIX)}.dat")
    path = moments or (beside if file.name.endswith(_SUFFIX) and beside.exists() else None)
    if path is None:
        return None, "the published one of another MPMS3 (no .dat file with reported moments)"
    loop = quantum_design.read(path, moment_column="DC Moment Fixed Ctr")
    return [float(m) for m in loop.moment_a_m2], f"from {path.name} and the curves that the instrument fitted"


def _mass_kg(text: str) -> float:
    try:
        mass = parse_quantity(text, "mass").value
    except QuantityTextError as error:
        raise InputError("analyse", (Problem("--mass", error.given, error.allowed, error.advice),)) from error
    if not mass > 0.0:
        raise InputError("analyse", (Problem("--mass", repr(text), "a mass greater than 0"),))
    return mass


def _susceptibility(moment_a_m2: float, scan: Scan, mass_kg: float) -> float:
    return moment_a_m2 / (mass_kg * scan.field_a_per_m)


def _as_json(scan: Scan, mass_kg: float | None) -> Mapping[str, float]:
    content: dict[str, float] = asdict(scan)
    if mass_kg is not None and scan.field_a_per_m:
        content["mass_susceptibility_m3_per_kg"] = _susceptibility(scan.moment_a_m2, scan, mass_kg)
        content["mass_susceptibility_of_subtracted_moments_m3_per_kg"] = _susceptibility(
            scan.moments_subtracted_a_m2, scan, mass_kg
        )
    return content


def _table(scans: Sequence[Scan], mass_kg: float | None) -> list[str]:
    head = f"{'T/K':>9} {'H/(kA/m)':>9} {'m/(A m2)':>12} {'centre/mm':>10} {'fitted with holder':>19} {'moments subtracted':>19}"
    lines = [head + (f" {'chi/(m3/kg)':>12} {'of subtracted':>14}" if mass_kg is not None else "")]
    for scan in scans:
        line = (
            f"{scan.temperature_k:9.3f} {scan.field_a_per_m / 1e3:9.3f} {scan.moment_a_m2:12.5e} {scan.centre_m * 1e3:10.3f}"
            f" {scan.moment_with_background_a_m2:19.5e} {scan.moments_subtracted_a_m2:19.5e}"
        )
        if mass_kg is not None and scan.field_a_per_m:
            whole = _susceptibility(scan.moment_a_m2, scan, mass_kg)
            line += f" {whole:12.5e} {_susceptibility(scan.moments_subtracted_a_m2, scan, mass_kg):14.5e}"
        lines.append(line)
    return lines
