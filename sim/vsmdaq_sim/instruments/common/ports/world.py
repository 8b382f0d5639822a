"""The world as a whole, as the wire and the builders of instruments see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from vsmdaq_sim.instruments.common.ports.auxiliary import (
    CoilPart,
    PositionerPart,
    StagePart,
    ThermometerPart,
    VibratorPart,
    VoltagePart,
)
from vsmdaq_sim.instruments.common.ports.clock import BenchClock
from vsmdaq_sim.instruments.common.ports.parts import BalancePart, LockInPart, MagnetPart, OperatorPart, ProbePart

__all__ = ["InstrumentLine", "WorldPort", "WorldSpecPort"]


class InstrumentLine(Protocol):
    """One instrument of the world file."""

    @property
    def role(self) -> str:
        """E.g. ``"lockin"``."""
        ...

    @property
    def kind(self) -> str:
        """E.g. ``"sr830"``."""
        ...

    @property
    def address(self) -> str:
        """VISA resource name."""
        ...

    @property
    def reply_s(self) -> float:
        """Time from a command to its answer, s."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """What else the kind wants to know."""
        ...


class WorldSpecPort(Protocol):
    """The part of the world file that the wire needs."""

    @property
    def instruments(self) -> tuple[InstrumentLine, ...]:
        """All instruments."""
        ...

    @property
    def seed(self) -> int:
        """Seed of everything random."""
        ...

    @property
    def faults(self) -> tuple[Mapping[str, Any], ...]:
        """What is to go wrong, as the tables ``[[faults]]`` say it."""
        ...

    @property
    def static_yaml(self) -> str | Path | None:
        """A stock pyvisa-sim file whose devices stand beside ours."""
        ...


class WorldPort(Protocol):
    """The world, as the wire sees it."""

    @property
    def clock(self) -> BenchClock:
        """Bench time."""
        ...

    @property
    def bus_message_s(self) -> float:
        """Bus time of one transfer, s."""
        ...

    @property
    def spec(self) -> WorldSpecPort:
        """The world file."""
        ...

    @property
    def magnet(self) -> MagnetPart:
        """Supply and magnet."""
        ...

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Have `action` done at a bench time (now where it has passed)."""
        ...

    def next_alarm_s(self) -> float:
        """Bench time of the next such action, s; inf where there is none."""
        ...

    def advance(self) -> None:
        """Bring the world to the present."""
        ...

    def lockin_of(self, role: str) -> LockInPart:
        """Detector of the lock-in that plays this role: no two share a state."""
        ...

    @property
    def gaussmeter(self) -> ProbePart:
        """Hall probe."""
        ...

    @property
    def balance(self) -> BalancePart:
        """Balance."""
        ...

    @property
    def operator(self) -> OperatorPart:
        """Operator."""
        ...

    @property
    def thermometer(self) -> ThermometerPart:
        """Sensor and heater at the sample."""
        ...

    @property
    def vibrator(self) -> VibratorPart:
        """Vibrator."""
        ...

    @property
    def stage(self) -> StagePart:
        """Rotation stage."""
        ...

    @property
    def positioner(self) -> PositionerPart:
        """Straight axes."""
        ...

    @property
    def coil(self) -> CoilPart:
        """Pick-up coils as an impedance."""
        ...

    def voltage_of(self, name: str) -> VoltagePart:
        """Terminals by name: ``"amplitude"`` (sensor at the vibrator) or ``"hall"``."""
        ...
