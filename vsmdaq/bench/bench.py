"""What is connected: the instruments of one bench, opened, identified and prepared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vsmdaq.bench.watchdog import Watchdog
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_drivers.contracts import (
    Balance,
    Clock,
    FieldSupply,
    Gaussmeter,
    Instrument,
    LockIn,
    Operator,
    Thermometer,
    VoltageReading,
)

__all__ = ["Bench", "MagnetEnd", "OpenMagnet"]


class MagnetEnd(Protocol):
    """What it takes to bring a magnet to zero and to verify it."""

    @property
    def spec(self) -> BenchSpec:
        """The bench file."""
        ...

    @property
    def clock(self) -> Clock:
        """Bench time."""
        ...

    @property
    def supply(self) -> FieldSupply:
        """The magnet supply."""
        ...

    @property
    def gaussmeter(self) -> Gaussmeter | None:
        """What reads the field that stays, where there is something."""
        ...

    @property
    def watchdog(self) -> Watchdog | None:
        """Expects nothing of a current that goes to zero."""
        ...

    @property
    def reopen_supply(self) -> Callable[[], FieldSupply] | None:
        """Opens a new connection to the supply; None where there is no such way."""
        ...


@dataclass(frozen=True, slots=True)
class OpenMagnet:
    """The magnet of a bench alone, opened in order to make it safe.

    Attributes
    ----------
    spec, clock, supply, gaussmeter, reopen_supply
        See `MagnetEnd`.
    troubles : tuple of str
        What was not as it should be and does not stand in the way: a fault of the supply, a gaussmeter that is absent.
    """

    spec: BenchSpec
    clock: Clock
    supply: FieldSupply
    gaussmeter: Gaussmeter | None
    reopen_supply: Callable[[], FieldSupply] | None
    troubles: tuple[str, ...]
    watchdog: Watchdog | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """The open bench. Roles that the run does not need are None.

    Attributes
    ----------
    spec : BenchSpec
        The bench file.
    clock : Clock
        The wall clock, or the virtual one that a simulated bench brings.
    identities : mapping of str to str
        Role to what the instrument answered when asked who it is.
    beside : mapping of str to Instrument
        What else the bench file names, by role: thermometer, vibrator, voltmeter, lcr_meter, stage.
    reopen_supply : callable or None
        Opens a new connection to the supply and returns it, ready: for the way to zero after the connection was lost.
    watchdog : Watchdog or None
        Judges what the magnet does; see `vsmdaq.bench.watched`. None where nobody watches: faults alone are looked at.
    voltage : callable or None
        Measures the voltage at the magnet, where the supply reports it.
    thermometer : Thermometer or None
        Where the bench file names one and limits the magnet's temperature.
    """

    spec: BenchSpec
    clock: Clock
    supply: FieldSupply
    gaussmeter: Gaussmeter
    lockin: LockIn | None
    balance: Balance | None
    operator: Operator
    identities: Mapping[str, str]
    beside: Mapping[str, Instrument] = field(default_factory=dict)
    reopen_supply: Callable[[], FieldSupply] | None = None
    watchdog: Watchdog | None = None
    voltage: Callable[[], VoltageReading] | None = None
    thermometer: Thermometer | None = None
