"""Hall probe: a new reading every interval, with offset, gain and white noise."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.schema import GaussmeterTable

__all__ = ["HallProbe"]


class HallProbe:
    """Reading = offset + gain * H(at its tick) + noise; between ticks the old reading repeats.

    The world latches the field at the last tick that has passed; noise is drawn only for ticks that are read. With a
    resolution the reading comes in whole steps of it.

    Parameters
    ----------
    table : GaussmeterTable
        What the world file says.
    normals : Normals
        Deviates of this noise source.
    advance : callable
        Brings the world to the present.
    error : callable, optional
        Relative change of the gain and change of the offset (A/m) at the time (s) of a tick.
    """

    __slots__ = ("_advance", "_error", "_field_a_per_m", "_fresh", "_normals", "_reading_a_per_m", "_table", "_tick_s")

    def __init__(
        self,
        table: GaussmeterTable,
        normals: Normals,
        advance: Callable[[], None],
        error: Callable[[float], tuple[float, float]] | None = None,
    ) -> None:
        self._error = error
        self._table = table
        self._normals = normals
        self._advance = advance
        self._field_a_per_m = 0.0
        self._reading_a_per_m = 0.0
        self._tick_s = 0.0
        self._fresh = True

    @property
    def interval_s(self) -> float:
        """Time between two new readings, s."""
        return self._table.interval_s

    def read_a_per_m(self) -> float:
        """Measure: the reading of the last tick, A/m."""
        self._advance()
        if self._fresh:
            table, offset, gain = self._table, self._table.offset_a_per_m, self._table.gain
            if self._error is not None:
                relative, more = self._error(self._tick_s)
                offset, gain = offset + more, gain * (1.0 + relative)
            reading = offset + gain * self._field_a_per_m + table.noise_a_per_m * self._normals.next()
            if table.resolution_a_per_m:
                reading = table.resolution_a_per_m * round(reading / table.resolution_a_per_m)
            self._reading_a_per_m = reading
            self._fresh = False
        return self._reading_a_per_m

    def latch(self, field_a_per_m: float, tick_s: float) -> None:
        """Take the field of a tick (for the world); one that was taken already stays."""
        if tick_s > self._tick_s:
            self._field_a_per_m, self._tick_s = field_a_per_m, tick_s
            self._fresh = True
