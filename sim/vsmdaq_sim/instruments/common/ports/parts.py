"""What an instrument measures or moves: one shape for each part of the world, all in SI."""

from __future__ import annotations

from typing import Protocol

__all__ = ["BalancePart", "GaussmeterPart", "LockInPart", "MagnetPart", "OperatorPart"]


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
