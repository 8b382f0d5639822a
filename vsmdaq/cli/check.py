"""`vsmdaq check`: whether the bench is what its file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from vsmdaq.bench import open_bench
from vsmdaq.cli.explaining import explained
from vsmdaq.cli.holding import holding, told
from vsmdaq.cli.running import load_bench
from vsmdaq_drivers.contracts import InductanceMeter, Positioner, RotationStage, Thermometer, VibrationDrive, Voltmeter

__all__ = ["check_bench"]


def check_bench(path: Path, seed: int | None) -> int:
    """Open every instrument, say who they are and what they read; nothing is moved.

    Raises
    ------
    InputError
        The bench file is wrong.
    NotReadyError
        Instruments are absent, wrong or failing: all are named, and what to do about those that cannot be reached is printed.
    """
    spec, _ = load_bench(path)
    typer.echo(f"{path}: bench {spec.name!r}, VISA library {spec.visa_library!r}")
    roles = frozenset({"lockin", *spec.beside, *(("balance",) if spec.balance is not None else ())})
    with holding(spec, "check") as lock, explained(spec), open_bench(spec, roles, seed=seed, unattended=True) as bench:
        for line in told(lock.found_unsafe):
            typer.echo(f"  ATTENTION  {line}; `vsmdaq safe {path}` does")
        for role, identity in bench.identities.items():
            typer.echo(f"  {role:<10} {identity}")
        limits = bench.supply.limits
        field = limits.max_current_a * spec.magnet.field_constant_per_m.value
        typer.echo(
            f"  limits     ±{limits.max_current_a:g} A, {limits.max_rate_a_per_s:g} A/s; ±{field / 1e3:.4g} kA/m"
        )
        supply = bench.supply.poll()
        typer.echo(f"  current    {supply.current_a:+.3f} A, set-point {supply.set_point_a:+.3f} A")
        reading = bench.gaussmeter.read()
        shown = ", ".join(reading.flags) if reading.field_a_per_m is None else f"{reading.field_a_per_m:+.0f} A/m"
        typer.echo(f"  field      {shown}")
        if bench.lockin is not None:
            signal = bench.lockin.read()
            typer.echo(
                f"  lock-in    X = {signal.x_v_rms:+.3e} V, Y = {signal.y_v_rms:+.3e} V (rms) at "
                f"{signal.frequency_hz:.3f} Hz, sensitivity {bench.lockin.sensitivity_v_rms:g} V"
            )
        if bench.balance is not None:
            weight = bench.balance.read()
            typer.echo(
                f"  balance    {', '.join(weight.flags) if weight.mass_kg is None else f'{weight.mass_kg * 1e3:.5f} g'}"
            )
        for role, instrument in bench.beside.items():
            typer.echo(f"  {role:<10} {_SHOWN[role](instrument)}")
    typer.echo("ready; nothing was moved")
    return 0


def _stage(stage: RotationStage) -> str:
    reading = stage.poll()
    return ", ".join((f"at {reading.angle_deg:g}°", *(("moving",) if reading.moving else ()), *reading.faults))


def _positioner(positioner: Positioner) -> str:
    readings = [(axis, positioner.poll(axis)) for axis in positioner.axes]
    return ", ".join(
        " ".join((f"{axis} at {seen.position_m * 1e3:+.3f} mm", *(("moving",) if seen.moving else ()), *seen.faults))
        for axis, seen in readings
    )


def _vibrator(drive: VibrationDrive) -> str:
    return f"{drive.frequency_hz:g} Hz, {drive.amplitude_v_rms:g} V rms, output {'on' if drive.output_on else 'off'}"


def _thermometer(thermometer: Thermometer) -> str:
    reading = thermometer.read()
    return ", ".join(reading.flags) if reading.temperature_k is None else f"{reading.temperature_k:.3f} K"


def _voltmeter(voltmeter: Voltmeter) -> str:
    reading = voltmeter.read()
    return ", ".join(reading.flags) if reading.voltage_v is None else f"{reading.voltage_v:.6g} V"


def _lcr_meter(meter: InductanceMeter) -> str:
    reading = meter.read()
    if reading.inductance_h is None or reading.resistance_ohm is None:
        return ", ".join(reading.flags)
    return f"{reading.inductance_h:.4g} H, {reading.resistance_ohm:.4g} ohm at {reading.frequency_hz:g} Hz"


# What an instrument beside the core of a bench shows, by role; nothing is moved.
_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "thermometer": _thermometer,
    "vibrator": _vibrator,
    "voltmeter": _voltmeter,
    "lcr_meter": _lcr_meter,
    "stage": _stage,
    "positioner": _positioner,
}
