"""What the instruments need of a world: shapes only, all in SI. The world knows no text, the instruments no physics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

__all__ = [
    "BalancePart",
    "GaussmeterPart",
    "InstrumentLine",
    "LockInPart",
    "MagnetPart",
    "OperatorPart",
    "SimClock",
    "WorldPort",
    "WorldSpecPort",
]


class SimClock(Protocol):
    """The bench's time, s."""

    def now(self) -> float:
        """Seconds since the clock's zero."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Let time pass (>= 0)."""
        ...

    def utc(self) -> datetime:
        """Date and time that belong to `now()`."""
        ...


class MagnetPart(Protocol):
    """Supply's output stage and magnet."""

    @property
    def set_point_a(self) -> float:
        """Where the ramp goes, A."""
        ...

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp from the present current."""
        ...

    def stop(self) -> None:
        """Stop a ramp where it is."""
        ...

    def current_a(self) -> float:
        """Measured output current, A."""
        ...

    def ramping(self) -> bool:
        """Whether the current still moves."""
        ...

    def voltage_v(self) -> float:
        """Measured output voltage, V."""
        ...


class LockInPart(Protocol):
    """The analogue side of the lock-in."""

    def set_filter(self, time_constant_s: float, poles: int, synchronous: bool) -> None:  # noqa: FBT001 - the world's call
        """Set the output filter."""
        ...

    def set_phase_deg(self, phase_deg: float) -> None:
        """Set the reference phase, degree."""
        ...

    def read(self) -> tuple[float, float]:
        """X and Y of one instant, V rms at the input, unclipped."""
        ...

    def input_peak_v(self) -> float:
        """Largest voltage at the input now, V peak."""
        ...

    def reference_frequency_hz(self) -> float | None:
        """Frequency of the external reference, Hz; None without one."""
        ...


class GaussmeterPart(Protocol):
    """The Hall probe."""

    def read_a_per_m(self) -> float:
        """The latest reading, A/m."""
        ...


class BalancePart(Protocol):
    """The balance's cell."""

    @property
    def readability_kg(self) -> float:
        """Smallest step of the display, kg."""
        ...

    def apparent_mass_kg(self) -> float:
        """Load as the balance sees it, kg."""
        ...

    def stable(self) -> bool:
        """The stability detector."""
        ...


class OperatorPart(Protocol):
    """Somebody who mounts samples."""

    @property
    def busy_until_s(self) -> float:
        """Bench time at which the last step is done, s."""
        ...

    def mount(self, name: str) -> None:
        """Mount a sample."""
        ...

    def unmount(self) -> None:
        """Take it off."""
        ...

    def hang(self, name: str) -> None:
        """Hang a tube on the balance."""
        ...

    def unhang(self) -> None:
        """Take it off."""
        ...


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
    def static_yaml(self) -> str | Path | None:
        """A stock pyvisa-sim file whose devices stand beside ours."""
        ...


class WorldPort(Protocol):
    """The world, as the wire sees it."""

    @property
    def clock(self) -> SimClock:
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

    @property
    def lockin(self) -> LockInPart:
        """Lock-in."""
        ...

    @property
    def gaussmeter(self) -> GaussmeterPart:
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
