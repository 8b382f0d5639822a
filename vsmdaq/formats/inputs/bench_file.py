"""The bench file: what is connected where, what the magnet takes, what is known of it and how well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vsmdaq.formats.inputs.fields import of, positive, positive_number
from vsmdaq.formats.inputs.problems import Table, read_toml, validate
from vsmdaq.terms import InputError, Problem, Quantity

__all__ = ["BenchSpec", "DriverFacts", "InstrumentSpec", "MagnetSpec", "VibrationSpec", "parse_bench"]

SIMULATED = "@vsmsim"


@dataclass(frozen=True, slots=True)
class DriverFacts:
    """What the parser needs to know of a driver: its role, and a supply's own limits (A, A/s)."""

    role: str
    max_current_a: float | None = None
    max_rate_a_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """Driver and address of one instrument."""

    driver: str
    address: str


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
class BenchSpec:
    """A bench file, validated. Quantities carry what their owner knows of them."""

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

    @property
    def amplitude_m(self) -> Quantity:
        """Peak amplitude of the vibration (m)."""
        return self.vibration.amplitude_m


class _Instrument(Table):
    driver: str
    address: str


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


class _Gouy(Table):
    low_field_ratio: Annotated[Quantity, of("ratio")]


class _BenchFile(Table):
    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    name: str
    visa_library: str
    calibrations: str | None = None
    supply: _Instrument
    magnet: _Magnet
    gaussmeter: _Gaussmeter
    lockin: _LockIn
    vibration: _Vibration
    operator: _Instrument
    environment: _Environment
    balance: _Balance | None = None
    gouy: _Gouy | None = None


ROLES = ("supply", "gaussmeter", "lockin", "balance", "operator")


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
    file = validate(_BenchFile, read_toml(text, source), source)
    if known_drivers is not None:
        problems = (*_driver_problems(file, known_drivers), *_limit_problems(file, known_drivers))
        if problems:
            raise InputError(str(source), problems)
    return BenchSpec(
        name=file.name,
        source=source,
        visa_library=_library(file.visa_library, source),
        calibrations=None if file.calibrations is None else source.parent / file.calibrations,
        supply=_spec(file.supply),
        magnet=MagnetSpec(
            max_current_a=file.magnet.max_current,
            max_rate_a_per_s=file.magnet.max_rate,
            safe_rate_a_per_s=file.magnet.safe_rate,
            field_constant_per_m=file.magnet.field_constant,
            lag_s=file.magnet.lag,
            remanence_a_per_m=file.magnet.remanence,
        ),
        gaussmeter=_spec(file.gaussmeter),
        gaussmeter_offset=file.gaussmeter.offset,
        gaussmeter_gain=file.gaussmeter.gain,
        lockin=_spec(file.lockin),
        noise_density_v_per_sqrt_hz=file.lockin.noise,
        vibration=VibrationSpec(file.vibration.frequency, file.vibration.amplitude),
        operator=_spec(file.operator),
        balance=None if file.balance is None else _spec(file.balance),
        balance_gain=Quantity(1.0) if file.balance is None else file.balance.gain,
        temperature=file.environment.temperature,
        gravity=file.environment.gravity,
        air_susceptibility=file.environment.air_susceptibility,
        low_field_ratio=Quantity(0.0) if file.gouy is None else file.gouy.low_field_ratio,
    )


def _spec(instrument: _Instrument) -> InstrumentSpec:
    return InstrumentSpec(instrument.driver, instrument.address)


def _library(library: str, source: Path) -> str:
    """The VISA library; the world file of a simulated one is found from the bench file."""
    if not library.endswith(SIMULATED):
        return library
    return f"{(source.parent / library.removesuffix(SIMULATED)).resolve()}{SIMULATED}"


def _driver_problems(file: _BenchFile, known: Mapping[str, DriverFacts]) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    for role in ROLES:
        instrument: _Instrument | None = getattr(file, role)
        if instrument is None:
            continue
        fitting = [name for name, facts in known.items() if facts.role == role]
        if instrument.driver not in fitting:
            problems.append(Problem(f"{role}.driver", repr(instrument.driver), ", ".join(map(repr, fitting))))
    return tuple(problems)


def _limit_problems(file: _BenchFile, known: Mapping[str, DriverFacts]) -> tuple[Problem, ...]:
    """Limits above what the supply itself can do are a mistake in the file, not something to be narrowed in silence."""
    magnet = file.magnet
    problems: list[Problem] = []
    facts = known.get(file.supply.driver)
    supply = f"the {file.supply.driver}'s own limit"
    if facts is not None and facts.max_current_a is not None and magnet.max_current > facts.max_current_a:
        allowed = f"up to {facts.max_current_a:g} A, {supply}"
        problems.append(Problem("magnet.max_current", f"{magnet.max_current:g} A", allowed))
    if facts is not None and facts.max_rate_a_per_s is not None and magnet.max_rate > facts.max_rate_a_per_s:
        allowed = f"up to {facts.max_rate_a_per_s:g} A/s, {supply}"
        problems.append(Problem("magnet.max_rate", f"{magnet.max_rate:g} A/s", allowed))
    if magnet.safe_rate > magnet.max_rate:
        allowed = f"up to magnet.max_rate, {magnet.max_rate:g} A/s"
        problems.append(Problem("magnet.safe_rate", f"{magnet.safe_rate:g} A/s", allowed))
    return tuple(problems)
