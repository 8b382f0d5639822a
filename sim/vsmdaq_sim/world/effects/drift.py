"""Drift of the signal's gain and offset: a straight line by the hour, and a random walk."""

from __future__ import annotations

import cmath
import math

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.effects.tables import DriftTable

__all__ = ["Drift", "RandomWalk"]

_HOUR_S = 3600.0


class RandomWalk:
    """A walk that starts from 0 at time 0: straight between knots, whose steps are independent and normal.

    Its variance at a knot is ``rate**2 t`` (t in hours). Knots that nobody looked at are passed in one step of the same
    variance, so that idle time costs nothing; time must not go back.
    """

    __slots__ = ("_index", "_interval_s", "_last", "_next", "_normals", "_spread")

    def __init__(self, per_sqrt_hour: float, interval_s: float, normals: Normals) -> None:
        self._spread = per_sqrt_hour * math.sqrt(interval_s / _HOUR_S)
        self._interval_s = interval_s
        self._normals = normals
        self._index = 0
        self._last = 0.0
        self._next = self._spread * normals.next()

    def at(self, time_s: float) -> float:
        """Get the walk at a time that is not before the last one asked for."""
        index = math.floor(time_s / self._interval_s)
        passed = index - self._index
        if passed > 0:
            self._last = self._next
            if passed > 1:
                self._last += self._spread * math.sqrt(passed - 1.0) * self._normals.next()
            self._next = self._last + self._spread * self._normals.next()
            self._index = index
        return self._last + (time_s / self._interval_s - self._index) * (self._next - self._last)


class Drift:
    """Relative change of the gain, and coherent offset (V rms).

    Parameters
    ----------
    table : DriftTable, optional
        No drift without it.
    normals : Normals
        Deviates of this source.
    """

    __slots__ = ("_gain_per_s", "_gain_walk", "_offset_per_s", "_offset_walks", "knot_s")

    def __init__(self, table: DriftTable | None, normals: Normals) -> None:
        table = table or DriftTable()
        self._gain_per_s = table.gain_per_hour / _HOUR_S
        self._offset_per_s = cmath.rect(table.offset_v_rms_per_hour / _HOUR_S, math.radians(table.offset_phase_deg))
        walks = [
            RandomWalk(rate, table.walk_interval_s, normals) if rate else None
            for rate in (table.gain_walk_per_sqrt_hour, *2 * (table.offset_walk_v_rms_per_sqrt_hour,))
        ]
        self._gain_walk, self._offset_walks = walks[0], (walks[1], walks[2])
        self.knot_s = table.walk_interval_s if any(walks) else math.inf
        """Distance of the knots between which it is straight, s."""

    def gain(self, time_s: float) -> float:
        """Get the relative change of the gain."""
        change = self._gain_per_s * time_s
        return change if self._gain_walk is None else change + self._gain_walk.at(time_s)

    def offset_v_rms(self, time_s: float) -> complex:
        """Get the offset, V rms."""
        offset = self._offset_per_s * time_s
        in_phase, quadrature = self._offset_walks
        if in_phase is not None and quadrature is not None:
            offset += complex(in_phase.at(time_s), quadrature.at(time_s))
        return offset
