"""Balance above the magnet: mechanics, gain error, drift, noise, and its stability detector."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.schema import BalanceTable

__all__ = ["PanBalance"]

_AT_REST_KG = 1e-18


class PanBalance:
    """First-order mechanics follows the load; a new indication every interval.

    Indication = (1 + gain error) * mechanics + drift * t + noise. The detector says stable where the mechanics has been
    within the band around its load for the stability time; noise does not shake it.

    Parameters
    ----------
    table : BalanceTable
        What the world file says.
    clock : VirtualClock
        Of the world.
    normals : Normals
        Deviates of this noise source.
    advance : callable
        Brings the world to the present.
    """

    __slots__ = (
        "_advance", "_clock", "_fresh", "_gain_error", "_indication_kg", "_latched_kg", "_latched_s", "_mass_kg",
        "_normals", "_on_pan_kg", "_restless_s", "_table", "load_kg",
    )  # fmt: skip

    def __init__(self, table: BalanceTable, clock: VirtualClock, normals: Normals, advance: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._normals = normals
        self._advance = advance
        self.load_kg = 0.0
        """Apparent load, force included, at the world's own time."""
        self._mass_kg = 0.0
        self._latched_kg = self._latched_s = self._indication_kg = 0.0
        self._fresh = True
        self._restless_s = -math.inf
        self._on_pan_kg = 0.0
        self._gain_error = table.gain_error

    @property
    def readability_kg(self) -> float:
        """Smallest step of the display, kg; rounding to it is left to the instrument."""
        return self._table.readability_kg

    def apparent_mass_kg(self) -> float:
        """Measure: the indication of the last tick, kg, not rounded."""
        self._advance()
        if self._fresh:
            table = self._table
            self._indication_kg = (
                (self._latched_kg + self._on_pan_kg) * (1.0 + self._gain_error)
                + table.drift_kg_per_s * self._latched_s
                + table.noise_kg * self._normals.next()
            )
            self._fresh = False
        return self._indication_kg

    def stable(self) -> bool:
        """Tell what the stability detector says now."""
        self._advance()
        return self._clock.now() - self._restless_s >= self._table.stability_time_s

    def adjust(self) -> None:
        """Adjust with a perfect weight: the gain error is gone, from the next indication on."""
        self._advance()
        self._gain_error = 0.0

    def shake(self) -> None:
        """From now on it never comes to rest."""
        self._restless_s = math.inf

    def put_on(self, mass_kg: float) -> None:
        """Lay something on the pan, where it stays (kg)."""
        self._advance()
        self._on_pan_kg += mass_kg
        self._restless_s = max(self._restless_s, self._clock.now())
        self._fresh = True

    # Below: for the world.

    @property
    def at_rest(self) -> bool:
        """The mechanics has come to its load."""
        return self._mass_kg == self.load_kg

    def latch(self, tick_s: float) -> None:
        """Take the state of the mechanics at a tick; one that was taken already stays."""
        if tick_s > self._latched_s:
            self._latched_kg, self._latched_s = self._mass_kg, tick_s
            self._fresh = True

    def jump(self, load_kg: float, time_s: float) -> None:
        """Change the load at once."""
        self.load_kg = load_kg
        if abs(self._mass_kg - load_kg) > self._table.stability_band_kg:
            self._restless_s = max(self._restless_s, time_s)

    def follow(self, load_kg: float, start_s: float, duration_s: float) -> None:
        """Let the load go on a straight line to `load_kg` within `duration_s` from `start_s`."""
        tau, band = self._table.settling_s, self._table.stability_band_kg
        slope = (load_kg - self.load_kg) / duration_s
        away = abs(self._mass_kg - self.load_kg)
        rest = (self._mass_kg - self.load_kg + slope * tau) * math.exp(-duration_s / tau)
        self._mass_kg = load_kg - slope * tau + rest
        self.load_kg = load_kg
        if abs(self._mass_kg - load_kg) > band:
            self._restless_s = max(self._restless_s, start_s + duration_s)
        elif away > band:
            self._restless_s = max(self._restless_s, start_s + min(duration_s, tau * math.log(away / band)))
        if abs(self._mass_kg - load_kg) < _AT_REST_KG:
            self._mass_kg = load_kg
