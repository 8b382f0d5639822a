"""Temperature of the sample: the room's, or that of a heated stage which follows its heater with a first-order lag.

``dT/dt = (room + rise - T) / lag``. The rise is what the heater gives, between 0 and the full rise: there is no cooling below
the room. Under control the rise is chosen so that T goes to the set-point; how a controller finds it (P, I, D) is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.draws import Normals

__all__ = ["SampleThermometer", "ThermometerTable"]

_SETTLED_K = 1e-9
_STEPS_PER_LAG = 20
_CRUMB_S = 1e-9  # rounding of the clock


class ThermometerTable(BaseModel):
    """Sensor and heater at the sample; the sensor shows T + offset + noise, anew every interval."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    offset_k: float = 0.0
    noise_k: Annotated[float, Field(ge=0.0)] = 0.0
    interval_s: Annotated[float, Field(gt=0.0)] = 0.1
    lag_s: Annotated[float, Field(gt=0.0)] = 60.0
    full_rise_k: Annotated[float, Field(gt=0.0)] = 200.0


class SampleThermometer:
    """Sensor, heater and sample.

    Parameters
    ----------
    table : ThermometerTable
        What the world file says.
    room_k : float
        Temperature without heater.
    clock : VirtualClock
        Of the world.
    normals : Normals
        Deviates of this noise source.
    advance : callable
        Brings the world to the present.
    room_change_k : callable, optional
        Room's temperature at the world's own time less `room_k`, K.
    """

    def __init__(
        self,
        table: ThermometerTable,
        room_k: float,
        clock: VirtualClock,
        normals: Normals,
        advance: Callable[[], None],
        room_change_k: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._room_change_k = room_change_k
        self._table = table
        self._room_k = room_k
        self._clock = clock
        self._normals = normals
        self._advance = advance
        self._heated_k = room_k  # with the room as it was at first
        self._controlled = False
        self._aim_k = self._goal_k = room_k  # the set-point now, and where it goes
        self._rate_k_per_s = math.inf
        self._most_k = 0.0  # largest rise on the heater's range
        self._open_rise_k = 0.0
        self._tick = -1
        self._shown_k = 0.0

    def temperature_k(self) -> float:
        """Get the true temperature of the sample, K."""
        self._advance()
        return self.temperature_now_k

    def sensor_k(self) -> float:
        """Measure: the reading of the sensor, K; a new one every interval."""
        self._advance()
        tick = int(self._clock.now() / self._table.interval_s)
        if tick != self._tick:
            self._tick = tick
            noise = self._table.noise_k * self._normals.next() if self._table.noise_k else 0.0
            self._shown_k = self.temperature_now_k + self._table.offset_k + noise
        return self._shown_k

    def set_point_k(self) -> float:
        """Get the set-point now, on its way where it ramps; as the sensor would show it, K."""
        self._advance()
        return self._aim_k + self._table.offset_k

    def heater_share(self) -> float:
        """Get the heater's output now as a share of its range, 0 to 1."""
        self._advance()
        return self._rise_k(self._aim_k) / self._most_k if self._most_k else 0.0

    def control(self, sensor_k: float, rate_k_per_s: float, power_share: float) -> None:
        """Bring the sensor to `sensor_k`, the set-point moving at `rate_k_per_s` (inf: at once).

        `power_share` of the full rise is what the heater's range allows.

        Raises
        ------
        ValueError
            Set-point not finite, rate not positive, share outside 0 to 1.
        """
        if not math.isfinite(sensor_k) or not rate_k_per_s > 0.0 or not 0.0 <= power_share <= 1.0:
            raise ValueError(
                f"control to {sensor_k!r} K at {rate_k_per_s!r} K/s with {power_share!r} of the power was asked for; allowed:"
                " a finite temperature, a rate > 0, a share from 0 to 1"
            )
        self._advance()
        if not self._controlled:
            self._aim_k = self._heated_k = self.temperature_now_k
        self._controlled = True
        self._goal_k, self._rate_k_per_s = sensor_k - self._table.offset_k, rate_k_per_s
        if math.isinf(rate_k_per_s):
            self._aim_k = self._goal_k
        self._most_k = power_share * self._table.full_rise_k

    def heat(self, output_share: float, power_share: float) -> None:
        """Heat without control: `output_share` (0 to 1) of a range that gives `power_share` (0 to 1) of the full rise."""
        if not (0.0 <= output_share <= 1.0 and 0.0 <= power_share <= 1.0):
            raise ValueError(f"shares {output_share!r} and {power_share!r} were asked for; allowed: 0 to 1")
        self._advance()
        if self._controlled:
            self._heated_k -= self._room_change_k()
        self._controlled = False
        self._most_k = power_share * self._table.full_rise_k
        self._open_rise_k = output_share * self._most_k

    # Below: for the world.

    @property
    def temperature_now_k(self) -> float:
        """True temperature at the world's own time, K; without control it follows the room at once."""
        return self._heated_k if self._controlled else self._heated_k + self._room_change_k()

    @property
    def moving(self) -> bool:
        """Temperature or set-point are not where they go."""
        if self._controlled and self._aim_k != self._goal_k:
            return True
        return self._heated_k != self._room_k + self._rise_k(self._aim_k)

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) within which the heater's rise changes evenly and the temperature hardly bends."""
        step = min(limit_s, self._table.lag_s / _STEPS_PER_LAG)
        if self._controlled and self._aim_k != self._goal_k:
            corners = (self._goal_k, self._room_k, self._room_k + self._most_k)
            slope = self._slope_k_per_s()
            ahead = [(corner - self._aim_k) / slope for corner in corners]
            step = min([step, *(time_s for time_s in ahead if time_s > _CRUMB_S)])
        return step

    def step(self, duration_s: float) -> None:
        """Move on; `duration_s` must not be longer than `next_step_s` allows."""
        tau = self._table.lag_s
        start_k = self._room_k + self._rise_k(self._aim_k)
        behind_k = 0.0
        if self._controlled and self._aim_k != self._goal_k:
            slope = self._slope_k_per_s()
            if 0.0 < self._aim_k + 0.5 * slope * duration_s - self._room_k < self._most_k:
                behind_k = slope * tau  # a lag follows a straight line at this distance
            aim_k = self._aim_k + slope * duration_s
            done = (self._goal_k - aim_k) * slope <= 0.0 or abs(self._goal_k - aim_k) < _SETTLED_K
            self._aim_k = self._goal_k if done else aim_k
        end_k = self._room_k + self._rise_k(self._aim_k)
        rest_k = (self._heated_k - start_k + behind_k) * math.exp(-duration_s / tau)
        self._heated_k = end_k - behind_k + rest_k
        if start_k == end_k and abs(self._heated_k - end_k) < _SETTLED_K:
            self._heated_k = end_k

    def _slope_k_per_s(self) -> float:
        return math.copysign(self._rate_k_per_s, self._goal_k - self._aim_k)

    def _rise_k(self, aim_k: float) -> float:
        if not self._controlled:
            return self._open_rise_k
        return min(max(aim_k - self._room_k, 0.0), self._most_k)
