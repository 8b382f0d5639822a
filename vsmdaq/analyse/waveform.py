"""What a moment shows while it is drawn through a second-order gradiometer, and the moment from it.

Four turns in three places, wound -1, +2, -1: a dipole at z gives A (2 w(z) - w(z - L) - w(z + L)), w(z) = R²/(R² + z²)^(3/2), beside
which the electronics drift: a straight line. What two samples give adds up at each position, with their own centres; what is fitted to
their sum does not. So a holder is taken off as a curve, before anything is fitted.

R and L of the MPMS3 and its volts per moment: github.com/miile7/mpms-analyzer, DataHandling/calculation.py. The curves that the instrument
itself fitted and stores beside its scans follow R and L to 1e-6 of their height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MPMS3", "MPMS3_MOMENT_PER_AMPLITUDE", "Gradiometer", "WaveformFit", "fit_waveform", "without_background"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gradiometer:
    """Radius R and distance L of the outer turns from the middle ones, m."""

    radius_m: float
    spacing_m: float

    def response_per_m(self, position_m: FloatArray, centre_m: float | FloatArray) -> FloatArray:
        """The curve of a dipole whose centre is at `centre_m`, for A = 1 V m."""
        z = position_m - centre_m
        return 2.0 * self._turn(z) - self._turn(z - self.spacing_m) - self._turn(z + self.spacing_m)

    def _turn(self, z: FloatArray) -> FloatArray:
        turn: FloatArray = self.radius_m**2 / (self.radius_m**2 + z**2) ** 1.5
        return turn


MPMS3 = Gradiometer(8.3654e-3, 7.960e-3)

MPMS3_MOMENT_PER_AMPLITUDE = -0.00285897 * 14.7029e-3
"""A m2 per V m at a SQUID range of 1000; it goes with the range. Of one instrument: better taken from its own files."""

_GRID = 60
_ROUNDS = 6
"""The centre is found to 30 mm/20^6."""


@dataclass(frozen=True, slots=True)
class WaveformFit:
    """A straight line and a dipole.

    Attributes
    ----------
    amplitude_v_m : float
        A.
    u_amplitude_v_m : float
        By the scatter about the curve, as if it were white.
    centre_m : float
    offset_v : float
    slope_v_per_m : float
    share : float
        Part of the variance that the curve explains, 0 to 1.
    """

    amplitude_v_m: float
    u_amplitude_v_m: float
    centre_m: float
    offset_v: float
    slope_v_per_m: float
    share: float


def fit_waveform(
    position_m: FloatArray, voltage_v: FloatArray, *, centre_m: float | None = None, gradiometer: Gradiometer = MPMS3
) -> WaveformFit:
    """Fit by least squares, the centre fixed where it is given; else that within the scan with the least squares.

    Parameters
    ----------
    position_m, voltage_v : ndarray, (n,)
        The scan, n > 4.
    centre_m : float, optional
        Where the sample is.
    gradiometer : Gradiometer
        Through which it went.

    Raises
    ------
    ValueError
        Too few points, or all at one position.
    """
    position, voltage = np.asarray(position_m, dtype=np.float64), np.asarray(voltage_v, dtype=np.float64)
    if position.shape != voltage.shape or position.size < 5 or not np.ptp(position) > 0.0:
        raise ValueError(
            f"{position.size} positions and {voltage.size} voltages; allowed: at least 5 of each, not all alike"
        )
    if centre_m is not None:
        return _at(position, voltage, centre_m, gradiometer)
    # a dipole half outside of the scan looks like a curved line: it is sought where its whole middle is seen
    low = float(position.min()) + gradiometer.spacing_m
    high = float(position.max()) - gradiometer.spacing_m
    low, high = (low, high) if low < high else (float(position.min()), float(position.max()))
    best = 0.5 * (low + high)
    for _ in range(_ROUNDS):
        grid = np.linspace(low, high, _GRID)
        best = float(grid[int(np.argmax(_explained(position, voltage, grid, gradiometer)))])
        step = float(grid[1] - grid[0])
        low, high = best - 1.5 * step, best + 1.5 * step
    return _at(position, voltage, best, gradiometer)


def _explained(position: FloatArray, voltage: FloatArray, centres: FloatArray, gradiometer: Gradiometer) -> FloatArray:
    """What a dipole at each centre takes off the sum of squares that a straight line leaves."""
    line, _ = np.linalg.qr(np.column_stack([np.ones_like(position), position - position.mean()]))
    left = voltage - line @ (line.T @ voltage)
    shapes = gradiometer.response_per_m(position, centres[:, None])
    shapes = shapes - (shapes @ line) @ line.T
    explained: FloatArray = (shapes @ left) ** 2 / np.einsum("ij,ij->i", shapes, shapes)
    return explained


def _at(position: FloatArray, voltage: FloatArray, centre_m: float, gradiometer: Gradiometer) -> WaveformFit:
    """The fit about one centre."""
    scale = float(np.ptp(position))
    shape = gradiometer.response_per_m(position, centre_m) * gradiometer.radius_m
    columns = np.column_stack([shape, (position - centre_m) / scale, np.ones_like(position)])
    inverse = np.linalg.pinv(columns)
    beta = inverse @ voltage
    rest = voltage - columns @ beta
    squares = float(rest @ rest)
    about = voltage - voltage.mean()
    total = float(about @ about)
    u = float(np.linalg.norm(inverse[0])) * np.sqrt(squares / (position.size - columns.shape[1]))
    return WaveformFit(
        amplitude_v_m=float(beta[0]) * gradiometer.radius_m,
        u_amplitude_v_m=float(u) * gradiometer.radius_m,
        centre_m=centre_m,
        offset_v=float(beta[2]),
        slope_v_per_m=float(beta[1]) / scale,
        share=1.0 - squares / total if total > 0.0 else 0.0,
    )


def without_background(
    scans: Sequence[tuple[FloatArray, FloatArray]],
    background: Sequence[tuple[FloatArray, FloatArray]],
    *,
    scale: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """All positions and voltages of some sweeps, the background taken off sweep by sweep, at the same position.

    Parameters
    ----------
    scans, background : sequence of (ndarray, ndarray)
        Position (m) and voltage (V) of each sweep; as many of both.
    scale : float
        The voltage of a moment in `scans` over that of the same moment in `background`.

    Returns
    -------
    position_m, voltage_v : ndarray
        Only where the background was scanned too.

    Raises
    ------
    ValueError
        Another number of sweeps.
    """
    if len(scans) != len(background):
        raise ValueError(f"{len(scans)} sweeps and {len(background)} of the background; allowed: as many of both")
    positions, voltages = [], []
    for (z, v), (z_b, v_b) in zip(scans, background, strict=True):
        order = np.argsort(z_b)
        both = (z >= z_b[order[0]]) & (z <= z_b[order[-1]])
        positions.append(z[both])
        voltages.append(v[both] - scale * np.interp(z[both], z_b[order], v_b[order]))
    return np.concatenate(positions), np.concatenate(voltages)
