"""Everything in a report in the shape of a standard, as data: HTML page and JSON say what stands here, and no more.

All values are in one system of units; docs/standard-report.md names every field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "Absent",
    "Budget",
    "Calibrant",
    "Calibration",
    "Contribution",
    "Demagnetisation",
    "Deviation",
    "FieldRange",
    "Instrument",
    "Measured",
    "Measurement",
    "PointRow",
    "Specimen",
    "StandardName",
    "StandardReport",
    "Temperature",
    "Value",
]


@dataclass(frozen=True, slots=True)
class Measured:
    """Value, standard uncertainty u, expanded uncertainty U = k u of 95 %, k, degrees of freedom (inf: infinite), unit."""

    value: float
    u: float
    expanded: float
    coverage_factor: float
    dof: float
    unit: str


@dataclass(frozen=True, slots=True)
class StandardName:
    """Short name, designation, what it is about; and what this report says of its own standing."""

    key: str
    designation: str
    subject: str
    claim: str


@dataclass(frozen=True, slots=True)
class Specimen:
    """What was measured: shape, how the field lies to it, dimensions, mass; volume and density follow."""

    name: str
    shape: str
    field_direction: str
    dimensions: Mapping[str, Measured]
    volume: Measured | None
    mass: Measured | None
    density: Measured | None
    molar_mass: Measured | None


@dataclass(frozen=True, slots=True)
class Demagnetisation:
    """Demagnetising factor N (4 pi N in CGS stands beside), how it was had, whether results are corrected with it."""

    factor: Measured | None
    basis: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class FieldRange:
    """Fields of the usable points, with sign: lowest and highest applied one, those of the smallest and the largest size."""

    points: int
    lowest_applied: Measured
    highest_applied: Measured
    smallest_applied: Measured
    largest_internal: Measured


@dataclass(frozen=True, slots=True)
class Temperature:
    """K: what the bench file states for the surroundings, what stands beside the points, and where that is from."""

    ambient: Measured
    lowest_k: float
    mean_k: float
    highest_k: float
    source: str


@dataclass(frozen=True, slots=True)
class Calibrant:
    """One that the moment calibration rests on; `traceable` only with certificate, value, u and the point where it holds."""

    name: str
    status: str
    certificate: str
    traceable: bool
    source: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration in force: when, from which run, recognised by which digests, what it found, under what conditions."""

    kind: str
    created_utc: str
    expires_utc: str
    bench: str
    reference: str
    runs: Mapping[str, str]
    digest: str
    conditions: Mapping[str, Measured]
    labels: Mapping[str, str]
    values: Mapping[str, Measured]
    without_cgs_unit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """Role, driver, what it says it is."""

    role: str
    driver: str
    identity: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """The run: procedure, bench, when, with which settings; digests of the files that describe it."""

    run_id: str
    procedure: str
    title: str
    started_utc: str
    software: str
    bench: str
    simulated: bool
    frequency: Measured
    amplitude: Measured
    coil_set: str
    pole_gap: Measured | None
    time_constants_s: tuple[float, ...]
    filter_poles: tuple[int, ...]
    plan_sha256: str
    files_sha256: Mapping[str, str]
    corrections_left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A result: name, symbol and definition, value."""

    name: str
    symbol: str
    definition: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class Absent:
    """A result that the standard is about and that could not be had."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """One point: fields, magnetisation M, polarisation (J = mu0 M, or 4 pi M in CGS), permeability 1 + M/H_internal."""

    index: int
    field_applied: Measured
    field_internal: Measured
    magnetization: Measured
    polarization: Measured
    relative_permeability: Measured | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One input of a budget: sensitivity times u, share of u² (0 to 1), whether it is noise, degrees of freedom."""

    input: str
    contribution: float
    share: float
    noise: bool
    dof: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Budget of one result."""

    name: str
    unit: str
    lines: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where the measurement is not as the standard has it: a code, what is asked and by whom, what was found."""

    code: str
    asked: str
    source: str
    found: str


@dataclass(frozen=True, slots=True)
class StandardReport:
    """The report."""

    standard: StandardName
    units: str
    probability: float
    measurement: Measurement
    instruments: tuple[Instrument, ...]
    specimen: Specimen
    demagnetisation: Demagnetisation
    field: FieldRange
    temperature: Temperature
    calibrants: tuple[Calibrant, ...]
    calibrations: tuple[Calibration, ...]
    results: tuple[Value, ...]
    absent: tuple[Absent, ...]
    points: tuple[PointRow, ...]
    budgets: tuple[Budget, ...]
    deviations: tuple[Deviation, ...]
    flags: tuple[str, ...]
    flags_with_si_values: int
