"""What is told of an empty holder: its moment per field, how that changes with temperature, how its signal drifts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.weighted import fit_weighted
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.holder import turned_rad
from vsmdaq.reduce.holder_fit import HolderFit
from vsmdaq.reduce.signals import field_inputs, field_per_reading
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate

__all__ = ["holder_quantities"]

FloatArray = NDArray[np.float64]

_BENT = "the holder is not straight in T; between its temperatures it is taken so, or as Curie's law where the procedure says so"


def holder_quantities(
    run: RunData, fits: Sequence[HolderFit], kelvin: FloatArray, nearest: int
) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """Quantities that a moment calibration turns the signal into, and flags; none without one.

    Parameters
    ----------
    run : RunData
        The background run.
    fits : sequence of HolderFit
        One a temperature.
    kelvin : ndarray
        The temperatures.
    nearest : int
        Which of them is that of the bench.
    """
    if "moment" not in run.artefacts:
        return {}, ()
    quantities = {"holder_moment_per_field": _per_field(run, fits[nearest].values)}
    if "xt" in fits[0].values:
        quantities["offset_drift_per_hour"] = _offset_drift(run, fits[0].values)
    if len(fits) < 2:
        return quantities, ()
    coefficient = _with_temperature(run, fits, kelvin, nearest)
    if coefficient is None:
        return quantities, ("no holder_temperature_coefficient: the holder shows no moment beyond its noise",)
    quantities["holder_temperature_coefficient"], notes = coefficient
    return quantities, notes


def _in_phase(run: RunData, values: Mapping[str, Estimate], name: str) -> Estimate:
    """The part of a complex rate along the signal of a moment."""
    inputs: dict[str, Quantity | Estimate] = {
        "signal_angle": run.artefacts["moment"].values["signal_angle"],
        "x": values[f"x{name}"],
        "y": values[f"y{name}"],
    }

    def model(x: Mapping[str, float]) -> float:
        angle = x["signal_angle"] - turned_rad(run, "moment")
        return x["x"] * math.cos(angle) + x["y"] * math.sin(angle)

    return propagate(model, inputs, unit=values[f"x{name}"].unit)


def _per_field(run: RunData, values: Mapping[str, Estimate]) -> ResultQuantity:
    inputs: dict[str, Quantity | Estimate] = {
        **field_inputs(run),
        "moment_per_volt": run.artefacts["moment"].values["moment_per_volt"],
        "slope": _in_phase(run, values, "1"),
    }

    def model(x: Mapping[str, float]) -> float:
        return x["moment_per_volt"] * x["slope"] / field_per_reading(x)

    return ResultQuantity(propagate(model, inputs, unit="m3"), "moment of the empty holder per field")


def _offset_drift(run: RunData, values: Mapping[str, Estimate]) -> ResultQuantity:
    inputs: dict[str, Quantity | Estimate] = {
        "moment_per_volt": run.artefacts["moment"].values["moment_per_volt"],
        "rate": _in_phase(run, values, "t"),
    }
    estimate = propagate(lambda x: 3600.0 * x["moment_per_volt"] * x["rate"], inputs, unit="A m2/h")
    return ResultQuantity(estimate, "change of the empty holder's in-phase signal with time, as a moment")


def _with_temperature(
    run: RunData, fits: Sequence[HolderFit], kelvin: FloatArray, nearest: int
) -> tuple[ResultQuantity, tuple[str, ...]] | None:
    """(1/h) dh/dT by a straight line through the temperatures; the calibration cancels. And a flag where it is not straight."""
    slopes = [_in_phase(run, fit.values, "1") for fit in fits]
    h = np.array([slope.value for slope in slopes])
    u = np.array([slope.u_noise for slope in slopes])
    here = float(kelvin[nearest])
    span = float(np.ptp(kelvin))
    fit = fit_weighted(np.column_stack([np.ones_like(kelvin), (kelvin - here) / span]), h, u)
    if fit is None or not abs(fit.beta[0]) > 5.0 * fit.spread * float(np.linalg.norm(fit.factor[0])):
        return None
    middle, slope = (float(b) for b in fit.beta)
    row = fit.spread * (fit.factor[1] - fit.factor[0] * slope / middle) / (middle * span)
    noise = tuple(Component(f"noise:{run.run_id}.hT.{k}", float(part), noise=True) for k, part in enumerate(row))
    words = f"(1/h) dh/dT of the holder's moment per field h, at {here:.2f} K, from {kelvin.min():.2f} K to {kelvin.max():.2f} K"
    bent = () if fit.credible else (f"{_BENT}: chi2 = {fit.chi2:.0f} for {fit.dof} degrees of freedom",)
    return ResultQuantity(Estimate(slope / middle / span, "1/K", noise), words), bent
