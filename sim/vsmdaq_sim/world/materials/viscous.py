"""Magnetic viscosity: part of the moment follows the field's change late, with relaxation times over decades.

``m = (1 - s) m_eq(H) + s * mean of y_k``, ``dy_k/dt = (m_eq - y_k)/tau_k``, tau_k spaced evenly in ln tau from tau_min to tau_max. Between
the two times the moment after a step dm of m_eq goes as ``-s dm ln(tau_max/t) / ln(tau_max/tau_min)``: logarithmic in time, with the
viscosity coefficient ``S = s dm / ln(tau_max/tau_min)`` (Street and Woolley, Proc. Phys. Soc. A 62, 562 (1949), for a flat distribution of
activation energies).
"""

from __future__ import annotations

import math

from vsmdaq_sim.world.materials.basic import Material

__all__ = ["Viscous"]

_STEP = (
    0.05  # of the shortest time that still matters: the moment is then straight to 3e-4 of what is left of that mode
)
_AT_REST = 1e-12


class Viscous:
    """A material whose moment comes late.

    Parameters
    ----------
    equilibrium : Material
        Gives m_eq by the field's history.
    share : float
        s, the part of the moment that is late; 0 to 1.
    shortest_s, longest_s : float
        tau_min and tau_max.
    modes : int
        How many relaxation times.
    """

    __slots__ = ("_equilibrium", "_late", "_share", "_target", "_taus_s")

    def __init__(self, equilibrium: Material, share: float, shortest_s: float, longest_s: float, modes: int) -> None:
        self._equilibrium = equilibrium
        self._share = share
        ratio = longest_s / shortest_s
        self._taus_s = tuple(shortest_s * ratio ** ((k + 0.5) / modes) for k in range(modes))
        self._target = equilibrium.moment_a_m2(0.0)
        self._late = [self._target] * modes

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` at once and return the moment there: only what is not late has followed."""
        self._target = self._equilibrium.moment_a_m2(field_a_per_m)
        return self._present()

    def _present(self) -> float:
        return (1.0 - self._share) * self._target + self._share * sum(self._late) / len(self._late)

    def follow(self, field_a_per_m: float, duration_s: float) -> float:
        """Go to `field_a_per_m` within `duration_s`, m_eq on a straight line in time, and return the moment there."""
        start, self._target = self._target, self._equilibrium.moment_a_m2(field_a_per_m)
        slope = (self._target - start) / duration_s
        for at, tau in enumerate(self._taus_s):
            away = self._late[at] - start + slope * tau
            self._late[at] = self._target - slope * tau + away * math.exp(-duration_s / tau)
        return self._present()

    @property
    def relaxing(self) -> bool:
        """Whether the moment still changes by itself."""
        size = _AT_REST * abs(self._target)
        return any(abs(late - self._target) > size for late in self._late)

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) in which the moment is a straight line, near enough, while the field rests."""
        size = _AT_REST * abs(self._target)
        shortest = next(
            (tau for tau, late in zip(self._taus_s, self._late, strict=True) if abs(late - self._target) > size),
            math.inf,
        )
        return min(limit_s, _STEP * shortest)
