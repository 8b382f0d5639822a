"""A sample that is loose on its rod: it rattles, and it sits differently after each reversal of the field."""

from __future__ import annotations

from operator import mul

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.effects.tables import LooseTable
from vsmdaq_sim.world.filters import noise_step, stationary_covariance

__all__ = ["Rattle", "Seat"]


class Seat:
    """How the sample sits: its signal is 1 + delta of that of a sample that sits well.

    delta is drawn anew (normal, spread `step_relative`) each time that H comes beyond the threshold on the other side than
    the last time; with a threshold of 0, at each reversal. A sample just mounted sits well.
    """

    __slots__ = ("_normals", "_side", "_table", "factor")

    def __init__(self, table: LooseTable, normals: Normals) -> None:
        self._table = table
        self._normals = normals
        self.factor = 1.0
        """1 + delta."""
        self._side = 0

    def mounted(self) -> None:
        """Somebody has just put it on."""
        self.factor, self._side = 1.0, 0

    def feel(self, field_a_per_m: float) -> None:
        """Let the field pull, A/m."""
        if self._table.step_relative == 0.0 or abs(field_a_per_m) <= self._table.threshold_a_per_m:
            return
        side = 1 if field_a_per_m > 0.0 else -1
        if side != self._side:
            if self._side != 0 or self._table.threshold_a_per_m > 0.0:
                self.factor = 1.0 + self._table.step_relative * self._normals.next()
            self._side = side


class Rattle:
    """White relative noise of the signal, through the poles of a filter, drawn when it is looked at.

    Exact while the signal stands; while it moves, the noise is scaled with the signal of the moment.
    """

    __slots__ = ("_density", "_normals", "_state", "_time_s")

    def __init__(self, per_sqrt_hz: float, normals: Normals) -> None:
        self._density = per_sqrt_hz
        self._normals = normals
        self._time_s = 0.0
        self._state: list[float] = []

    def filtered(self, taus_s: tuple[float, ...], time_s: float) -> float:
        """Get the relative noise behind the poles `taus_s` at `time_s`; poles that change keep what they hold."""
        fresh, count = self._normals.next, len(taus_s)
        if not self._state:
            self._state = [float(stationary_covariance(taus_s)[-1, -1]) ** 0.5 * fresh()]
            self._time_s = time_s
        self._state = self._state[:count] + self._state[-1:] * (count - len(self._state))
        duration_ns = round((time_s - self._time_s) * 1e9)
        if duration_ns > 0:
            mixed = [value for state in self._state for value in (state, fresh())]
            self._state = [sum(map(mul, row, mixed)) for row in noise_step(taus_s, duration_ns)]
            self._time_s = time_s
        return self._density * self._state[-1]
