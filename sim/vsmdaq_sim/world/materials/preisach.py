"""A Preisach material: a continuum of play operators, with exact minor loops and a FORC distribution in closed form.

``m = m_s * integral f(r) tanh(p_r/w) dr``: p_r is the play operator of half width r, f(r) the density of half widths (lognormal,
its integral is 1). This is the classical Preisach model with the density ``f(h_c) g(h_u)``, g the derivative of tanh/2 (Mayergoyz,
Mathematical Models of Hysteresis, 1991; Krejci, Hysteresis, Convexity and Dissipation, 1996, for plays instead of relays): return-point
memory, closed minor loops, congruency.

Its FORC distribution ``-1/2 d2m/dHa dHb`` (Pike, Roberts, Verosub, J. Appl. Phys. 85, 6660 (1999)) is, with
``Hc = (Hb - Ha)/2`` and ``Hu = (Ha + Hb)/2``,

    rho(Hc, Hu) = m_s/4 f(Hc) sech(Hu/w)**2 / w .
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Preisach"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_SPREADS = 8.0  # beyond so many spreads of ln r there is less than 2e-15 of the density


@dataclass(frozen=True, slots=True)
class _Extreme:
    """An extreme of the field's history, and the plays it rules: those of half width below `radius`, above the next one's.

    Attributes
    ----------
    field : float
        A/m.
    radius : float
        Half its distance to the extreme before it, A/m; of the first, its distance from 0.
    upward : bool
        The field rose to it: a maximum.
    settled : float
        Integral of ``f(r) tanh(p_r/w)`` over the plays wider than `radius`.
    """

    field: float
    radius: float
    upward: bool
    settled: float


class Preisach:
    """Moment of a Preisach sample from the history of its field.

    Parameters
    ----------
    saturation_a_m2 : float
        m_s.
    coercive_field_a_per_m : float
        Median of the half widths.
    spread : float
        Standard deviation of ln r.
    width_a_per_m : float
        w, the width of the distribution of interaction fields.
    """

    __slots__ = ("_extrema", "_median", "_panel", "_saturation_a_m2", "_spread", "_width")

    def __init__(
        self, saturation_a_m2: float, coercive_field_a_per_m: float, spread: float, width_a_per_m: float
    ) -> None:
        self._saturation_a_m2 = saturation_a_m2
        self._median = coercive_field_a_per_m
        self._spread = spread
        self._width = width_a_per_m
        # Panels (in spreads of ln r) short against the knee of the tanh: sixteen nodes then give eleven digits and more.
        self._panel = 0.5 * min(1.0, width_a_per_m / (coercive_field_a_per_m * spread))
        self._extrema: list[_Extreme] = []

    def forc_density(self, hc_a_per_m: float, hu_a_per_m: float) -> float:
        """Get the FORC distribution ``-1/2 d2m/dHa dHb``, A m2/(A/m)2, at Hc and Hu (A/m)."""
        if hc_a_per_m <= 0.0:
            return 0.0
        z = math.log(hc_a_per_m / self._median) / self._spread
        density = math.exp(-0.5 * z * z) / (math.sqrt(2.0 * math.pi) * self._spread * hc_a_per_m)
        return self._saturation_a_m2 / 4.0 * density / (self._width * math.cosh(hu_a_per_m / self._width) ** 2)

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` and return the moment there."""
        extrema = self._extrema
        if field_a_per_m != (extrema[-1].field if extrema else 0.0):
            self._go_to(field_a_per_m)
        if not extrema:
            return 0.0
        last = extrema[-1]
        return self._saturation_a_m2 * (last.settled + self._integral(last, 0.0))

    def _go_to(self, field: float) -> None:
        extrema = self._extrema
        upward = field > (extrema[-1].field if extrema else 0.0)
        if extrema and extrema[-1].upward == upward:
            extrema.pop()  # the field goes on in the direction in which it came
        # An extreme is forgotten together with the one before it once the field has passed the latter.
        while extrema and abs(field - extrema[-1].field) >= 2.0 * extrema[-1].radius:
            extrema.pop()
            if extrema:
                extrema.pop()
        if not extrema:
            extrema.append(_Extreme(field, abs(field), upward, 0.0))
            return
        last = extrema[-1]
        radius = 0.5 * abs(field - last.field)
        extrema.append(_Extreme(field, radius, upward, last.settled + self._integral(last, radius)))

    def _integral(self, extreme: _Extreme, from_radius: float) -> float:
        """Integral of ``f(r) tanh(p_r/w)`` over the plays that an extreme rules, wider than `from_radius`; in z = ln(r/median)/spread."""
        low = max(math.log(from_radius / self._median) / self._spread, -_SPREADS) if from_radius > 0.0 else -_SPREADS
        high = min(math.log(extreme.radius / self._median) / self._spread, _SPREADS) if extreme.radius > 0.0 else low
        if high <= low:
            return 0.0
        panels = math.ceil((high - low) / self._panel)
        half = 0.5 * (high - low) / panels
        centres = low + half * (2.0 * np.arange(panels) + 1.0)
        z = (centres[:, None] + half * _NODES[None, :]).ravel()
        radii = self._median * np.exp(self._spread * z)
        position = extreme.field - radii if extreme.upward else extreme.field + radii
        values = np.exp(-0.5 * z * z) * np.tanh(position / self._width)
        return float(half / math.sqrt(2.0 * math.pi) * (values.reshape(panels, -1) @ _WEIGHTS).sum())
