"""Temperature of the bench, and what follows it."""

from __future__ import annotations

import math

from vsmdaq_sim.world.effects.tables import TemperatureTable

__all__ = ["BenchTemperature"]

_HOUR_S = 3600.0
_KNOTS_PER_PERIOD = 400


class BenchTemperature:
    """T(t) = T + drift t + swing sin(2 pi t/period + phase).

    The world takes it as straight between knots, 400 a period: off by at most (2 pi/400)**2/8 = 3.1e-5 of the swing.
    """

    __slots__ = ("_drift_k_per_s", "_mean_k", "_omega", "_phase", "_table", "knot_s")

    def __init__(self, table: TemperatureTable | None, mean_k: float) -> None:
        self._table = table or TemperatureTable()
        self._mean_k = mean_k
        self._drift_k_per_s = self._table.drift_k_per_hour / _HOUR_S
        self._omega = 2.0 * math.pi / self._table.swing_period_s
        self._phase = math.radians(self._table.swing_phase_deg)
        self.knot_s = self._table.swing_period_s / _KNOTS_PER_PERIOD if self._table.swing_k else math.inf
        """Distance of the knots, s."""

    def change_k(self, time_s: float) -> float:
        """Get T(t) - T, K."""
        return self._drift_k_per_s * time_s + self._table.swing_k * math.sin(self._omega * time_s + self._phase)

    def at_k(self, time_s: float) -> float:
        """Get T(t), K."""
        return self._mean_k + self.change_k(time_s)

    def gain(self, time_s: float) -> float:
        """Get the relative change of the signal's gain."""
        return self._table.gain_per_k * self.change_k(time_s)
