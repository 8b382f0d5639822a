"""IEC 60404-18: permanent magnet materials in an open magnetic circuit, by vibrating-sample magnetometer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vsmdaq.physics.constants import MU0, ZERO_CELSIUS_K
from vsmdaq.reduce.covariance import PointEstimates
from vsmdaq.report.standard.fields import Absent, Deviation, StandardName
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.standard import Context, Limit, Result, Results, Standard, claim_of
from vsmdaq.terms import Estimate
from vsmdaq.uncertainty import linear_combination

__all__ = ["IEC60404_18"]

_DESIGNATION = "IEC 60404-18:2025"
_TEMPERATURES = f"{_DESIGNATION} (as IEC TR 63304:2021 has it)"

AMBIENT = Limit("temperature", ZERO_CELSIUS_K + 18.0, ZERO_CELSIUS_K + 28.0, "K", _TEMPERATURES)
"""Surroundings at 23 °C ± 5 °C."""

SPECIMEN = Limit("temperature", ZERO_CELSIUS_K + 19.0, ZERO_CELSIUS_K + 27.0, "K", _TEMPERATURES)
"""Specimen; for materials whose properties depend much on temperature."""

HELD_K = 1.0
"""The specimen is held within plus and minus this."""

_SYMBOLS: Mapping[str, tuple[str, str]] = {
    "coercive_field": ("H_cJ", "|H_internal| at J = 0, mean of both branches"),
    "coercive_field_b": ("H_cB", "|H_internal| at B = 0, mean of both branches"),
    "maximum_energy_product": (
        "(BH)_max",
        "largest |B H_internal| of the demagnetisation curve, mean of both branches",
    ),
}


def _results(source: Source, clear: PointEstimates | None) -> Results:
    """J_r, H_cJ, H_cB and (BH)max, from the curve corrected for self-demagnetisation."""
    del clear
    had: list[Result] = []
    absent: list[Absent] = []
    remanent = source.quantities.get("remanent_magnetization")
    if remanent is not None:
        polarization = linear_combination([MU0], [remanent.estimate], "T")
        had.append(Result("remanent_polarization", "J_r", "J at H_internal = 0, mean of both branches", polarization))
    else:
        absent.append(Absent("remanent_polarization", _reason(source, "remanent_magnetization")))
    for name, (symbol, definition) in _SYMBOLS.items():
        quantity = source.quantities.get(name)
        if quantity is None:
            absent.append(Absent(name, _reason(source, name)))
        else:
            had.append(Result(name, symbol, definition, quantity.estimate))
    saturation = source.quantities.get("saturation_magnetization")
    if saturation is not None:
        scaled: Estimate = linear_combination([MU0], [saturation.estimate], "T")
        had.append(Result("saturation_polarization", "J_s", "J of the saturation magnetisation of the loop", scaled))
    return Results(tuple(had), tuple(absent))


def _reason(source: Source, name: str) -> str:
    told = [flag.partition(": ")[2] for flag in source.result.flags if flag.startswith(f"no {name}: ")]
    return source.reasons.get(name) or next(iter(told), "the run does not give it")


def _deviations(context: Context) -> tuple[Deviation, ...]:
    found = [
        Deviation(
            "no_superconducting_magnet",
            "the field of a superconducting magnet",
            f"{_DESIGNATION}, scope",
            "the electromagnet of the bench file",
        )
    ]
    units = context.units
    ambient = context.source.run.bench.temperature.value
    if any(AMBIENT.outside(np.array([ambient]))):
        told = units.text("temperature", ambient, "K")
        found.append(Deviation("ambient_temperature", f"surroundings at {AMBIENT.asked(units)}", AMBIENT.source, told))
    temperatures = np.array([p.temperature_k for p in context.source.run.moment_points], dtype=np.float64)
    low, high = float(temperatures.min()), float(temperatures.max())
    if any(SPECIMEN.outside(temperatures)):
        told = f"{units.text('temperature', low, 'K')} to {units.text('temperature', high, 'K')}"
        found.append(Deviation("specimen_temperature", f"specimen at {SPECIMEN.asked(units)}", SPECIMEN.source, told))
    if high - low > 2.0 * HELD_K:
        asked = f"specimen held within ±{HELD_K:g} K"
        found.append(Deviation("specimen_temperature_moved", asked, _TEMPERATURES, f"it moved by {high - low:.3g} K"))
    return tuple(found)


IEC60404_18 = Standard(
    StandardName(
        "iec60404-18",
        _DESIGNATION,
        "permanent magnet materials in an open magnetic circuit, vibrating-sample magnetometer",
        claim_of(_DESIGNATION),
    ),
    ("loop",),
    _results,
    _deviations,
)
