"""Magnetic viscosity: part of the moment follows the field's change late, with relaxation times over decades.

``m = (1 - s) m_eq(H) + s * mean of y_k``, ``dy_k/dt = (m_eq - y_k)/tau_k``, tau_k spaced evenly in ln tau from tau_min to tau_max. Between
the two times the moment after a step dm of m_eq goes as ``-s dm ln(tau_max/t) / ln(tau_max/tau_min)``: logarithmic in time, with the
viscosity coefficient ``S = s dm / ln(tau_max/tau_min)`` (Street and Woolley, Proc. Phys. Soc. A 62, 562 (1949), for a flat distribution of
activation energies).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.world.materials.basic import Material

__all__ = ["Viscous"]

_BEND = 1e-6  # of the moment: largest departure from a straight line within a step
_AT_REST = 1e-9  # of the moment


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
    now : callable
        The world's own time, s.
    """

    __slots__ = ("_equilibrium", "_late", "_now", "_share", "_target", "_taus_s", "_time_s")

    def __init__(
        self,
        equilibrium: Material,
        share: float,
        shortest_s: float,
        longest_s: float,
        modes: int,
        now: Callable[[], float],
    ) -> None:
        self._equilibrium = equilibrium
        self._share = share
        self._now = now
        self._time_s = now()
        ratio = longest_s / shortest_s
        self._taus_s = tuple(shortest_s * ratio ** ((k + 0.5) / modes) for k in range(modes))
        self._target = equilibrium.moment_a_m2(0.0)
        self._late = [self._target] * modes

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Go to `field_a_per_m` and return the moment there; m_eq went on a straight line since the last step began."""
        start, self._target = self._target, self._equilibrium.moment_a_m2(field_a_per_m)
        self._relax(start)
        return (1.0 - self._share) * self._target + self._share * sum(self._late) / len(self._late)

    def _relax(self, start: float) -> None:
        """Bring the late parts to the present, m_eq on a straight line from `start` to what it is now."""
        duration_s, self._time_s = self._now() - self._time_s, self._now()
        if duration_s > 0.0:
            slope = (self._target - start) / duration_s
            for at, tau in enumerate(self._taus_s):
                away = self._late[at] - start + slope * tau
                self._late[at] = self._target - slope * tau + away * math.exp(-duration_s / tau)

    @property
    def relaxing(self) -> bool:
        """Whether the moment still changes by itself."""
        missing = sum(abs(late - self._target) for late in self._late)
        return self._share * missing / len(self._late) > _AT_REST * self._size()

    def next_step_s(self, limit_s: float) -> float:
        """Begin a step: get its length (s, at most `limit_s`), in which the moment is a straight line while the field rests."""
        self._relax(self._target)
        pairs = zip(self._late, self._taus_s, strict=True)
        bend = self._share / len(self._late) * sum(abs(late - self._target) / tau**2 for late, tau in pairs)
        return limit_s if bend == 0.0 else min(limit_s, math.sqrt(8.0 * _BEND * self._size() / bend))

    def _size(self) -> float:
        return max(abs(self._target), *(abs(late) for late in self._late))
