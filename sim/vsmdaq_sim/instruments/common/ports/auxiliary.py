"""What the instruments beside the core ones measure or move: thermometer, vibrator, stage, voltages, coil; all in SI."""

from __future__ import annotations

from typing import Protocol

__all__ = ["CoilPart", "PositionerPart", "StagePart", "ThermometerPart", "VibratorPart", "VoltagePart"]


class ThermometerPart(Protocol):
    """Sensor and heater at the sample."""

    def sensor_k(self) -> float:
        """What the sensor shows, K."""
        ...

    def set_point_k(self) -> float:
        """Where the control brings the sample now, K: on its way while it ramps."""
        ...

    def heater_share(self) -> float:
        """Heater's output as a share of its range, 0 to 1."""
        ...

    def control(self, sensor_k: float, rate_k_per_s: float, power_share: float) -> None:
        """Bring the sensor to `sensor_k`, the set-point moving at `rate_k_per_s`, with at most a share of the full power."""
        ...

    def heat(self, output_share: float, power_share: float) -> None:
        """Heat without control: a share of a range that gives a share of the full power."""
        ...


class VibratorPart(Protocol):
    """Terminals of the vibrator."""

    @property
    def amplitude_m(self) -> float:
        """Peak amplitude now, m."""
        ...

    @property
    def driven(self) -> bool:
        """Whether a generator moves it; otherwise `drive` changes nothing."""
        ...

    def drive(self, open_v_rms: float, source_ohm: float, frequency_hz: float, *, reference: bool) -> None:
        """Connect a sine (V rms without load) behind a resistance; `reference` is the generator's synchronous output."""
        ...

    def lose_reference(self) -> None:
        """The cable of the reference comes off."""
        ...


class StagePart(Protocol):
    """Rotation stage."""

    def move_to(self, angle_deg: float, speed_deg_per_s: float) -> None:
        """Start to turn."""
        ...

    def stop(self) -> None:
        """Stop where it is."""
        ...

    def angle_deg(self) -> float:
        """Angle now, degree."""
        ...

    def turning(self) -> bool:
        """Whether it turns now."""
        ...


class PositionerPart(Protocol):
    """Three straight axes that move the sample."""

    def set(self, axis: str, position_m: float) -> None:
        """Turn the dial of an axis."""
        ...

    def move_to(self, axis: str, position_m: float, speed_m_per_s: float) -> None:
        """Start a motor."""
        ...

    def stop(self, axis: str) -> None:
        """Stop a motor where it is."""
        ...

    def position_m(self, axis: str) -> float:
        """What the scale of an axis shows now, m."""
        ...

    def driving(self, axis: str) -> bool:
        """Whether a motor runs now."""
        ...


class VoltagePart(Protocol):
    """Two terminals for a voltmeter."""

    def dc_v(self) -> float:
        """Direct voltage, V."""
        ...

    def ac_v_rms(self) -> float:
        """Alternating voltage, V rms."""
        ...


class CoilPart(Protocol):
    """Pick-up coils, as seen from their ends."""

    def inductance_h(self) -> float:
        """Series inductance, H."""
        ...

    def resistance_ohm(self) -> float:
        """Series resistance, ohm."""
        ...
