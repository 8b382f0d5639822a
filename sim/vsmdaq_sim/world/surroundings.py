"""What stands around magnet and coils: thermometer and heater, vibrator, rotation stage, sensors' voltages, coil impedance.

Each has a table of its own in the world file that may be left out: then the sample is at the room's temperature, vibrates by
itself and does not turn, as before there was any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.impedance import CoilImpedance, CoilImpedanceTable
from vsmdaq_sim.world.materials import Material
from vsmdaq_sim.world.positioner import Positioner, PositionerTable
from vsmdaq_sim.world.samples import build
from vsmdaq_sim.world.schema import (
    CoilsTable,
    CurrentLoopTable,
    LinearTable,
    NickelTable,
    ParamagnetTable,
    SampleTable,
    VibrationTable,
)
from vsmdaq_sim.world.stage import StageTable, TurnedMoment, TurnTable
from vsmdaq_sim.world.thermometer import SampleThermometer, ThermometerTable
from vsmdaq_sim.world.vibrator import Vibrator, VibratorTable
from vsmdaq_sim.world.voltages import SensorTable, VoltageSource

__all__ = ["SURROUNDINGS_TABLES", "Surroundings", "SurroundingsSpec"]

SURROUNDINGS_TABLES: Mapping[str, type[BaseModel]] = {
    "thermometer": ThermometerTable,
    "vibrator": VibratorTable,
    "stage": StageTable,
    "positioner": PositionerTable,
    "sensor": SensorTable,
    "coil_impedance": CoilImpedanceTable,
}
"""Optional tables of a world file, by name."""


@dataclass(frozen=True, slots=True)
class SurroundingsSpec:
    """The optional tables; `vibrator` is None where the vibration runs by itself, `positioner` where nothing moves the head."""

    thermometer: ThermometerTable = field(default_factory=ThermometerTable)
    vibrator: VibratorTable | None = None
    stage: StageTable = field(default_factory=StageTable)
    positioner: PositionerTable | None = None
    sensor: SensorTable = field(default_factory=SensorTable)
    coil_impedance: CoilImpedanceTable = field(default_factory=CoilImpedanceTable)


class _AtTemperature:
    """A material without memory whose law depends on the temperature."""

    __slots__ = ("_made", "_made_at_k", "_make", "_temperature_k")

    def __init__(self, make: Callable[[float], Material], temperature_k: Callable[[], float]) -> None:
        self._make = make
        self._temperature_k = temperature_k
        self._made_at_k = temperature_k()
        self._made = make(self._made_at_k)

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Get the moment at `field_a_per_m` and the temperature now."""
        temperature_k = self._temperature_k()
        if temperature_k != self._made_at_k:
            self._made, self._made_at_k = self._make(temperature_k), temperature_k
        return self._made.moment_a_m2(field_a_per_m)


class Surroundings:
    """The parts, and their common time.

    Parameters
    ----------
    spec : SurroundingsSpec
        The tables.
    room_k : float
        Temperature without heater, K.
    vibration, coils : VibrationTable, CoilsTable
        What the world file says of them.
    clock : VirtualClock
        Of the world.
    normals : callable
        Deviates of a noise source by its name.
    advance : callable
        Brings the world to the present.
    vibration_changed : callable
        Called after the vibration has changed.
    field_a_per_m : callable
        True field at the world's own time.
    moment_per_field_m3 : callable
        dm/dH of the sample on the rod.
    room_change_k : callable
        Room's temperature at the world's own time less `room_k`, K.
    sample_moved : callable
        Called after the positioner has moved the sample.
    """

    def __init__(
        self,
        spec: SurroundingsSpec,
        *,
        room_k: float,
        vibration: VibrationTable,
        coils: CoilsTable,
        clock: VirtualClock,
        normals: Callable[[str], Normals],
        advance: Callable[[], None],
        vibration_changed: Callable[[], None],
        field_a_per_m: Callable[[], float],
        moment_per_field_m3: Callable[[], float],
        room_change_k: Callable[[], float],
        sample_moved: Callable[[], None] = lambda: None,
    ) -> None:
        sensor = spec.sensor
        self.thermometer = SampleThermometer(
            spec.thermometer, room_k, clock, normals("thermometer"), advance, room_change_k
        )
        self.vibrator = Vibrator(spec.vibrator, vibration, advance, vibration_changed)
        self.stage = TurnTable(spec.stage, advance)
        self.positioner = Positioner(spec.positioner, advance, sample_moved)
        self.coil = CoilImpedance(spec.coil_impedance, coils, advance, moment_per_field_m3)
        self.voltages: Mapping[str, VoltageSource] = {
            "amplitude": VoltageSource(
                advance,
                normals("amplitude sensor"),
                sensor.amplitude_noise_v,
                ac_v_rms=lambda: sensor.amplitude_v_rms_per_m * self.vibrator.amplitude_m,
            ),
            "hall": VoltageSource(
                advance,
                normals("hall voltage"),
                sensor.hall_noise_v,
                dc_v=lambda: sensor.hall_v_per_a_per_m * field_a_per_m() + sensor.hall_offset_v,
            ),
        }

    def material(self, name: str, table: SampleTable, file: str) -> Material:
        """Make the material of a sample that knows temperature and angle; hysteretic ones stay at the room's temperature.

        Raises
        ------
        WorldFileError
            As `build` does.
        """
        thermometer, stage = self.thermometer, self.stage
        if isinstance(table, LinearTable | NickelTable | ParamagnetTable):
            return _AtTemperature(
                lambda temperature_k: build(name, table, temperature_k, file), lambda: thermometer.temperature_now_k
            )
        material = build(name, table, thermometer.temperature_now_k, file)
        if isinstance(table, CurrentLoopTable):
            return TurnedMoment(material, lambda: stage.sample_angle_deg)
        return material

    def voltage_of(self, name: str) -> VoltageSource:
        """Get the terminals ``"amplitude"`` (sensor at the vibrator) or ``"hall"``.

        Raises
        ------
        ValueError
            For another name.
        """
        if name not in self.voltages:
            raise ValueError(f"terminals {name!r} were asked for; allowed: {', '.join(self.voltages)}")
        return self.voltages[name]

    @property
    def moving(self) -> bool:
        """Something changes by itself, at the world's own time."""
        return self.stage.moving or self.thermometer.moving or self.positioner.moving

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) that needs no closer look."""
        for part in (self.stage, self.thermometer, self.positioner):
            if part.moving:
                limit_s = part.next_step_s(limit_s)
        return limit_s

    def step(self, duration_s: float) -> None:
        """Move on; `duration_s` must not be longer than `next_step_s` allows."""
        for part in (self.stage, self.thermometer, self.positioner):
            if part.moving:
                part.step(duration_s)
