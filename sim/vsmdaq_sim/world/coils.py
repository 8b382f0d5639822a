"""Pick-up coils: coupling of a vibrating moment, by reciprocity from the field that the coils would make.

The flux linked with a coil by a moment m along x at r is ``m * B_x(r)/I``, with B the field of the coil carrying I
(reciprocity; Mallinson, J. Appl. Phys. 37, 2514 (1966)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MU0", "axial_field_per_current", "coil_flux_per_moment", "coupling_at_centre", "effective_coupling"]

MU0 = 1.25663706127e-6
"""Magnetic constant, H/m (CODATA 2022)."""

_CIRCLE_POINTS = 256
_VIBRATION_POINTS = 64


def axial_field_per_current(
    radius_m: float, dx_m: float, dy_m: float, dz_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Field along its axis (x) of one circular turn, by Biot-Savart.

    Parameters
    ----------
    radius_m : float
        Radius of the turn, m.
    dx_m, dy_m : float
        Position of the field point relative to the turn's centre, m.
    dz_m : ndarray, shape (n,)
        The same along z, m.

    Returns
    -------
    ndarray, shape (n,)
        B_x per current, T/A. The trapezoid rule over a closed smooth curve converges exponentially.
    """
    angle = 2.0 * np.pi * np.arange(_CIRCLE_POINTS) / _CIRCLE_POINTS
    y, z = radius_m * np.cos(angle), radius_m * np.sin(angle)
    ry, rz = dy_m - y[None, :], dz_m[:, None] - z[None, :]
    distance = np.sqrt(dx_m**2 + ry**2 + rz**2)
    cross = -z[None, :] * rz - y[None, :] * ry  # (dl x r)_x per angle
    result: NDArray[np.float64] = (
        MU0 / (4.0 * np.pi) * (cross / distance**3).sum(axis=1) * (2.0 * np.pi / _CIRCLE_POINTS)
    )
    return result


def coil_flux_per_moment(
    z_m: NDArray[np.float64], *, radius_m: float, turns: int, half_spacing_x_m: float, half_spacing_z_m: float
) -> NDArray[np.float64]:
    """Flux linked with the coil set by a unit moment along x at (0, 0, z), i.e. B_x/I, in T/A.

    Four coils with axes along x at ``x = +-half_spacing_x_m``, ``z = +-half_spacing_z_m``; those at +z are wound +, those
    at -z are wound -. `z_m` has shape (n,), and so has the result.
    """
    total = np.zeros_like(z_m)
    for x in (-half_spacing_x_m, half_spacing_x_m):
        for sign in (1.0, -1.0):
            total += sign * turns * axial_field_per_current(radius_m, -x, 0.0, z_m - sign * half_spacing_z_m)
    return total


def coupling_at_centre(
    *, radius_m: float, turns: int, half_spacing_x_m: float, half_spacing_z_m: float, step_m: float = 1e-5
) -> float:
    """C = d(B_x/I)/dz at the centre, H/m3: the limit of small amplitude (five-point difference; the flux is odd in z)."""
    flux = coil_flux_per_moment(
        np.array([step_m, 2.0 * step_m]),
        radius_m=radius_m,
        turns=turns,
        half_spacing_x_m=half_spacing_x_m,
        half_spacing_z_m=half_spacing_z_m,
    )
    return float((8.0 * flux[0] - flux[1]) / (6.0 * step_m))


def effective_coupling(
    amplitude_m: float, *, radius_m: float, turns: int, half_spacing_x_m: float, half_spacing_z_m: float
) -> float:
    """Coupling (H/m3) that the first harmonic sees at the peak amplitude `amplitude_m`.

    First Fourier coefficient of the flux along ``z = a cos(theta)``, divided by a. To second order in a this is
    ``C (1 + kappa_z a**2 / 8)``.
    """
    theta = 2.0 * np.pi * np.arange(_VIBRATION_POINTS) / _VIBRATION_POINTS
    flux = coil_flux_per_moment(
        amplitude_m * np.cos(theta),
        radius_m=radius_m,
        turns=turns,
        half_spacing_x_m=half_spacing_x_m,
        half_spacing_z_m=half_spacing_z_m,
    )
    return float(2.0 * np.mean(flux * np.cos(theta)) / amplitude_m)
