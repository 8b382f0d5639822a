"""The roles that instruments play on a bench. A driver satisfies a role by its shape; nothing is inherited."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from vsmdaq_drivers.contracts.limits import CurrentLimits, SupplyHandling
from vsmdaq_drivers.contracts.readings import (
    FieldReading,
    InductanceReading,
    LockInFilter,
    LockInReading,
    LockInStatus,
    OperatorStep,
    PositionReading,
    StageReading,
    SupplyReading,
    TemperatureReading,
    VoltageReading,
    WeightReading,
)

__all__ = [
    "Balance",
    "FieldSupply",
    "Gaussmeter",
    "InductanceMeter",
    "Instrument",
    "LockIn",
    "Operator",
    "Positioner",
    "ReportsVoltage",
    "RotationStage",
    "TemperatureControl",
    "Thermometer",
    "VibrationDrive",
    "Voltmeter",
]


class Instrument(Protocol):
    """What every instrument can do."""

    @property
    def name(self) -> str:
        """Driver and address, for messages."""
        ...

    def identify(self) -> str:
        """Ask the instrument who it is; raise IdentityError where another one answers. Returns its own words."""
        ...

    def prepare(self) -> None:
        """Bring interface, units and modes into the state that the driver relies on, verified by reading back."""
        ...

    def close(self) -> None:
        """Release the link; leaves the instrument as it is."""
        ...


class FieldSupply(Instrument, Protocol):
    """Current source of the electromagnet: bipolar, ramped."""

    @property
    def limits(self) -> CurrentLimits:
        """The narrower of magnet and supply."""
        ...

    @property
    def resolution_a(self) -> float:
        """Smallest step of the set-point, A."""
        ...

    @property
    def handling(self) -> SupplyHandling:
        """How it wants to be polled, and when its current counts as zero."""
        ...

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp and return at once. Raises LimitError before a byte is sent, RefusedError where not taken."""
        ...

    def poll(self) -> SupplyReading:
        """Look at the supply; where the ramp is made by software, take its next step. Call it while ramping."""
        ...

    def stop(self) -> None:
        """Stop a ramp where it is (the current stays)."""
        ...


@runtime_checkable
class ReportsVoltage(Protocol):
    """What some supplies can do beside."""

    def measure_voltage(self) -> VoltageReading:
        """Measure the voltage at the magnet (V)."""
        ...


class LockIn(Instrument, Protocol):
    """Phase-sensitive detector of the coil signal. All voltages are V rms at its input."""

    @property
    def sensitivities_v_rms(self) -> tuple[float, ...]:
        """Full-scale ranges, ascending."""
        ...

    @property
    def time_constants_s(self) -> tuple[float, ...]:
        """Selectable time constants, ascending."""
        ...

    @property
    def sensitivity_v_rms(self) -> float:
        """Control the full-scale range (V rms, one of `sensitivities_v_rms`)."""
        ...

    @sensitivity_v_rms.setter
    def sensitivity_v_rms(self, value: float) -> None: ...

    @property
    def phase_deg(self) -> float:
        """Control the reference phase shift (degree)."""
        ...

    @phase_deg.setter
    def phase_deg(self, value: float) -> None: ...

    @property
    def harmonic(self) -> int:
        """Control which harmonic of the reference is detected (1, from 1 on); `prepare` sets 1."""
        ...

    @harmonic.setter
    def harmonic(self, value: int) -> None: ...

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        """Set time constant (one of `time_constants_s`), number of poles and the synchronous filter."""
        ...

    def filter(self) -> LockInFilter:
        """Get the filter as the instrument reports it now."""
        ...

    def read(self) -> LockInReading:
        """Measure X and Y of one instant, with the reference frequency."""
        ...

    def status(self) -> LockInStatus:
        """Get and clear the latched status."""
        ...


class Gaussmeter(Instrument, Protocol):
    """Hall probe near the sample."""

    @property
    def reading_interval_s(self) -> float:
        """Time between two new readings, s: reading faster repeats the old one."""
        ...

    def read(self) -> FieldReading:
        """Measure the field."""
        ...


class Balance(Instrument, Protocol):
    """Balance above the magnet."""

    @property
    def readability_kg(self) -> float:
        """Smallest step of the display, kg."""
        ...

    def read(self) -> WeightReading:
        """Measure the weight now, stable or not."""
        ...

    def tare(self, timeout_s: float) -> None:
        """Make the present load the new zero; raises SettlingError where the balance does not come to rest."""
        ...


class Operator(Instrument, Protocol):
    """Somebody who mounts samples: a person at a terminal, or an address in a simulated world."""

    def perform(self, step: OperatorStep) -> str:
        """Have a step done; returns what was answered. Raises OperatorError where it cannot be done."""
        ...


class Thermometer(Instrument, Protocol):
    """Temperature at the sample."""

    def read(self) -> TemperatureReading:
        """Measure the temperature."""
        ...


@runtime_checkable
class TemperatureControl(Thermometer, Protocol):
    """A thermometer that also brings the sample to a temperature."""

    def control_to(self, temperature_k: float, rate_k_per_s: float | None = None) -> None:
        """Give the control a new set-point (K) and return at once; without a rate the set-point jumps."""
        ...


class VibrationDrive(Instrument, Protocol):
    """Generator that drives the vibrator: a sine."""

    @property
    def frequency_hz(self) -> float:
        """Control the frequency (Hz)."""
        ...

    @frequency_hz.setter
    def frequency_hz(self, value: float) -> None: ...

    @property
    def amplitude_v_rms(self) -> float:
        """Control the voltage into the load that the generator is told of (V rms)."""
        ...

    @amplitude_v_rms.setter
    def amplitude_v_rms(self, value: float) -> None: ...

    @property
    def output_on(self) -> bool:
        """Control whether the output is on."""
        ...

    @output_on.setter
    def output_on(self, value: bool) -> None: ...


class Voltmeter(Instrument, Protocol):
    """Reads the amplitude sensor of the vibrator, or the Hall voltage."""

    def read(self) -> VoltageReading:
        """Measure the voltage."""
        ...


class InductanceMeter(Instrument, Protocol):
    """LCR meter at the pick-up coils."""

    def read(self) -> InductanceReading:
        """Measure series inductance and resistance."""
        ...


class RotationStage(Instrument, Protocol):
    """Turns the sample about the vibration axis."""

    def move_to(self, angle_deg: float) -> None:
        """Start to turn and return at once. Raises LimitError before a byte is sent."""
        ...

    def poll(self) -> StageReading:
        """Look at the stage."""
        ...

    def stop(self) -> None:
        """Stop where it is."""
        ...


class Positioner(Instrument, Protocol):
    """Moves the sample along straight axes: ``"x"`` along the field, ``"z"`` along the vibration, ``"y"`` across both."""

    @property
    def axes(self) -> tuple[str, ...]:
        """Which of ``"x"``, ``"y"``, ``"z"`` it can move along."""
        ...

    def move_to(self, axis: str, position_m: float) -> None:
        """Start to move along one axis and return at once. Raises LimitError before a byte is sent."""
        ...

    def poll(self, axis: str) -> PositionReading:
        """Look at one axis."""
        ...

    def stop(self) -> None:
        """Stop all axes where they are."""
        ...
