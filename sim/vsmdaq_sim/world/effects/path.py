"""From the moment and the field to the phasors at the lock-in's input.

With ``q_n(s)`` the flux amplitude per moment at the n-th harmonic (see `pickup`) for images of the strength s::

    Z_n = g(t) (sqrt2 pi f n exp(i n phi) (m (1 + delta) q_n(s) + h H q0_n(s)) + [n = 1] (K + v H)) + [n = 1] b(t)

m and delta of the sample, q0 and h of the holder (a point at the centre), K the cross-talk, v the voltage of the vibrating coils per
field, g and b gain and offset with their drift. The signal phase phi belongs to the motion: a delay, n times as large at
the n-th harmonic. Z_n is in V rms.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Protocol

from vsmdaq_sim.world.coils import effective_coupling
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.effects.drift import Drift
from vsmdaq_sim.world.effects.image import image_strength
from vsmdaq_sim.world.effects.loose import Seat
from vsmdaq_sim.world.effects.tables import LooseTable
from vsmdaq_sim.world.effects.temperature import BenchTemperature
from vsmdaq_sim.world.load import WorldSpec
from vsmdaq_sim.world.pickup import CENTRE, Motion, Pickup, pickup

__all__ = ["FullPath", "PlainPath", "SignalPath", "Vibration", "holder_moment_per_field_m3", "signal_path"]


class Vibration(Protocol):
    """How the rod moves now."""

    frequency_hz: float
    amplitude_m: float

    @property
    def drive_share(self) -> float:
        """Amplitude over that of the world file."""
        ...


class SignalPath(Protocol):
    """From moment and field to phasors."""

    @property
    def knots_s(self) -> tuple[float, ...] | None:
        """Distances of the knots between which a resting field's signal is straight in time; None where it stands still."""
        ...

    def phasor(self, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:
        """Get Z_1, V rms."""
        ...

    def harmonic_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:
        """Get Z_n, V rms."""
        ...

    def sample_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float) -> complex:
        """Get the sample's own part of Z_n, without drift, V rms."""
        ...

    def coupling_h_per_m3(self, sample: str | None, field_a_per_m: float) -> float:
        """Get the coupling that the first harmonic sees of a sample, or of a point at the centre (None)."""
        ...

    def mounted(self, sample: str | None) -> None:
        """Something else is on the rod."""
        ...

    def moved(self, shift_m: tuple[float, float, float]) -> None:
        """The rod stands elsewhere: so far from where the world file has it, m."""
        ...

    def vibration_changed(self) -> None:
        """The rod moves otherwise."""
        ...


class PlainPath:
    """All effects are off: a point at the centre, no poles, nothing drifts.

    Parameters
    ----------
    spec : WorldSpec
        The world file.
    vibration : Vibration
        How the rod moves now.
    holder : callable
        Moment of the holder per field now, m3.
    """

    __slots__ = ("_coupling", "_crosstalk", "_gain", "_holder", "_pickup", "_spec", "_vibration", "knots_s")

    def __init__(self, spec: WorldSpec, vibration: Vibration, holder: Callable[[], float]) -> None:
        self._spec = spec
        self._vibration = vibration
        self._coupling = effective_coupling(spec.vibration.amplitude_m, **spec.coils.model_dump())
        self._holder = holder
        self.knots_s: tuple[float, ...] | None = None
        self.vibration_changed()

    def vibration_changed(self) -> None:
        """Take the amplitude and the frequency as they are now; C stays at that of the last amplitude that was not 0."""
        vibration, signal = self._vibration, self._spec.signal
        if vibration.amplitude_m > 0.0:
            self._coupling = effective_coupling(vibration.amplitude_m, **self._spec.coils.model_dump())
        rms = math.sqrt(2.0) * math.pi * vibration.frequency_hz * vibration.amplitude_m * self._coupling
        self._gain = cmath.rect(rms, math.radians(signal.phase_deg))
        self._crosstalk = cmath.rect(
            signal.crosstalk_v_rms * vibration.drive_share, math.radians(signal.crosstalk_phase_deg)
        )
        self._pickup: Pickup | None = None

    def phasor(self, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:  # noqa: ARG002 - stands still
        """Get Z_1, V rms."""
        moment = moment_a_m2 + self._holder() * field_a_per_m
        return self._gain * moment + self._crosstalk

    def harmonic_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:
        """Get Z_n, V rms."""
        if harmonic == 1:
            return self.phasor(moment_a_m2, field_a_per_m, time_s)
        return self.sample_phasor(harmonic, moment_a_m2 + self._holder() * field_a_per_m, field_a_per_m)

    def sample_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float) -> complex:  # noqa: ARG002 - no images
        """Get the sample's own part of Z_n, V rms."""
        if harmonic == 1:
            return self._gain * moment_a_m2
        if self._pickup is None:
            self._pickup = pickup(self._spec.coils, Motion(self._vibration.amplitude_m))
        return self._per_flux(harmonic) * self._pickup.flux(harmonic) * moment_a_m2

    def _per_flux(self, harmonic: int) -> complex:
        return _voltage(self._vibration.frequency_hz, harmonic, self._spec.signal.phase_deg)

    def coupling_h_per_m3(self, sample: str | None, field_a_per_m: float) -> float:  # noqa: ARG002 - all are points
        """Get C effective at the amplitude in use."""
        return self._coupling

    def mounted(self, sample: str | None) -> None:
        """All samples are points at the centre."""

    def moved(self, shift_m: tuple[float, float, float]) -> None:
        """Nothing can move it: with a positioner there is a full path."""


class FullPath:
    """Some effect is on.

    Parameters
    ----------
    spec : WorldSpec
        The world file.
    vibration : Vibration
        How the rod moves now.
    temperature : BenchTemperature
        Of the bench.
    holder : callable
        Moment of the holder per field now, m3.
    drift_normals, seat_normals : Normals
        Deviates of the random walks, and of the seat of a loose sample.
    """

    __slots__ = (
        "_amplitude_m", "_centre", "_crosstalk", "_drift", "_gap_m", "_holder", "_motion", "_pickups", "_rod", "_sample",
        "_sample_name", "_seat", "_shaken", "_shift_m", "_spec", "_strength", "_temperature", "_vibration", "_volts", "knots_s",
    )  # fmt: skip

    def __init__(
        self,
        spec: WorldSpec,
        vibration: Vibration,
        temperature: BenchTemperature,
        holder: Callable[[], float],
        *,
        drift_normals: Normals,
        seat_normals: Normals,
    ) -> None:
        effects = spec.effects
        self._spec = spec
        self._vibration = vibration
        self._temperature = temperature
        self._gap_m = None if effects.image is None else effects.image.gap_m
        self._strength: Callable[[float], float] = (
            _no_images if effects.image is None else image_strength(effects.image)
        )
        self._holder = holder
        self._drift = Drift(effects.drift, drift_normals)
        self._seat = Seat(effects.loose or LooseTable(), seat_normals)
        slow = effects.drift is not None or effects.temperature is not None
        self.knots_s: tuple[float, ...] | None = (self._drift.knot_s, temperature.knot_s) if slow else None
        self._amplitude_m = spec.vibration.amplitude_m
        self._sample_name: str | None = None
        self._pickups: dict[str, Pickup] = {}
        placed = spec.surroundings.positioner
        x, y, z = CENTRE if placed is None else placed.offset_m
        self._shift_m = (x, y, z)
        self.vibration_changed()

    def vibration_changed(self) -> None:
        """Take the amplitude and the frequency as they are now; C stays at that of the last amplitude that was not 0."""
        vibration, signal, shaken = self._vibration, self._spec.signal, self._spec.effects.coil_vibration
        share, table = vibration.drive_share, self._spec.vibration
        if vibration.amplitude_m > 0.0:
            self._amplitude_m = vibration.amplitude_m
        third_m = table.third_harmonic_m * (self._amplitude_m / table.amplitude_m)
        self._motion = Motion(self._amplitude_m, third_m, math.radians(table.third_harmonic_phase_deg))
        self._centre = pickup(self._spec.coils, self._motion, gap_m=self._gap_m)
        self._place()
        self._volts: dict[int, complex] = {}
        self._crosstalk = cmath.rect(signal.crosstalk_v_rms * share, math.radians(signal.crosstalk_phase_deg))
        self._shaken = 0.0j
        if shaken is not None:
            self._shaken = cmath.rect(shaken.signal_v_rms_per_a_per_m * share, math.radians(shaken.phase_deg))

    def moved(self, shift_m: tuple[float, float, float]) -> None:
        """The rod stands elsewhere, with sample and holder."""
        if shift_m != self._shift_m:
            self._shift_m = shift_m
            self._place()

    def _place(self) -> None:
        self._rod = self._centre
        if self._shift_m != CENTRE:
            self._rod = pickup(self._spec.coils, self._motion, position_m=self._shift_m, gap_m=self._gap_m)
        self._pickups.clear()
        self._sample = self._pickup_of(self._sample_name)

    def phasor(self, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:
        """Get Z_1, V rms."""
        return self.harmonic_phasor(1, moment_a_m2, field_a_per_m, time_s)

    def harmonic_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float, time_s: float) -> complex:
        """Get Z_n, V rms."""
        self._seat.feel(field_a_per_m)
        gain = 1.0 + self._drift.gain(time_s) + self._temperature.gain(time_s)
        strength = self._strength(field_a_per_m)
        at_rod = self._rod.flux(harmonic, strength)
        at_sample = at_rod if self._sample is self._rod else self._sample.flux(harmonic, strength)
        flux = at_sample * (moment_a_m2 * self._seat.factor) + at_rod * (self._holder() * field_a_per_m)
        signal = self._per_flux(harmonic) * flux
        if harmonic != 1:
            return gain * signal
        coherent = self._crosstalk + self._shaken * field_a_per_m
        return gain * (signal + coherent) + self._drift.offset_v_rms(time_s)

    def sample_phasor(self, harmonic: int, moment_a_m2: float, field_a_per_m: float) -> complex:
        """Get the sample's own part of Z_n, without drift, V rms."""
        flux = self._sample.flux(harmonic, self._strength(field_a_per_m))
        return self._per_flux(harmonic) * flux * (moment_a_m2 * self._seat.factor)

    def _per_flux(self, harmonic: int) -> complex:
        if harmonic not in self._volts:
            volts = _voltage(self._vibration.frequency_hz, harmonic, self._spec.signal.phase_deg)
            self._volts[harmonic] = volts if self._vibration.amplitude_m > 0.0 else 0.0j
        return self._volts[harmonic]

    def coupling_h_per_m3(self, sample: str | None, field_a_per_m: float) -> float:
        """Get the coupling that the first harmonic sees of a sample, or of a point at the centre (None)."""
        seen = self._centre if sample is None else self._pickup_of(sample)
        flux = seen.flux(1, self._strength(field_a_per_m))
        return math.copysign(abs(flux), flux.real) / self._amplitude_m

    def mounted(self, sample: str | None) -> None:
        """Something else is on the rod."""
        self._sample_name = sample
        self._sample = self._pickup_of(sample)
        self._seat.mounted()

    def _pickup_of(self, sample: str | None) -> Pickup:
        table = None if sample is None else self._spec.samples[sample]
        if sample is None or table is None or (table.position_m is None and table.extent is None):
            return self._rod
        if sample not in self._pickups:
            x, y, z = (a + b for a, b in zip(table.position_m or CENTRE, self._shift_m, strict=True))
            self._pickups[sample] = pickup(
                self._spec.coils, self._motion, position_m=(x, y, z), extent=table.extent, gap_m=self._gap_m
            )
        return self._pickups[sample]


def signal_path(
    spec: WorldSpec,
    vibration: Vibration,
    temperature: BenchTemperature,
    normals: Callable[[str], Normals],
    sample_temperature_k: Callable[[], float],
) -> SignalPath:
    """Get the plain path where all effects on it are off, else the full one; the holder is as warm as the sample."""
    holder = _holder(spec, sample_temperature_k)
    effects = spec.effects
    tables = (effects.image, effects.coil_vibration, effects.drift, effects.loose, effects.temperature)
    placed = any(table.position_m is not None or table.extent is not None for table in spec.samples.values())
    placed = placed or spec.surroundings.positioner is not None
    if all(table is None for table in tables) and not placed and spec.vibration.third_harmonic_m == 0.0:
        return PlainPath(spec, vibration, holder)
    return FullPath(spec, vibration, temperature, holder, drift_normals=normals("drift"), seat_normals=normals("seat"))


def _voltage(frequency_hz: float, harmonic: int, phase_deg: float) -> complex:
    """V rms per flux amplitude at the n-th harmonic: ``sqrt2 pi f n exp(i n phi)``."""
    rms = math.sqrt(2.0) * math.pi * frequency_hz * harmonic
    return cmath.rect(rms, harmonic * math.radians(phase_deg))


def holder_moment_per_field_m3(spec: WorldSpec, temperature_k: float) -> float:
    """Get h(T) = h (1 + alpha (T - T_world)) + C (1/T - 1/T_world), m3."""
    signal, room_k = spec.signal, spec.world.temperature_k
    straight = 1.0 + signal.holder_temperature_coefficient_per_k * (temperature_k - room_k)
    curie = signal.holder_curie_constant_m3_k * (1.0 / temperature_k - 1.0 / room_k)
    return signal.holder_moment_per_field_m3 * straight + curie


def _holder(spec: WorldSpec, temperature_k: Callable[[], float]) -> Callable[[], float]:
    signal = spec.signal
    if signal.holder_temperature_coefficient_per_k == 0.0 and signal.holder_curie_constant_m3_k == 0.0:
        return lambda: signal.holder_moment_per_field_m3
    return lambda: holder_moment_per_field_m3(spec, temperature_k())


def _no_images(field_a_per_m: float) -> float:  # noqa: ARG001 - there are no poles
    return 0.0
