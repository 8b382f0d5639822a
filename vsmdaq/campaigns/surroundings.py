"""Temperature of the sample at a point: the thermometer's where the bench names one, else what the bench file states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq_drivers.contracts import TemperatureReading, Thermometer

if TYPE_CHECKING:
    from typing import Any

    from vsmdaq.bench import Bench

__all__ = ["SampleTemperature"]


class SampleTemperature:
    """Reads the thermometer before and after a window; in the middle of the window it was between the two.

    Parameters
    ----------
    bench : Bench
        Open; without a thermometer its file's temperature stands for all points.
    """

    def __init__(self, bench: Bench) -> None:
        found: Any = bench.beside.get("thermometer")
        self._thermometer: Thermometer | None = found
        self._stated_k = bench.spec.temperature.value
        self._before: TemperatureReading | None = None

    @property
    def read_by(self) -> str:
        """Name of the thermometer; ``""`` without one."""
        return "" if self._thermometer is None else self._thermometer.name

    def look(self) -> None:
        """Read once, before the window."""
        self._before = None if self._thermometer is None else self._thermometer.read()

    def over(self, start_s: float, end_s: float, told_k: float | None = None) -> tuple[float, tuple[str, ...]]:
        """Temperature (K) at the middle of the window, and flags where the thermometer gave none.

        Parameters
        ----------
        start_s, end_s : float
            The window, bench time.
        told_k : float, optional
            What the operator said; counts where there is no thermometer.
        """
        before = self._before
        if self._thermometer is None or before is None:
            return (self._stated_k if told_k is None else told_k), ()
        after = self._thermometer.read()
        first, last = before.temperature_k, after.temperature_k
        if first is None and last is None:
            flags = dict.fromkeys((*before.flags, *after.flags))
            return self._stated_k, tuple(f"temperature_{flag}" for flag in flags)
        if first is None:
            return last or self._stated_k, ("temperature_read_once",)
        if last is None:
            return first, ("temperature_read_once",)
        share = (0.5 * (start_s + end_s) - before.time_s) / max(after.time_s - before.time_s, 1e-9)
        return first + (last - first) * min(max(share, 0.0), 1.0), ()
