"""What an instrument measures or moves: one shape for each part of the world, all in SI."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

__all__ = ["BalancePart", "GaussmeterPart", "LockInPart", "MagnetPart", "OperatorPart", "ProbePart", "SamplingPart"]


class MagnetPart(Protocol):
    """Supply's output stage and magnet."""

    @property
    def set_point_a(self) -> float:
        """Where the ramp goes, A."""
        ...

    def ramp_to(
        self,
        current_a: float,
        rate_a_per_s: float,
        compliance_v: float = math.inf,
        segments: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Start a ramp from the present current; the voltage stays within ±`compliance_v`.

        `segments`: |I| (A) up to which another rate (A/s) holds, ascending.
        """
        ...

    def step_to(self, current_a: float, compliance_v: float) -> None:
        """Set-point of a supply without ramp: the current follows as fast as ±`compliance_v` (V) drives it."""
        ...

    def switch_off(self) -> None:
        """Trip, or output off: the current runs down by itself, the set-point is 0 A; the next ramp or step ends it."""
        ...

    def loosen(self, extra_ohm: float) -> None:
        """A contact gets loose: so much more resistance (ohm)."""
        ...

    def freeze(self) -> None:
        """The output stage stays where it is until it is switched off."""
        ...

    def at_compliance(self) -> bool:
        """Whether the voltage is at its limit now."""
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


class SamplingPart(Protocol):
    """Samples of X and Y that the detector takes by itself, at fixed instants."""

    @property
    def next_s(self) -> float:
        """Bench time of the next one, s; ``inf`` where none is to come."""
        ...

    def stop(self) -> None:
        """Take no more."""
        ...

    def take(self) -> list[tuple[float, float, float]]:
        """(Bench time, X, Y) of the samples since the last call."""
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

    def set_detection(self, harmonic: int, internal_hz: float | None) -> None:
        """Detect a harmonic of the reference, or of an oscillator of the lock-in's own (Hz)."""
        ...

    def first_stage_peak_v(self) -> float:
        """Largest voltage behind the first pole of the output filter, V rms at the input."""
        ...

    def sample(self, first_s: float, interval_s: float, most: int | None, keep: int) -> SamplingPart:
        """Begin to take X and Y at ``first_s + k interval_s``: `most` of them or without end, the last `keep` are kept."""
        ...

    def stop_sampling(self) -> None:
        """End all that `sample` began."""
        ...


class GaussmeterPart(Protocol):
    """The Hall probe."""

    def read_a_per_m(self) -> float:
        """The latest reading, A/m."""
        ...


class ProbePart(GaussmeterPart, Protocol):
    """The Hall probe, as it is carried around."""

    def put(self, place: str) -> None:
        """Bring it to ``"back"`` (its own place), ``"sample"``, ``"zero"`` (a chamber) or ``"reference"`` (a magnet)."""
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

    def adjust(self) -> None:
        """Adjust the gain with a perfect weight."""
        ...

    def shake(self) -> None:
        """From now on it never comes to rest."""
        ...

    def put_on(self, mass_kg: float) -> None:
        """Lay something on the pan (kg)."""
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

    def do(self, what: str, action: Callable[[], None]) -> None:
        """Do something else that takes a step's time."""
        ...
