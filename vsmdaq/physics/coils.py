"""Four pick-up coils: coupling constant, its curvatures and its value at a finite amplitude, from the coils' dimensions.

By reciprocity the flux linked by a moment m along x is m B_x/I, B the field of the coils carrying I (J. Mallinson, J. Appl.
Phys. 37, 2514 (1966)); a moment that vibrates along z therefore sees C = d(B_x/I)/dz. The coils are equal thin rings of N
turns with axes along the field (x) at ±half_spacing_x, wound + at +half_spacing_z and - at -half_spacing_z.

The axial field of a ring is by complete elliptic integrals (W. R. Smythe, Static and Dynamic Electricity, 7.10), these by
the arithmetic-geometric mean (DLMF 19.8), which holds for complex arguments too. Derivatives are Cauchy's integrals around
the centre: no step to choose, 12 digits left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.constants import MU0

__all__ = ["FourCoils", "coupling_at_centre", "curvatures", "effective_coupling", "flux_per_moment"]

_CONTOUR_POINTS = 12
_CONTOUR = 0.08
"""Radius of the contour over the distance to the nearest turn: what is left out is below 0.08^10."""

_VIBRATION_POINTS = 32
_IMAGE_POINTS = 8  # the coils are far from an image
_MOST_MEANS = 12

_IMAGES = 40
"""On each side; they fall off as the fourth power of their distance."""

_Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class FourCoils:
    """Dimensions of the coils: radius, half spacings (m), turns of each coil; `turns` is what counts electrically.

    Raises
    ------
    ValueError
        A dimension is not above 0.
    """

    radius_m: float
    turns: float
    half_spacing_x_m: float
    half_spacing_z_m: float

    def __post_init__(self) -> None:
        for name in ("radius_m", "turns", "half_spacing_x_m", "half_spacing_z_m"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"coils with {name} = {getattr(self, name)} were asked for; allowed: above 0")

    @property
    def nearest_turn_m(self) -> float:
        """Distance of the centre from the nearest turn, m."""
        return math.hypot(self.half_spacing_x_m, self.half_spacing_z_m - self.radius_m)


def flux_per_moment(coils: FourCoils, x_m: _Complex, y_m: _Complex, z_m: _Complex) -> _Complex:
    """Flux linked with the coils by a unit moment along x at points (x, y, z) from the centre: B_x/I, T/A; shapes broadcast.

    Complex coordinates continue the function analytically, as far as the nearest turn.
    """
    total: _Complex = np.zeros(np.broadcast_shapes(x_m.shape, y_m.shape, z_m.shape), dtype=np.complex128)
    for sign in (1.0, -1.0):
        rho2 = y_m**2 + (z_m - sign * coils.half_spacing_z_m) ** 2
        for side in (1.0, -1.0):
            total = total + sign * _axial_field(coils.radius_m, rho2, x_m - side * coils.half_spacing_x_m)
    return coils.turns * total


def coupling_at_centre(coils: FourCoils) -> float:
    """C = d(B_x/I)/dz at the centre, H/m3: the limit of a small amplitude."""
    return _along_z(coils)[0]


def curvatures(coils: FourCoils) -> tuple[float, float, float]:
    """Relative curvatures of C at the centre along x, y and z, 1/m2: C(r) = C (1 + sum of kappa_i x_i^2/2).

    C(r) obeys Laplace's equation, so that they add up to 0; each is worked out apart.
    """
    coupling, along_z = _along_z(coils)
    return _across(coils, 0) / coupling, _across(coils, 1) / coupling, along_z / coupling


def effective_coupling(
    coils: FourCoils, amplitude_m: float, *, gap_m: float | None = None, image_strength: float = 1.0
) -> float:
    """C (H/m3) that the first harmonic sees at a peak amplitude (m): first Fourier coefficient of the flux, over a.

    To second order it is C (1 + kappa_z a^2/8). Plane poles of high permeability at x = ±gap/2 add an image of the moment
    at every whole multiple of the gap (J. D. Jackson, Classical Electrodynamics, method of images).

    Parameters
    ----------
    coils : FourCoils
        Dimensions.
    amplitude_m : float
        Peak amplitude.
    gap_m : float, optional
        Distance of the pole faces; no poles without it.
    image_strength : float
        Of one image, (mu - 1)/(mu + 1): 1 for soft poles, 0 for saturated ones; the k-th image has its k-th power.

    Raises
    ------
    ValueError
        The amplitude is not above 0, or takes the sample to the nearest turn; the coils do not fit into the gap.
    """
    if gap_m is not None and not gap_m > 2.0 * coils.half_spacing_x_m:
        wide = 2.0 * coils.half_spacing_x_m
        raise ValueError(f"a gap of {gap_m:g} m was asked for; allowed: above {wide:g} m, which the coils take")
    if not 0.0 < amplitude_m < coils.nearest_turn_m:
        raise ValueError(
            f"an amplitude of {amplitude_m:g} m was asked for; allowed: above 0, below {coils.nearest_turn_m:g} m, where a turn is"
        )
    seen = _first_harmonic(coils, np.zeros(1), amplitude_m, _VIBRATION_POINTS)
    total = float(seen[0])
    if gap_m is not None:
        order = np.arange(1, _IMAGES + 1, dtype=np.float64)
        images = _first_harmonic(coils, order * gap_m, amplitude_m, _IMAGE_POINTS)
        total += float(np.sum(2.0 * image_strength**order * images))  # those at +k gap and -k gap are seen alike
    return total


def _first_harmonic(coils: FourCoils, x_m: NDArray[np.float64], amplitude_m: float, points: int) -> NDArray[np.float64]:
    """First Fourier coefficient of the flux along the path of the rod, over the amplitude, at places x."""
    cosine = np.cos(2.0 * np.pi * np.arange(points) / points)
    x, zero = x_m[:, None].astype(np.complex128), np.zeros((1, 1), dtype=np.complex128)
    flux = flux_per_moment(coils, x, zero, (amplitude_m * cosine)[None, :].astype(np.complex128)).real
    result: NDArray[np.float64] = 2.0 * np.mean(flux * cosine, axis=1) / amplitude_m
    return result


def _contour(coils: FourCoils) -> tuple[_Complex, float]:
    """Points around the centre (m), and their distance from it."""
    radius_m = _CONTOUR * coils.nearest_turn_m
    angle = 2.0 * np.pi * np.arange(_CONTOUR_POINTS) / _CONTOUR_POINTS
    around: _Complex = radius_m * (np.cos(angle) + 1j * np.sin(angle))
    return around, radius_m


def _coefficient(values: _Complex, order: int, radius_m: float) -> _Complex:
    """Taylor coefficient of an order from values around the centre, along the last axis."""
    turn = np.exp(-2j * np.pi * order * np.arange(_CONTOUR_POINTS) / _CONTOUR_POINTS)
    result: _Complex = np.mean(values * turn, axis=-1) / radius_m**order
    return result


def _along_z(coils: FourCoils) -> tuple[float, float]:
    """C and its second derivative along z: first and third derivative of the flux."""
    points, radius_m = _contour(coils)
    zero = np.zeros(1, dtype=np.complex128)
    flux = flux_per_moment(coils, zero, zero, points)
    first, third = (float(_coefficient(flux, order, radius_m).real) for order in (1, 3))
    return first, 6.0 * third


def _across(coils: FourCoils, axis: int) -> float:
    """Second derivative of C along x (0) or y (1)."""
    points, radius_m = _contour(coils)
    zero = np.zeros((1, 1), dtype=np.complex128)
    place = [zero, zero]
    place[axis] = points[:, None]
    by_z = _coefficient(flux_per_moment(coils, place[0], place[1], points[None, :]), 1, radius_m)
    return 2.0 * float(_coefficient(by_z, 2, radius_m).real)


def _axial_field(radius_m: float, rho2_m2: _Complex, axial_m: _Complex) -> _Complex:
    """B along the axis of one turn per current (T/A); B depends on the distance from the axis by its square alone."""
    rho = np.sqrt(rho2_m2)
    outer = (radius_m + rho) ** 2 + axial_m**2
    inner = (radius_m - rho) ** 2 + axial_m**2
    first, second = _elliptic(4.0 * radius_m * rho / outer)
    bracket = first + (radius_m**2 - rho2_m2 - axial_m**2) / inner * second
    field: _Complex = MU0 / (2.0 * np.pi) * bracket / np.sqrt(outer)
    return field


def _elliptic(parameter: _Complex) -> tuple[_Complex, _Complex]:
    """Complete elliptic integrals K and E of the parameter m = k^2, by the arithmetic-geometric mean (DLMF 19.8.5, 19.8.6)."""
    mean: _Complex = np.ones_like(parameter)
    geometric: _Complex = np.sqrt(1.0 - parameter)
    lost: _Complex = 0.5 * parameter  # sum of 2^(n-1) c_n^2, c_0^2 = m
    power = 0.5
    for _ in range(_MOST_MEANS):
        half = 0.5 * (mean - geometric)
        mean, geometric = 0.5 * (mean + geometric), np.sqrt(mean * geometric)
        power *= 2.0
        lost = lost + power * half**2
        if np.all(np.abs(half) <= 1e-17 * np.abs(mean)):
            break
    first: _Complex = 0.5 * np.pi / mean
    return first, first * (1.0 - lost)
