"""How long to wait until what is still to come does not matter. Pure.

What is judged is the mean over the window to come, not its first sample: the mean of what is left of a step over a time T is
what is left of a ramp of that duration (`vsmdaq.physics.ramp`). The part of the step that only follows with the magnet's lag is
seen by gaussmeter and lock-in alike; of it counts what the two see at different times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vsmdaq.physics.ramp import settle_time_s
from vsmdaq_drivers.contracts import LockInFilter

__all__ = ["Settling"]

_GRID = 20.0  # points a decade


def _on_grid(relative: float) -> float:
    """A fraction on a logarithmic grid, to the safe side, so that settling times are computed once."""
    return float(10.0 ** (math.floor(_GRID * math.log10(max(relative, 1e-12))) / _GRID))


@dataclass(frozen=True, slots=True)
class Settling:
    """Settling behind magnet and filter.

    Attributes
    ----------
    filter : LockInFilter
        As it is set.
    lag_s : float
        Longest time constant of the field's lag that is counted with, s.
    reading_interval_s : float or None
        Time between two readings of the gaussmeter; None where the field is not measured but taken from the current.
    """

    filter: LockInFilter
    lag_s: float
    reading_interval_s: float | None

    @property
    def apart(self) -> float:
        """Part of a lagging rest that lock-in and gaussmeter see differently: their delays over the lag, at most 1.

        The filter's output is as old as its poles, a reading of the gaussmeter half an interval on the average.
        """
        if self.reading_interval_s is None or self.lag_s <= 0.0:
            return 1.0
        delay_s = abs(self.filter.poles * self.filter.time_constant_s - 0.5 * self.reading_interval_s)
        return min((delay_s + 0.25 * self.reading_interval_s) / self.lag_s, 1.0)

    def wait_s(self, relative: float, rest: float, window_s: float) -> float:
        """Time (s) from the arrival until the window's mean is free of the step, to `relative` of it.

        Parameters
        ----------
        relative : float
            Fraction of the step that may be left in the mean.
        rest : float
            Fraction of the step that comes with the magnet's lag after the arrival; 1 for a plain ramp.
        window_s : float
            Duration of the window; 0 for a single reading.
        """
        half = 0.5 * relative
        tau_s, poles = self.filter.time_constant_s, self.filter.poles
        filtered_s = settle_time_s(_on_grid(half), window_s, 0.0, tau_s, poles)
        counted = rest * (self.apart if window_s > 0.0 else 1.0)
        if counted <= half:
            return filtered_s
        return max(filtered_s, settle_time_s(_on_grid(half / counted), window_s, self.lag_s, tau_s, poles))

    def after_change_s(self, relative: float) -> float:
        """Time (s) until the filter has forgotten, to `relative` of what it held."""
        return settle_time_s(_on_grid(relative), 0.0, 0.0, self.filter.time_constant_s, self.filter.poles)
