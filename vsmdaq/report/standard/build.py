"""From a run to the report as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.constants import MU0
from vsmdaq.reduce.covariance import PointEstimates
from vsmdaq.report.standard.a342 import A342
from vsmdaq.report.standard.deviations import common_deviations
from vsmdaq.report.standard.fields import (
    Budget,
    Contribution,
    FieldRange,
    Measured,
    PointRow,
    StandardReport,
    Temperature,
    Value,
)
from vsmdaq.report.standard.iec60404_15 import IEC60404_15
from vsmdaq.report.standard.iec60404_18 import IEC60404_18
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.specimen import (
    calibrants_of,
    calibrations_of,
    demagnetisation_of,
    instruments_of,
    measurement_of,
    specimen_of,
)
from vsmdaq.report.standard.standard import Context, Result, Standard
from vsmdaq.report.standard.units import PROBABILITY, System, Units
from vsmdaq.terms import Estimate, InputError, Problem
from vsmdaq.uncertainty import EstimateArray, budget, linear_combination

__all__ = ["STANDARDS", "standard_named", "standard_report"]

STANDARDS: Mapping[str, Standard] = MappingProxyType(
    {standard.name.key: standard for standard in (A342, IEC60404_15, IEC60404_18)}
)
"""Standards whose shape there is, by short name."""

_SI_VALUE = re.compile(r"\d ?(?:[kMmµn]?A/m|[kmµn]?A m2|A·m²|[mµ]?T|kg|m[gm]|m3|J)\b")
"""A number with an SI unit that has another in CGS."""


def standard_named(name: str, kind: str, run_id: str) -> Standard:
    """The standard of a short name, where it fits a run of a kind. Raises InputError where there is none, or it does not fit."""
    standard = STANDARDS.get(name)
    if standard is None:
        raise InputError("report", (Problem("--standard", repr(name), ", ".join(map(repr, STANDARDS))),))
    if kind not in standard.kinds:
        allowed = f"a run of {' or '.join(map(repr, standard.kinds))}"
        problem = Problem("procedure", repr(kind), allowed, f"{standard.name.designation} is about other results.")
        raise InputError(run_id, (problem,))
    return standard


def standard_report(source: Source, standard: Standard, system: System = "si") -> StandardReport:
    """Return the report on a run in the shape of a standard.

    Parameters
    ----------
    source : Source
        The run and what was found.
    standard : Standard
        One of `STANDARDS`.
    system : str
        ``"si"`` or ``"cgs"``: the one system that all values and sentences are in.

    Raises
    ------
    InputError
        The run has no specimen, too few usable points or no moment calibration.
    """
    units = Units(system)
    points = source.points()
    places, clear = source.clear_points(points)
    results = standard.results(source, clear)
    demagnetisation, calibrants = demagnetisation_of(source, units), calibrants_of(source)
    context = Context(source, units, points, clear, results, demagnetisation, calibrants)
    had = [(result, _value(result, units)) for result in results.had]
    flags = source.result.flags
    told = flags if system == "si" else tuple(flag for flag in flags if not _SI_VALUE.search(flag))
    return StandardReport(
        standard=standard.name,
        units=system,
        probability=PROBABILITY,
        measurement=measurement_of(source, units),
        instruments=instruments_of(source),
        specimen=specimen_of(source, units),
        demagnetisation=demagnetisation,
        field=_field(points, units),
        temperature=_temperature(source, units),
        calibrants=calibrants,
        calibrations=calibrations_of(source, units),
        results=tuple(value for _, value in had),
        absent=results.absent,
        points=_rows(points, places, clear, units),
        budgets=tuple(_budget(result, units) for result in results.had),
        deviations=(*standard.deviations(context), *common_deviations(context)),
        flags=told,
        flags_with_si_values=len(flags) - len(told),
    )


def _measured(units: Units, name: str, estimate: Estimate) -> Measured:
    value = units.measured(name, estimate)
    if value is None:
        raise ValueError(f"{name}: {estimate.unit} has no unit in {units.system}")
    return value


def _value(result: Result, units: Units) -> Value:
    return Value(result.name, result.symbol, result.definition, _measured(units, result.name, result.estimate))


def _field(points: PointEstimates, units: Units) -> FieldRange:
    def at(array: EstimateArray, index: np.intp) -> Measured:
        return _measured(units, "field", array.estimate(int(index)))

    applied, internal = points.applied, points.internal
    return FieldRange(
        points=int(applied.values.size),
        lowest_applied=at(applied, np.argmin(applied.values)),
        highest_applied=at(applied, np.argmax(applied.values)),
        smallest_applied=at(applied, np.argmin(np.abs(applied.values))),
        largest_internal=at(internal, np.argmax(np.abs(internal.values))),
    )


def _temperature(source: Source, units: Units) -> Temperature:
    bench = source.run.bench
    ambient = units.measured("temperature", bench.temperature)
    if ambient is None:
        raise ValueError("temperature has no unit")
    values = [p.temperature_k for p in source.run.moment_points]
    thermometer = bench.beside.get("thermometer")
    told = f"thermometer ({thermometer.driver})" if thermometer is not None else "bench file or gaussmeter's probe"
    return Temperature(ambient, min(values), float(np.mean(values)), max(values), told)


def _rows(
    points: PointEstimates, places: NDArray[np.intp], clear: PointEstimates | None, units: Units
) -> tuple[PointRow, ...]:
    """All points with M; without a shape there is no M, and no row."""
    magnetization = points.magnetization
    if magnetization is None:
        return ()
    ratios = (
        {}
        if clear is None or clear.susceptibility is None
        else dict(zip(places.tolist(), range(places.size), strict=True))
    )
    rows: list[PointRow] = []
    for i, index in enumerate(points.index.tolist()):
        m = magnetization.estimate(i)
        permeability = None
        if i in ratios and clear is not None and clear.susceptibility is not None:
            chi = clear.susceptibility.estimate(ratios[i])
            permeability = _measured(units, "relative_permeability", Estimate(1.0 + chi.value, "1", chi.components))
        rows.append(
            PointRow(
                index=int(index),
                field_applied=_measured(units, "field", points.applied.estimate(i)),
                field_internal=_measured(units, "field", points.internal.estimate(i)),
                magnetization=_measured(units, "magnetization", m),
                polarization=_measured(units, "polarization", linear_combination([MU0], [m], "T")),
                relative_permeability=permeability,
            )
        )
    return tuple(rows)


def _group(name: str) -> str:
    """Components that one run's noise was split into, to keep its covariance, stand in one line."""
    return name.partition("[")[0].partition(".")[0] if name.startswith("noise:") else name


def _budget(result: Result, units: Units) -> Budget:
    found = units.factor(result.name, result.estimate.unit)
    scale, unit = (1.0, result.estimate.unit) if found is None else found
    lines = tuple(
        Contribution(line.input, line.contribution * scale, line.share, line.noise, line.dof)
        for line in budget(result.estimate, _group)
        if line.contribution != 0.0
    )
    return Budget(result.name, unit, lines)
