"""Sections that say what was measured and with what: specimen, N, run, instruments, calibrant, calibrations."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from vsmdaq.physics import demagnetisation
from vsmdaq.reduce.geometry import demagnetising_factor, shape_inputs, volume_m3
from vsmdaq.report.standard.fields import (
    Calibrant,
    Calibration,
    Demagnetisation,
    Instrument,
    Measured,
    Measurement,
    Specimen,
)
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.units import Units
from vsmdaq.terms import Artefact, Estimate, Quantity
from vsmdaq.uncertainty import propagate

__all__ = ["calibrants_of", "calibrations_of", "demagnetisation_of", "instruments_of", "measurement_of", "specimen_of"]

NOT_STATED = "not stated"
_CERTIFIED = re.compile(r"certificate (?P<number>.+?), traceable, (?P<source>.+)")
_NEXT = re.compile(r"; (?=[^:;]+: (?:certificate|literature|typical|dimensions|volume)\b)")
"""Where one of several calibrants of a joint calibration ends."""

_STATUS = re.compile(r"(?P<status>certificate|literature|typical)\b,? ?(?P<rest>.*)")
_GEOMETRY = re.compile(r"(?:dimensions|volume)\b.*")
"""Of a way of calibrating that rests on lengths instead of on a known moment."""
_CONDITION_UNITS: tuple[tuple[str, str], ...] = (
    ("_a_per_m", "A/m"),
    ("_hz", "Hz"),
    ("_deg", "deg"),
    ("_k", "K"),
    ("_m", "m"),
    ("_s", "s"),
)


def _required(value: Measured | None, name: str) -> Measured:
    if value is None:
        raise ValueError(f"{name} has no unit in this system")
    return value


def specimen_of(source: Source, units: Units) -> Specimen:
    """Shape, dimensions, mass; volume and density with what their inputs leave uncertain."""
    sample = source.sample
    shape = sample.shape
    lengths = {} if shape is None else demagnetisation.dimensions(shape)
    inputs = shape_inputs(sample)
    volume = density = None
    if shape is not None:
        volume = propagate(lambda x: volume_m3(sample, x) or 0.0, inputs, unit="m3")
        if sample.mass is not None:
            of_mass: dict[str, Quantity | Estimate] = {**inputs, "mass": sample.mass}
            density = propagate(lambda x: x["mass"] / (volume_m3(sample, x) or 1.0), of_mass, unit="kg/m3")
    return Specimen(
        name=sample.name,
        shape=NOT_STATED if shape is None else type(shape).__name__.lower(),
        field_direction=str(getattr(shape, "field", "any" if shape is not None else NOT_STATED)),
        dimensions={name: _required(units.measured("length", length), name) for name, length in lengths.items()},
        volume=None if volume is None else units.measured("volume", volume),
        mass=None if sample.mass is None else units.measured("mass", sample.mass),
        density=None if density is None else units.measured("density", density),
        molar_mass=None if sample.molar_mass is None else units.measured("molar_mass", sample.molar_mass),
    )


def demagnetisation_of(source: Source, units: Units) -> Demagnetisation:
    """N along the field with u from the dimensions, and what it is the N of."""
    sample = source.sample
    if sample.shape is None:
        return Demagnetisation(
            None, "no shape is stated: the internal field is taken as the applied one", corrected=False
        )
    factor = propagate(lambda x: demagnetising_factor(sample, x) or 0.0, shape_inputs(sample))
    exact = demagnetisation.is_ellipsoid(sample.shape)
    basis = (
        "ellipsoid (or sphere), closed form, for any susceptibility"
        if exact
        else "magnetometric, closed form for this shape magnetised uniformly (susceptibility towards 0)"
    )
    return Demagnetisation(units.measured("demagnetising_factor", factor), basis, corrected=True)


def measurement_of(source: Source, units: Units) -> Measurement:
    """The run and its settings."""
    run, description = source.run, source.description
    files: Mapping[str, Any] = description.get("files", {})
    gap = run.bench.poles.gap
    points = run.moment_points
    return Measurement(
        run_id=run.run_id,
        procedure=run.procedure.kind,
        title=run.procedure.title or str(description.get("name", run.procedure.name)),
        started_utc=str(description.get("started_utc", NOT_STATED)),
        software=f"vsmdaq {description.get('vsmdaq', NOT_STATED)}",
        bench=run.bench.name,
        simulated=run.bench.visa_library.endswith("@vsmsim") or "(simulated" in run.bench.name,
        frequency=_required(units.measured("frequency", run.bench.vibration.frequency_hz), "frequency"),
        amplitude=_required(units.measured("amplitude", run.bench.amplitude_m), "amplitude"),
        coil_set=run.bench.coils.name or NOT_STATED,
        pole_gap=None if gap is None else units.measured("gap", gap),
        time_constants_s=tuple(sorted({p.time_constant_s for p in points})),
        filter_poles=tuple(sorted({p.filter_poles for p in points})),
        plan_sha256=str(description.get("plan", {}).get("digest", NOT_STATED)),
        files_sha256={name: hashlib.sha256(str(text).encode()).hexdigest() for name, text in sorted(files.items())},
        corrections_left_out=tuple(sorted(run.without)),
    )


def instruments_of(source: Source) -> tuple[Instrument, ...]:
    """What took part, by role, with the identity that it gave."""
    bench = source.run.bench
    drivers = {"supply": bench.supply, "gaussmeter": bench.gaussmeter, "lockin": bench.lockin, **bench.beside}
    identities: Mapping[str, Any] = source.description.get("identities", {})
    return tuple(
        Instrument(role, spec.driver, str(identities.get(role, "no identity recorded")))
        for role, spec in drivers.items()
    )


def calibrants_of(source: Source) -> tuple[Calibrant, ...]:
    """What the moment calibration says of its references, each once; anything but a full certificate is not traceable."""
    artefact = source.run.artefacts.get("moment")
    if artefact is None or not artefact.reference:
        return (Calibrant(NOT_STATED, NOT_STATED, "", traceable=False, source=NOT_STATED),)
    return tuple(_calibrant(text) for text in dict.fromkeys(_NEXT.split(artefact.reference.removeprefix("joint: "))))


def _calibrant(text: str) -> Calibrant:
    name, _, status = text.partition(": ")
    certified = _CERTIFIED.fullmatch(status)
    if certified is not None and "not called traceable" not in status:
        return Calibrant(name, "certificate", certified["number"], traceable=True, source=certified["source"])
    if _GEOMETRY.fullmatch(status):
        return Calibrant(name, "stated dimensions", "", traceable=False, source=status)
    stated = _STATUS.fullmatch(status)
    if stated is None:
        return Calibrant(name, NOT_STATED, "", traceable=False, source=status or NOT_STATED)
    rest = re.sub(r" \(not called traceable: .*\)$", "", stated["rest"])
    number, source_text = "", rest
    if stated["status"] == "certificate":
        number, _, source_text = rest.partition(", ")
    return Calibrant(name, stated["status"], number, traceable=False, source=source_text)


def calibrations_of(source: Source, units: Units) -> tuple[Calibration, ...]:
    """All calibrations in force, the oldest first."""
    found = sorted(source.run.artefacts.values(), key=lambda artefact: (artefact.created_utc, artefact.kind))
    return tuple(_calibration(artefact, units) for artefact in found)


def _calibration(artefact: Artefact, units: Units) -> Calibration:
    values = {name: units.measured(f"field {name}", estimate) for name, estimate in artefact.values.items()}
    conditions = {name: units.measured("field", _condition(name, value)) for name, value in artefact.conditions.items()}
    return Calibration(
        kind=artefact.kind,
        created_utc=artefact.created_utc,
        expires_utc=artefact.expires_utc,
        bench=artefact.bench,
        reference=artefact.reference,
        runs=dict(artefact.runs),
        digest=artefact.digest,
        conditions={name: value for name, value in conditions.items() if value is not None},
        labels=dict(artefact.labels),
        values={name: value for name, value in values.items() if value is not None},
        without_cgs_unit=tuple(name for name, value in {**values, **conditions}.items() if value is None),
    )


def _condition(name: str, value: float) -> Quantity:
    """A condition with the unit that its name ends on."""
    unit = next((unit for ending, unit in _CONDITION_UNITS if name.endswith(ending)), "1")
    return Quantity(value, unit=unit)
