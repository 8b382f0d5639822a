"""From scans along three axes to one saddle point: each scan brought to the common centre, then Laplace's equation imposed.

A scan runs through the centres of the axes before it, but along the later axes the sample still stood beside theirs, by d. How far is
seen in the signal: the extremum of a scan over that of the last one is 1 + sum k_j d_j^2/2 over the axes scanned later. By
the fourth order of the saddle (`physics.saddle`) this moves the curvature. What a fit of fourth degree leaves out, the sixth
order, has the size that the fourth has against the second.

The curvatures of the common centre add to zero where nothing moved or drifted. Where that holds within three standard
uncertainties, least squares with the condition that they do (J. Mandel, The Statistical Analysis of Experimental Data, 12)
gives curvatures and quartics that are used to correct for the shape of samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from vsmdaq.physics.saddle import Saddle
from vsmdaq.reduce.data import RunData
from vsmdaq.terms import Estimate, Quantity
from vsmdaq.uncertainty import covariance, linear_combination, propagate_many

__all__ = ["HARMONIC", "Scan", "at_common_centre", "harmonic", "saddle_of", "sixth_in"]

FloatArray = NDArray[np.float64]

AXES = "xyz"
UNITS = {"curvature": "1/m2", "quartic": "1/m4"}
HARMONIC = tuple(f"harmonic_{kind}_{axis}" for kind in UNITS for axis in AXES)
"""Names of what `harmonic` gives, and of the values that a calibration of the geometry is used by."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a fit of fourth degree found along one axis.

    Attributes
    ----------
    level, curvature, quartic : Estimate
        Signal at its extremum (V), its curvature (1/m2) and coefficient of s^4 (1/m4), both relative to it.
    sixth_in_curvature, sixth_in_quartic : float
        What they are off for a coefficient 1/m6 of s^6: m4 and m2.
    """

    level: Estimate
    curvature: Estimate
    quartic: Estimate
    sixth_in_curvature: float
    sixth_in_quartic: float


def sixth_in(scaled: FloatArray, half_m: float) -> tuple[float, float]:
    """What s^6 puts into curvature (m4) and quartic (m2) of a fit of fourth degree through places `scaled` to -1 ... 1."""
    fit = Polynomial.fit(scaled, scaled**6, 4, domain=(-1.0, 1.0)).coef
    return 2.0 * float(fit[2]) * half_m**4, float(fit[4]) * half_m**2


def at_common_centre(run: RunData, scans: Mapping[str, Scan], order: tuple[str, ...]) -> dict[str, Estimate]:
    """Curvatures and quartics of x, y and z at the centre of all three; `order` is that of the scans."""
    sixth = _largest_sixth(scans)
    inputs: dict[str, Quantity | Estimate] = {}
    for axis, scan in scans.items():
        inputs |= {f"level_{axis}": scan.level, f"curvature_{axis}": scan.curvature, f"quartic_{axis}": scan.quartic}
        inputs[_sixth(run, axis)] = Quantity(0.0, sixth / math.sqrt(3.0), "1/m6", distribution="rectangular")

    def model(x: Mapping[str, float]) -> dict[str, float]:
        rise = {axis: x[f"level_{axis}"] / x[f"level_{order[-1]}"] for axis in order}
        found: dict[str, float] = {}
        for axis, scan in scans.items():
            sixth_here = x[_sixth(run, axis)]
            found[f"quartic_{axis}"] = rise[axis] * x[f"quartic_{axis}"] - scan.sixth_in_quartic * sixth_here
            found[f"curvature_{axis}"] = rise[axis] * x[f"curvature_{axis}"] - scan.sixth_in_curvature * sixth_here
        aside = {later: _aside(found, rise, before, later) for before, later in pairwise(order)}
        crossed = saddle_of(found).crossed_per_m4
        for number, axis in enumerate(order):
            for later in order[number + 1 :]:
                third = 3 - AXES.index(axis) - AXES.index(later)
                found[f"curvature_{axis}"] -= 2.0 * crossed[third] * aside[later]
        return found

    units = {f"{kind}_{axis}": unit for kind, unit in UNITS.items() for axis in AXES}
    return propagate_many(model, run.drawn(inputs), units=units)


def _sixth(run: RunData, axis: str) -> str:
    return f"{run.run_id}.{axis}.sixth_order"


def _aside(found: Mapping[str, float], rise: Mapping[str, float], before: str, later: str) -> float:
    """Square of the distance (m2) at which the scan `before` passed the centre of the axis scanned next."""
    return 2.0 * (rise[before] / rise[later] - 1.0) / found[f"curvature_{later}"]


def _largest_sixth(scans: Mapping[str, Scan]) -> float:
    """Size of the coefficients of sixth order (1/m6): each order shrinks as the one before."""
    quartic = max(abs(scan.quartic.value) for scan in scans.values())
    return quartic**2 / (0.5 * max(abs(scan.curvature.value) for scan in scans.values()))


def harmonic(found: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """The same, with curvatures that add to zero: ``harmonic_curvature_x`` ... ``harmonic_quartic_z``."""
    names = [f"{kind}_{axis}" for kind in UNITS for axis in AXES]
    estimates = [found[name] for name in names]
    condition = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    spread = covariance(estimates) @ condition
    gain = spread / float(condition @ spread)
    moved = np.eye(6) - np.outer(gain, condition)
    return {
        f"harmonic_{name}": linear_combination([float(c) for c in row], estimates, UNITS[name.partition("_")[0]])
        for name, row in zip(names, moved, strict=True)
    }


def saddle_of(values: Mapping[str, float], prefix: str = "") -> Saddle:
    """The saddle whose ``curvature_x`` ... ``quartic_z`` (behind a prefix) are given."""
    kx, ky, kz, a, b, c = (values[f"{prefix}{kind}_{axis}"] for kind in UNITS for axis in AXES)
    return Saddle((kx, ky, kz), (a, b, c))
