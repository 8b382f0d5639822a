"""Saddle point of four coils by their dimensions: curvatures and quartics of what the first harmonic sees at a finite amplitude.

The first Fourier coefficient of the flux along the path of the rod is an analytic function of the place of the sample; its even
Taylor coefficients along each axis are Cauchy integrals around the centre. Poles add images, as in `coils.effective_coupling`;
they raise the signal and hardly bend it, so that the relative curvatures fall.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vsmdaq.physics.coils import FourCoils, flux_per_moment
from vsmdaq.physics.saddle import Saddle

__all__ = ["saddle_of_coils"]

_PHASES = 12  # of the vibration; what is left out goes as (amplitude/distance of the turns)^10
_CONTOUR_POINTS = 12
_CONTOUR = 0.08  # radius over the distance of the nearest turn: what is left out is of its tenth power
_IMAGES = 12  # on each side; the flux falls with the fifth power of the distance

_Complex = NDArray[np.complex128]


@lru_cache(maxsize=64)
def saddle_of_coils(
    coils: FourCoils, amplitude_m: float, *, gap_m: float | None = None, image_strength: float = 1.0
) -> Saddle:
    """Curvatures (1/m2) and quartics (1/m4) at the centre of the coils, of the first harmonic at a peak amplitude.

    Parameters
    ----------
    coils : FourCoils
        Dimensions.
    amplitude_m : float
        Peak amplitude.
    gap_m : float, optional
        Distance of the pole faces; no poles without it.
    image_strength : float
        Of one image, 1 for soft poles, 0 for saturated ones; the k-th image has its k-th power.

    Raises
    ------
    ValueError
        The amplitude takes the sample beyond half the distance of the nearest turn, or is not above 0; the coils do not fit
        into the gap.
    """
    if not 0.0 < amplitude_m < 0.5 * coils.nearest_turn_m:
        allowed = f"above 0, below {0.5 * coils.nearest_turn_m:g} m"
        raise ValueError(
            f"an amplitude of {amplitude_m:g} m was asked for; allowed: {allowed}, half way to the nearest turn"
        )
    if gap_m is not None and not gap_m > 2.0 * coils.half_spacing_x_m:
        wide = 2.0 * coils.half_spacing_x_m
        raise ValueError(f"a gap of {gap_m:g} m was asked for; allowed: above {wide:g} m, which the coils take")
    radius_m = _CONTOUR * coils.nearest_turn_m
    turn = np.exp(2j * np.pi * np.arange(_CONTOUR_POINTS) / _CONTOUR_POINTS)
    place = np.zeros((3, 3, _CONTOUR_POINTS), dtype=np.complex128)
    for axis in range(3):
        place[axis, axis] = radius_m * turn
    seen = _first_harmonic(coils, place, amplitude_m)
    if gap_m is not None:
        for k in range(1, _IMAGES + 1):
            for side in (-1.0, 1.0):
                aside = place + np.array([side * k * gap_m, 0.0, 0.0])[:, None, None]
                seen = seen + image_strength**k * _first_harmonic(coils, aside, amplitude_m)
    centre, second, fourth = (np.real(seen @ turn**-order) / radius_m**order for order in (0, 2, 4))
    kx, ky, kz = (2.0 * second / centre).tolist()
    a, b, c = (fourth / centre).tolist()
    return Saddle((kx, ky, kz), (a, b, c))


def _first_harmonic(coils: FourCoils, place: _Complex, amplitude_m: float) -> _Complex:
    """First Fourier coefficient, in any unit, of the flux at places (x, y, z first)."""
    cosine = np.cos(2.0 * np.pi * np.arange(_PHASES) / _PHASES)
    x, y, z = place[..., None]
    result: _Complex = flux_per_moment(coils, x, y, z + amplitude_m * cosine) @ cosine.astype(np.complex128)
    return result
