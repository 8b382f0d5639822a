"""The bench file: what is connected where, what the magnet takes, what is known of it and how well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from vsmdaq.formats.inputs.bench_calibration import (
    CalibrationTable,
    CoilSpec,
    CoilsTable,
    MountingSpec,
    MountingTable,
    PolesSpec,
    PolesTable,
    ValiditySpec,
)
from vsmdaq.formats.inputs.bench_checks import SIMULATED, DriverFacts, bench_faults, option_value
from vsmdaq.formats.inputs.fields import of, positive, positive_number
from vsmdaq.formats.inputs.problems import Table, read_toml, validate
from vsmdaq.terms import Quantity

__all__ = ["BenchSpec", "InstrumentSpec", "MagnetSpec", "VibrationSpec", "WatchSpec", "parse_bench"]


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """Driver, address and driver's options (in SI) of one instrument."""

    driver: str
    address: str
    options: Mapping[str, float | int | bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MagnetSpec:
    """The electromagnet.

    Attributes
    ----------
    max_current_a, max_rate_a_per_s, safe_rate_a_per_s : float
        Largest current and rate; rate on the way to zero.
    field_constant_per_m : Quantity
        H per current, (A/m)/A.
    lag_s : Quantity
        First-order lag of the field behind the current, s.
    remanence_a_per_m : float
        Largest field that the yoke is expected to keep at zero current, A/m.
    """

    max_current_a: float
    max_rate_a_per_s: float
    safe_rate_a_per_s: float
    field_constant_per_m: Quantity
    lag_s: Quantity
    remanence_a_per_m: float


@dataclass(frozen=True, slots=True)
class VibrationSpec:
    """Frequency (Hz) and peak amplitude (m) of the vibration."""

    frequency_hz: Quantity
    amplitude_m: Quantity


@dataclass(frozen=True, slots=True)
class WatchSpec:
    """What ends a run, beside the faults that the supply reports.

    Attributes
    ----------
    field_tolerance : float
        The field may differ by this share from field constant times current (saturating poles), beside what is stated otherwise.
    max_temperature_k, max_voltage_v : float or None
        Highest reading of the bench's thermometer (K); largest voltage at the magnet (V). None where they are not watched.
    """

    field_tolerance: float = 0.2
    max_temperature_k: float | None = None
    max_voltage_v: float | None = None


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """A bench file, validated. Quantities carry what their owner knows of them.

    Attributes
    ----------
    name : str
        As the file says; that of a simulated bench tells so and names its world, since what was calibrated on it holds
        nowhere else.
    source : Path
        The file.
    visa_library : str
        As PyVISA takes it; a world file with its absolute path.
    calibrations : Path or None
        Folder of the calibrations; None where the file leaves it to the command.
    supply, gaussmeter, lockin, operator, balance : InstrumentSpec
        Drivers and addresses; `balance` is None on a bench without.
    magnet, vibration
        What is moved and how.
    gaussmeter_offset, gaussmeter_gain : Quantity
        reading = offset (A/m) + gain (1) times H.
    noise_density_v_per_sqrt_hz : float
        Expected at the lock-in's input, V rms/sqrt(Hz).
    balance_gain : Quantity
        Reading per mass, 1.
    temperature, pressure, gravity, air_susceptibility : Quantity
        Surroundings: K, Pa (None where not stated), m/s2, volume susceptibility (1).
    low_field_ratio : Quantity
        Field at the upper end of a tube's filling over the field at its lower end, 1. Like `balance_gain` it means
        something only where there is a balance; the file then has to state it.
    beside : mapping of str to InstrumentSpec
        What else stands on the bench: ``"thermometer"``, ``"vibrator"``, ``"voltmeter"``, ``"lcr_meter"``, ``"stage"``, ``"positioner"``.
    watch : WatchSpec
        What ends a run.
    clock_speed : float
        Seconds of bench time in a second; other than 1 only for a simulated world that is served at that speed.
    coils, poles, mounting, validity
        What calibrations depend on, and how long they hold.
    """

    name: str
    source: Path
    visa_library: str
    calibrations: Path | None
    supply: InstrumentSpec
    magnet: MagnetSpec
    gaussmeter: InstrumentSpec
    gaussmeter_offset: Quantity
    gaussmeter_gain: Quantity
    lockin: InstrumentSpec
    noise_density_v_per_sqrt_hz: float
    vibration: VibrationSpec
    operator: InstrumentSpec
    balance: InstrumentSpec | None
    balance_gain: Quantity
    temperature: Quantity
    gravity: Quantity
    air_susceptibility: Quantity
    low_field_ratio: Quantity
    pressure: Quantity | None = None
    beside: Mapping[str, InstrumentSpec] = field(default_factory=dict)
    clock_speed: float = 1.0
    watch: WatchSpec = WatchSpec()
    coils: CoilSpec = field(default_factory=CoilSpec)
    poles: PolesSpec = field(default_factory=PolesSpec)
    mounting: MountingSpec = field(default_factory=MountingSpec)
    validity: ValiditySpec = field(default_factory=ValiditySpec)

    @property
    def amplitude_m(self) -> Quantity:
        """Peak amplitude of the vibration (m)."""
        return self.vibration.amplitude_m


_Text = Annotated[str, Field(min_length=1)]


class _Instrument(Table):
    driver: _Text
    address: _Text
    options: dict[str, Any] = Field(default_factory=dict)


class _Gaussmeter(_Instrument):
    offset: Annotated[Quantity, of("field")]
    gain: Annotated[Quantity, positive("ratio")]


class _LockIn(_Instrument):
    noise: Annotated[float, positive_number("noise density")]


class _Balance(_Instrument):
    gain: Annotated[Quantity, positive("ratio")]


class _Magnet(Table):
    max_current: Annotated[float, positive_number("current")]
    max_rate: Annotated[float, positive_number("current rate")]
    safe_rate: Annotated[float, positive_number("current rate")]
    field_constant: Annotated[Quantity, positive("field per current")]
    lag: Annotated[Quantity, positive("time")]
    remanence: Annotated[float, positive_number("field")]


class _Vibration(Table):
    frequency: Annotated[Quantity, positive("frequency")]
    amplitude: Annotated[Quantity, positive("length")]


class _Environment(Table):
    temperature: Annotated[Quantity, positive("temperature")]
    gravity: Annotated[Quantity, positive("acceleration")]
    air_susceptibility: Annotated[Quantity, of("ratio")]
    pressure: Annotated[Quantity, positive("pressure")] | None = None


class _Gouy(Table):
    low_field_ratio: Annotated[Quantity, of("ratio", above=-1.0, below=1.0)]


class _Watch(Table):
    field_tolerance: Annotated[float, positive_number("ratio")] = 0.2
    max_temperature: Annotated[float, positive_number("temperature")] | None = None
    max_voltage: Annotated[float, positive_number("voltage")] | None = None


class _BenchFile(Table):
    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    name: _Text
    visa_library: str
    calibrations: str | None = None
    clock_speed: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.0
    supply: _Instrument
    magnet: _Magnet
    gaussmeter: _Gaussmeter
    lockin: _LockIn
    vibration: _Vibration
    operator: _Instrument
    environment: _Environment
    balance: _Balance | None = None
    gouy: _Gouy | None = None
    watch: _Watch = Field(default_factory=_Watch)
    thermometer: _Instrument | None = None
    vibrator: _Instrument | None = None
    voltmeter: _Instrument | None = None
    lcr_meter: _Instrument | None = None
    stage: _Instrument | None = None
    positioner: _Instrument | None = None
    coils: CoilsTable | None = None
    poles: PolesTable | None = None
    mounting: MountingTable = Field(default_factory=MountingTable)
    calibration: CalibrationTable = Field(default_factory=CalibrationTable)


_BESIDE = ("thermometer", "vibrator", "voltmeter", "lcr_meter", "stage", "positioner")


def parse_bench(text: str, source: Path, *, known_drivers: Mapping[str, DriverFacts] | None = None) -> BenchSpec:
    """Read a bench file.

    Parameters
    ----------
    text : str
        Its content.
    source : Path
        Where it stands; relative paths in it start there.
    known_drivers : mapping of str to DriverFacts, optional
        Drivers that there are; without it names and limits are not checked (a run that is read back).

    Raises
    ------
    InputError
        Every mistake at once.
    """
    content = read_toml(text, source)
    known = known_drivers or {}
    file = validate(_BenchFile, content, source, text, bench_faults(content, known_drivers))
    return BenchSpec(
        name=_name(file),
        source=source,
        visa_library=_library(file.visa_library, source),
        calibrations=None if file.calibrations is None else source.parent / file.calibrations,
        supply=_spec(file.supply, known, source),
        magnet=MagnetSpec(
            max_current_a=file.magnet.max_current,
            max_rate_a_per_s=file.magnet.max_rate,
            safe_rate_a_per_s=file.magnet.safe_rate,
            field_constant_per_m=file.magnet.field_constant,
            lag_s=file.magnet.lag,
            remanence_a_per_m=file.magnet.remanence,
        ),
        gaussmeter=_spec(file.gaussmeter, known, source),
        gaussmeter_offset=file.gaussmeter.offset,
        gaussmeter_gain=file.gaussmeter.gain,
        lockin=_spec(file.lockin, known, source),
        noise_density_v_per_sqrt_hz=file.lockin.noise,
        vibration=VibrationSpec(file.vibration.frequency, file.vibration.amplitude),
        operator=_spec(file.operator, known, source),
        balance=None if file.balance is None else _spec(file.balance, known, source),
        balance_gain=Quantity(1.0) if file.balance is None else file.balance.gain,
        temperature=file.environment.temperature,
        gravity=file.environment.gravity,
        air_susceptibility=file.environment.air_susceptibility,
        low_field_ratio=Quantity(0.0) if file.gouy is None else file.gouy.low_field_ratio,
        pressure=file.environment.pressure,
        clock_speed=file.clock_speed,
        coils=CoilSpec() if file.coils is None else file.coils.made(),
        poles=PolesSpec() if file.poles is None else file.poles.made(),
        mounting=file.mounting.made(),
        validity=file.calibration.made(),
        watch=WatchSpec(file.watch.field_tolerance, file.watch.max_temperature, file.watch.max_voltage),
        beside={
            role: _spec(instrument, known, source)
            for role in _BESIDE
            if (instrument := getattr(file, role)) is not None
        },
    )


def _spec(instrument: _Instrument, known: Mapping[str, DriverFacts], source: Path) -> InstrumentSpec:
    options = known[instrument.driver].options if instrument.driver in known else {}
    values = {
        key: option_value(value, options[key].dimension) for key, value in instrument.options.items() if key in options
    }
    files = {
        key: str((source.parent / str(value)).resolve())
        for key, value in values.items()
        if options[key].dimension == "file"
    }
    return InstrumentSpec(instrument.driver, instrument.address, values | files)


def _library(library: str, source: Path) -> str:
    """The VISA library; the world file of a simulated one is found from the bench file."""
    if not library.endswith(SIMULATED):
        return library
    return f"{(source.parent / library.removesuffix(SIMULATED)).resolve()}{SIMULATED}"


def _name(file: _BenchFile) -> str:
    if not file.visa_library.endswith(SIMULATED):
        return file.name
    return f"{file.name} (simulated: {Path(file.visa_library.removesuffix(SIMULATED)).name})"
