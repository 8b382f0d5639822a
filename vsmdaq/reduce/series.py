"""What reductions of series share: points by their number, noise of a fit, names of several series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.weighted import WeightedFit
from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import Signals
from vsmdaq.terms import Component, Estimate, MomentPoint

__all__ = ["coefficients", "column_of", "misfit", "numbered", "projected"]

FloatArray = NDArray[np.float64]


def column_of(run: RunData, data: Signals, value: Callable[[MomentPoint], float]) -> FloatArray:
    """A value of each usable point, in the order of `data`."""
    by_index = {point.index: point for point in run.moment_points}
    return np.array([value(by_index[int(index)]) for index in data.index], dtype=np.float64)


def coefficients(fit: WeightedFit, run_id: str, label: str, units: tuple[str, ...]) -> dict[str, Estimate]:
    """Coefficients of a fit as estimates ``b0``, ``b1`` ... whose noise keeps its covariance; enlarged by the scatter."""
    return {
        f"b{row}": Estimate(
            float(fit.beta[row]),
            unit,
            tuple(
                Component(f"noise:{run_id}.{label}{k}", float(fit.spread * fit.factor[row, k]), noise=True)
                for k in range(fit.beta.size)
            ),
        )
        for row, unit in enumerate(units)
    }


def misfit(fit: WeightedFit, what: str) -> tuple[str, ...]:
    """A flag where the noise does not explain the distance of the points from the fit."""
    if fit.credible:
        return ()
    return (
        f"{what}: chi2 = {fit.chi2:.0f} for {fit.dof} degrees of freedom; uncertainties are enlarged by {fit.spread:.1f}",
    )


def numbered(name: str, number: int, count: int) -> str:
    """Name of a quantity of one of several series: the first without a number, then ``name_2`` ..."""
    return name if count == 1 or number == 0 else f"{name}_{number + 1}"


def projected(data: Signals) -> FloatArray:
    """Signal (V rms) along its own mean direction, with the sign of X: what a phase that is not set yet leaves in Y counts as well."""
    mean = complex(np.mean(data.signal_v_rms))
    if not abs(mean) > 0.0:
        return np.asarray(data.signal_v_rms.real, dtype=np.float64)
    sign = -1.0 if mean.real < 0.0 else 1.0
    turned: FloatArray = sign * np.real(data.signal_v_rms * mean.conjugate() / abs(mean))
    return turned
