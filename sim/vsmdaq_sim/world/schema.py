"""The tables of a world file: flat, strict, frozen. Names carry their unit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from vsmdaq_sim.world.extents import Extent

__all__ = [
    "SAMPLE_TABLES",
    "BalanceTable",
    "BusTable",
    "ClockTable",
    "CoilsTable",
    "CurrentLoopTable",
    "EmptyTable",
    "FaultTable",
    "GaussmeterTable",
    "GouyTable",
    "InstrumentTable",
    "LinearTable",
    "MagnetTable",
    "MeasuredLoopTable",
    "NickelTable",
    "OperatorTable",
    "ParamagnetTable",
    "PreisachTable",
    "SampleTable",
    "SignalTable",
    "TanhPlayTable",
    "TubeTable",
    "VibrationTable",
    "ViscosityTable",
    "WorldTable",
]

Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class WorldTable(_Table):
    """What is true everywhere."""

    name: str
    seed: int
    temperature_k: Positive
    gravity_m_per_s2: Positive
    air_volume_susceptibility: float
    static_yaml: str | None = None


class ClockTable(_Table):
    """Date and time of bench time zero."""

    epoch: AwareDatetime


class BusTable(_Table):
    """Cost of one message on the bus."""

    message_s: Positive


class MagnetTable(_Table):
    """Electromagnet; `field_constant_per_m` is H per current, (A/m)/A."""

    field_constant_per_m: Positive
    lag_s: Positive
    remanence_a_per_m: NotNegative
    remanence_radii_a: Annotated[list[Positive], Field(min_length=1)]
    resistance_ohm: NotNegative
    inductance_h: NotNegative


class CoilsTable(_Table):
    """Four pick-up coils, axes along the field (x); z is the vibration axis."""

    radius_m: Positive
    turns: Annotated[int, Field(gt=0)]
    half_spacing_x_m: Positive
    half_spacing_z_m: Positive


class VibrationTable(_Table):
    """Vibration; amplitudes are peak values: ``z = a cos wt + a_3 cos(3 wt + phase)``."""

    frequency_hz: Positive
    amplitude_m: Positive
    third_harmonic_m: NotNegative = 0.0
    third_harmonic_phase_deg: float = 0.0


class SignalTable(_Table):
    """From coil to lock-in; noise density per quadrature, one-sided, with 1/f noise below the corner."""

    phase_deg: float
    noise_v_per_sqrt_hz: NotNegative
    noise_corner_hz: NotNegative = 0.0
    crosstalk_v_rms: float
    crosstalk_phase_deg: float
    holder_moment_per_field_m3: float
    holder_temperature_coefficient_per_k: float = 0.0
    holder_curie_constant_m3_k: float = 0.0


class GaussmeterTable(_Table):
    """Hall probe: reading = offset + gain * H + noise, one every interval; in steps of the resolution where it has one.

    H is that at the probe: in the gap the field at the sample over `sample_factor`, elsewhere what chamber and reference magnet have.
    """

    offset_a_per_m: float
    gain: Positive
    noise_a_per_m: NotNegative
    interval_s: Positive
    resolution_a_per_m: NotNegative = 0.0
    offset_drift_a_per_m_per_hour: float = 0.0
    gain_drift_per_hour: float = 0.0
    sample_factor: Positive = 1.0
    chamber_a_per_m: float = 0.0
    reference_a_per_m: float | None = None


class BalanceTable(_Table):
    """Balance: first order mechanics, gain error, drift, noise per reading."""

    readability_kg: Positive
    noise_kg: NotNegative
    interval_s: Positive
    settling_s: Positive
    gain_error: Annotated[float, Field(gt=-1.0)]
    drift_kg_per_s: float
    stability_band_kg: Positive
    stability_time_s: NotNegative


class GouyTable(_Table):
    """Field at the upper end of the column, as a fraction of that at the lower end."""

    low_field_ratio: float


class OperatorTable(_Table):
    """Bench time of one step of the operator."""

    mount_s: NotNegative


class InstrumentTable(_Table):
    """One instrument on the bus."""

    kind: str
    address: str
    reply_s: NotNegative
    options: dict[str, Any] = Field(default_factory=dict)


class FaultTable(_Table):
    """Something that goes wrong; see `vsmdaq_sim.faults.Fault` for what each key means."""

    instrument: str
    kind: str
    match: str = ""
    after: Annotated[int, Field(ge=0)] = 0
    times: Annotated[int, Field(ge=0)] = 1
    at_s: NotNegative | None = None
    until_s: NotNegative | None = None
    probability: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    delay_s: NotNegative = 5.0
    duration_s: NotNegative = 5.0
    text: str | None = None
    what: str = ""
    count: Annotated[int, Field(ge=1)] = 1


class ViscosityTable(_Table):
    """The part `share` of the moment follows late, with times spread evenly in their logarithm from shortest to longest."""

    share: Annotated[float, Field(ge=0.0, le=1.0)]
    shortest_s: Positive
    longest_s: Positive
    modes: Annotated[int, Field(ge=1, le=200)] = 24

    @model_validator(mode="after")
    def _ordered(self) -> ViscosityTable:
        if self.longest_s <= self.shortest_s:
            raise ValueError("longest_s must be more than shortest_s")
        return self


class _Sample(_Table):
    """A sample: mass and shape are optional where the material does not need them.

    A sphere has `diameter_m` alone (demagnetising factor 1/3); a cylinder has `length_m` and `demagnetising_factor` too.
    The coils see a point at their middle, unless `extent` says what they see, and `position_m` where its middle rests.
    """

    mass_kg: Positive | None = None
    molar_mass_kg_per_mol: Positive | None = None
    diameter_m: Positive | None = None
    length_m: Positive | None = None
    demagnetising_factor: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    position_m: Annotated[list[float], Field(min_length=3, max_length=3)] | None = None
    extent: Annotated[Extent, Field(discriminator="shape")] | None = None
    viscosity: ViscosityTable | None = None


class TanhPlayTable(_Sample):
    """Hysteretic: m = m_s tanh(p/width) of the play operator p (half width = coercive field) of the internal field."""

    material: Literal["tanh-play"]
    moment_a_m2: Positive
    coercive_field_a_per_m: NotNegative
    width_a_per_m: Positive


class PreisachTable(_Sample):
    """Hysteretic with exact minor loops: plays of lognormal half widths, each through tanh; no demagnetisation."""

    material: Literal["preisach"]
    moment_a_m2: Positive
    coercive_field_a_per_m: Positive
    spread: Annotated[float, Field(gt=0.0, le=2.0)]
    width_a_per_m: Positive


class NickelTable(_Sample):
    """Nickel sphere; `moment_a_m2` at 398 kA/m and 298 K. Without `initial_susceptibility` it is infinitely soft."""

    material: Literal["nickel"]
    moment_a_m2: Positive
    initial_susceptibility: Positive | None = None
    field_coefficient: float = 0.0026
    temperature_coefficient_per_k: float = -0.00047


class LinearTable(_Sample):
    """Linear: internal susceptibility by volume, or by mass; at 298 K, with a relative temperature coefficient."""

    material: Literal["linear"]
    volume_susceptibility: Annotated[float, Field(gt=-1.0)] | None = None
    mass_susceptibility_m3_per_kg: float | None = None
    temperature_coefficient_per_k: float = 0.0


class ParamagnetTable(_Sample):
    """Law of Curie and Weiss: mass susceptibility C/(T - theta), internal, linear in the field."""

    material: Literal["paramagnet"]
    curie_constant_m3_k_per_kg: Positive
    weiss_temperature_k: float


class MeasuredLoopTable(_Sample):
    """A measured loop: two columns, H (A/m) and m (A m2), from +H_max down to -H_max and back."""

    material: Literal["measured-loop"]
    file: str
    crossover_a_per_m: Positive


class CurrentLoopTable(_Sample):
    """A moment that knows no field: N I A of a small coil."""

    material: Literal["current-loop"]
    moment_a_m2: float


class EmptyTable(_Sample):
    """Nothing but the holder."""

    material: Literal["empty"]


SampleTable = (
    TanhPlayTable
    | PreisachTable
    | NickelTable
    | LinearTable
    | ParamagnetTable
    | MeasuredLoopTable
    | CurrentLoopTable
    | EmptyTable
)

SAMPLE_TABLES: dict[str, type[SampleTable]] = {
    "tanh-play": TanhPlayTable,
    "preisach": PreisachTable,
    "nickel": NickelTable,
    "linear": LinearTable,
    "paramagnet": ParamagnetTable,
    "measured-loop": MeasuredLoopTable,
    "current-loop": CurrentLoopTable,
    "empty": EmptyTable,
}


class TubeTable(_Table):
    """A Gouy tube; an empty one has no bore and no susceptibility. Force of the tube itself: blank_force * H**2."""

    load_mass_kg: Positive
    blank_force_n_per_a2_m2: float
    bore_diameter_m: Positive | None = None
    volume_susceptibility: float | None = None
    density_kg_per_m3: Positive | None = None
    molar_mass_kg_per_mol: Positive | None = None
