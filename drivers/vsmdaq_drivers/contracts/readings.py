"""What instruments answer, as frozen values. A bad reading carries its reason in `flags`, never a made-up number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "BufferReading",
    "FieldReading",
    "InductanceReading",
    "LockInFilter",
    "LockInReading",
    "LockInStatus",
    "OperatorStep",
    "PositionReading",
    "StageReading",
    "SupplyReading",
    "TemperatureReading",
    "VoltageReading",
    "WeightReading",
]


@dataclass(frozen=True, slots=True)
class SupplyReading:
    """One look at the magnet supply.

    Attributes
    ----------
    current_a, set_point_a : float
        Measured current and the set-point as the supply reports it, A.
    ramping : bool
        The supply says that its ramp is not done (live condition, never a latched bit).
    faults : tuple of str
        Names of hardware faults and interlocks now active; empty when healthy.
    flags : tuple of str
        ``"compliance"``, ``"power_limit"``: the supply cannot follow for now.
    time_s : float
        Bench time of the reading.
    """

    current_a: float
    set_point_a: float
    ramping: bool
    faults: tuple[str, ...]
    flags: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class LockInReading:
    """X and Y of one instant (V rms), the reference frequency (Hz) and the bench time of the reading (s)."""

    x_v_rms: float
    y_v_rms: float
    frequency_hz: float
    time_s: float


@dataclass(frozen=True, slots=True)
class LockInStatus:
    """What happened since the status was last cleared (latched), by name.

    Attributes
    ----------
    overloads : tuple of str
        Out of ``"input"``, ``"filter"``, ``"output"``.
    reference_unlocked : bool
        No lock on the reference.
    settings_changed : bool
        The instrument changed its time constant or frequency range by itself.
    """

    overloads: tuple[str, ...]
    reference_unlocked: bool
    settings_changed: bool

    @property
    def flags(self) -> tuple[str, ...]:
        """All of it as flags for the record."""
        names = tuple(f"overload_{name}" for name in self.overloads)
        names += ("reference_unlocked",) if self.reference_unlocked else ()
        return names + (("time_constant_changed",) if self.settings_changed else ())


@dataclass(frozen=True, slots=True)
class LockInFilter:
    """The output filter as it is set now.

    Attributes
    ----------
    kind : str
        ``"rc"``: `poles` identical RC stages of `time_constant_s` each.
    poles : int
        Number of stages (6 dB/oct each).
    time_constant_s : float
        Time constant of one stage, s.
    synchronous : bool
        Followed by a synchronous (moving average over one period) filter.
    """

    kind: Literal["rc"]
    poles: int
    time_constant_s: float
    synchronous: bool


@dataclass(frozen=True, slots=True)
class BufferReading:
    """Samples of X and Y that a lock-in took by itself.

    Attributes
    ----------
    x_v_rms, y_v_rms : tuple of float
        X and Y, V rms at the input, the oldest first.
    interval_s : float
        Time from one sample to the next, s.
    time_s : float
        Bench time of the first sample, s.
    time_uncertainty_s : float
        The first sample was taken at `time_s` or up to so much later, s.
    status : LockInStatus
        What happened since the samples began to be taken.
    """

    x_v_rms: tuple[float, ...]
    y_v_rms: tuple[float, ...]
    interval_s: float
    time_s: float
    time_uncertainty_s: float
    status: LockInStatus


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One reading of the gaussmeter.

    Attributes
    ----------
    field_a_per_m : float or None
        H at the probe, A/m; None where there is no valid number (see `flags`).
    flags : tuple of str
        ``"overload"``, ``"no_probe"``, ``"range_changing"``, ``"outside_table"``, ``"unreadable"``, ... where there is no value;
        ``"between_branches"`` with a value that only a table gives. Else empty.
    time_s : float
        Bench time of the reading.
    u_a_per_m : float
        Standard uncertainty that this reading has beyond what the bench file states of offset and gain, A/m.
    """

    field_a_per_m: float | None
    flags: tuple[str, ...]
    time_s: float
    u_a_per_m: float = 0.0


@dataclass(frozen=True, slots=True)
class WeightReading:
    """One reading of the balance.

    Attributes
    ----------
    mass_kg : float or None
        Apparent mass, kg; None where there is no valid number (see `flags`).
    stable : bool
        The balance's own stability detector says stable.
    flags : tuple of str
        ``"overload"``, ``"underload"``, ``"busy"``, ``"unreadable"``, ``"unknown_unit"`` (none of mass), ``"error_CODE"`` (the
        balance's own); empty when valid.
    time_s : float
        Bench time of the reading.
    """

    mass_kg: float | None
    stable: bool
    flags: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class OperatorStep:
    """Something only a person can do.

    Attributes
    ----------
    action : str
        ``"mount"`` a sample on the vibrating rod, ``"unmount"`` it, ``"hang"`` a tube on the balance, ``"unhang"`` it,
        ``"move"`` the sample to a position, ``"heat"`` it to a temperature, ``"read"`` something off, bring the gaussmeter's ``"probe"``
        somewhere else, ``"pause"``: see to what the text says. The last one is for people alone.
    subject : str
        Name of the sample or tube (as its file names it); ``""`` for unmount and unhang. Axis and position (``"x +1.250 mm"``);
        temperature (``"310.00 K"``); what is read (``"amplitude"``);
        where the probe goes (``"zero"`` for a zero-gauss chamber, ``"reference"`` for a reference magnet, ``"sample"``, ``"back"``).
    text : str
        The instruction as a person reads it.
    """

    action: Literal["mount", "unmount", "hang", "unhang", "move", "heat", "read", "probe", "pause"]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class TemperatureReading:
    """Temperature (K) of one sensor, None where there is no valid number (see `flags`), and its bench time (s).

    `flags` out of ``"overload"``, ``"underload"``, ``"no_sensor"``, ``"old"``, ``"unreadable"``.
    """

    temperature_k: float | None
    flags: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class VoltageReading:
    """Voltage (V; rms where the meter measures ac), None where there is no valid number (see `flags`), and its bench time (s).

    `flags` out of ``"overload"``, ``"unreadable"``.
    """

    voltage_v: float | None
    flags: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class InductanceReading:
    """Series inductance (H) and resistance (ohm) at a frequency (Hz), None where invalid (see `flags`), and the time (s)."""

    inductance_h: float | None
    resistance_ohm: float | None
    frequency_hz: float
    flags: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class StageReading:
    """Angle of a rotation stage (degree), whether it moves, its faults by name, and the bench time (s)."""

    angle_deg: float
    moving: bool
    faults: tuple[str, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class PositionReading:
    """Position along one axis (m), whether it moves, its faults by name, and the bench time (s)."""

    position_m: float
    moving: bool
    faults: tuple[str, ...]
    time_s: float
