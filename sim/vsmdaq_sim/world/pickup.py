"""What the pick-up coils see of a real sample: anywhere between the poles, of any size, on a rod that moves as it does.

The flux linked with the coils by a moment along x at r is m times B_x(r)/I of the coils (reciprocity). A sample of finite
size links the mean of that over its volume (uniform magnetisation). On a rod that moves by ``z(t) = a cos wt + a_3
cos(3 wt + phi)`` the flux is a Fourier series; the coils' voltage at n w is n w times its n-th term, with no assumption of
small amplitudes. Poles of high permeability add images of the moment at ``k gap + (-1)**k x`` for k = ±1, ±2, ...; the
k-th is as strong as the k-th power of a single image (J. D. Jackson, Classical Electrodynamics, method of images).

B_x off the axis of a turn comes from complete elliptic integrals (W. R. Smythe, Static and Dynamic Electricity, 7.10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq_sim.world.coils import MU0
from vsmdaq_sim.world.extents import Extent, cloud
from vsmdaq_sim.world.schema import CoilsTable

__all__ = ["CENTRE", "IMAGE_PAIRS", "Motion", "Pickup", "flux_per_moment", "pickup"]

CENTRE = (0.0, 0.0, 0.0)
IMAGE_PAIRS = 40
"""Images taken on each side; what is left out is below 1e-7 of the whole for any gap that holds the coils."""

_THETA_POINTS = 64  # Fourier terms up to 31; the n-th falls as (amplitude / distance of the coils)**n
_IMAGE_THETA_POINTS, _IMAGE_ORDER = 16, 4  # the coils are far from an image

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion of the rod along z: peak amplitude at the frequency and at three times it (m), phase of the latter (rad)."""

    amplitude_m: float
    third_m: float = 0.0
    third_phase_rad: float = 0.0

    def z_m(self, theta: Floats) -> Floats:
        """Get the displacement at the phases `theta` (rad)."""
        z: Floats = self.amplitude_m * np.cos(theta) + self.third_m * np.cos(3.0 * theta + self.third_phase_rad)
        return z


@dataclass(frozen=True, slots=True)
class Pickup:
    """Complex amplitudes (T/A) of the flux per moment: ``flux(t) = Re sum_n terms[n] exp(i n w t)``.

    Attributes
    ----------
    direct : tuple of complex
        By harmonic n, without poles.
    images : tuple of tuple of complex
        By harmonic n: what the k-th pair of images adds, k = 1, 2, ..., at full strength.
    """

    direct: tuple[complex, ...]
    images: tuple[tuple[complex, ...], ...] = ()

    def flux(self, harmonic: int, strength: float = 0.0) -> complex:
        """Get the amplitude at the n-th harmonic (T/A) with images of a strength from 0 to 1."""
        if harmonic >= len(self.direct):
            return 0.0 + 0.0j
        total = 0.0 + 0.0j
        if strength != 0.0 and harmonic < len(self.images):
            for term in reversed(self.images[harmonic]):
                total = (total + term) * strength
        return self.direct[harmonic] + total


def flux_per_moment(points_m: Floats, coils: CoilsTable) -> Floats:
    """Get the flux linked with the coils by a unit moment along x.

    Parameters
    ----------
    points_m : ndarray, shape (..., 3)
        Where the moment is, relative to the middle of the coils, m.
    coils : CoilsTable
        Four coils, axes along x.

    Returns
    -------
    ndarray, shape (...)
        B_x/I, T/A.
    """
    x, y, z = points_m[..., 0], points_m[..., 1], points_m[..., 2]
    total = np.zeros_like(x)
    for side in (-1.0, 1.0):
        for sign in (-1.0, 1.0):
            rho = np.hypot(y, z - sign * coils.half_spacing_z_m)
            total += sign * _turn(coils.radius_m, rho, x - side * coils.half_spacing_x_m)
    return coils.turns * total


def _turn(radius_m: float, rho_m: Floats, axial_m: Floats) -> Floats:
    """B along the axis of one turn per current, T/A."""
    from scipy.special import ellipe, ellipk  # noqa: PLC0415 - only the effects need it

    outer = (radius_m + rho_m) ** 2 + axial_m**2
    inner = (radius_m - rho_m) ** 2 + axial_m**2
    parameter = 4.0 * radius_m * rho_m / outer
    bracket = ellipk(parameter) + (radius_m**2 - rho_m**2 - axial_m**2) / inner * ellipe(parameter)
    field: Floats = MU0 / (2.0 * np.pi) * bracket / np.sqrt(outer)
    return field


def pickup(
    coils: CoilsTable,
    motion: Motion,
    *,
    position_m: tuple[float, float, float] = CENTRE,
    extent: Extent | None = None,
    gap_m: float | None = None,
) -> Pickup:
    """Get the flux amplitudes of a sample.

    Parameters
    ----------
    coils : CoilsTable
        Four coils, axes along x.
    motion : Motion
        Of the rod.
    position_m : tuple of float
        Where the middle of the sample rests, relative to the middle of the coils, m.
    extent : Extent, optional
        Shape and size; a point without it.
    gap_m : float, optional
        Distance of the pole faces, which lie at x = ±gap/2; no poles without it.
    """
    points, weights = cloud(extent)
    points = points + np.asarray(position_m)
    direct = _terms(points, weights, motion, coils, _THETA_POINTS)
    if gap_m is None:
        return Pickup(tuple(direct.tolist()))
    points, weights = cloud(extent, _IMAGE_ORDER)
    points = points + np.asarray(position_m)
    pairs: list[NDArray[np.complex128]] = []
    for k in range(1, IMAGE_PAIRS + 1):
        mirrored = points * np.array([(-1.0) ** k, 1.0, 1.0])
        shift = np.array([k * gap_m, 0.0, 0.0])
        both = np.concatenate([mirrored + shift, mirrored - shift])
        pairs.append(_terms(both, np.concatenate([weights, weights]), motion, coils, _IMAGE_THETA_POINTS))
    images = np.array(pairs).T
    return Pickup(tuple(direct.tolist()), tuple(tuple(row) for row in images.tolist()))


def _terms(points_m: Floats, weights: Floats, motion: Motion, coils: CoilsTable, count: int) -> NDArray[np.complex128]:
    """Fourier amplitudes of the weighted flux along the motion; the trapezoid rule converges exponentially."""
    z = motion.z_m(2.0 * np.pi * np.arange(count) / count)
    moved = points_m[:, None, :] + z[None, :, None] * np.array([0.0, 0.0, 1.0])
    series = np.fft.rfft(weights @ flux_per_moment(moved, coils)) / count
    terms: NDArray[np.complex128] = 2.0 * series[: count // 2]
    terms[0] *= 0.5
    return terms
