"""Hall probe: a new reading every interval, with offset, gain and white noise; in the gap, or wherever the operator has put it."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.errors import WorldOperatorError
from vsmdaq_sim.world.schema import GaussmeterTable

__all__ = ["PROBE_PLACES", "HallProbe"]

PROBE_PLACES = ("back", "sample", "zero", "reference")
"""Its own place in the gap, the place of the sample, a zero-gauss chamber, a reference magnet."""


class HallProbe:
    """Reading = offset + gain * H(at its tick, where the probe is) + noise; between ticks the old reading repeats.

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

    __slots__ = (
        "_advance",
        "_error",
        "_field_a_per_m",
        "_fresh",
        "_normals",
        "_place",
        "_reading_a_per_m",
        "_table",
        "_tick_s",
    )

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
        self._place = "back"
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
            self._field_a_per_m, self._tick_s = self._seen_a_per_m(field_a_per_m), tick_s
            self._fresh = True

    def put(self, place: str) -> None:
        """Bring the probe to one of `PROBE_PLACES`; what it reads is of there from the next tick on.

        Raises
        ------
        WorldOperatorError
            There is no such place on this bench.
        """
        if place == "reference" and self._table.reference_a_per_m is None:
            raise WorldOperatorError("there is no reference magnet on this bench")
        if place not in PROBE_PLACES:
            raise WorldOperatorError(f"there is no place {place!r} for the probe; places: {', '.join(PROBE_PLACES)}")
        self._place = place

    def _seen_a_per_m(self, field_a_per_m: float) -> float:
        """Field at the probe where the sample has `field_a_per_m`."""
        match self._place:
            case "sample":
                return field_a_per_m
            case "zero":
                return self._table.chamber_a_per_m
            case "reference":
                return self._table.reference_a_per_m or 0.0
            case _:
                return field_a_per_m / self._table.sample_factor
