"""Rotation stage: turns the sample about the vibration axis (z), at constant speed.

Only a current loop notices: its moment is fixed to the sample, and what lies along the field (x) is ``m cos(angle)``. All
other materials are taken as isotropic: their moment lies along the field at every angle.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from vsmdaq_sim.world.materials import Material

__all__ = ["StageTable", "TurnTable", "TurnedMoment"]

_STEP_DEG = 1.0  # a straight line across it misses a cosine by 4e-5


class StageTable(BaseModel):
    """Angle between the moment of a current loop and the field where the stage shows zero, degree."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    offset_deg: float = 0.0


class TurnTable:
    """The stage's mechanics.

    Parameters
    ----------
    table : StageTable
        What the world file says.
    advance : callable
        Brings the world to the present.
    """

    def __init__(self, table: StageTable, advance: Callable[[], None]) -> None:
        self._table = table
        self._advance = advance
        self._angle_deg = self._goal_deg = 0.0
        self._speed_deg_per_s = 1.0

    def move_to(self, angle_deg: float, speed_deg_per_s: float) -> None:
        """Start to turn.

        Raises
        ------
        ValueError
            Angle not finite, or speed not positive and finite.
        """
        if not math.isfinite(angle_deg) or not 0.0 < speed_deg_per_s < math.inf:
            raise ValueError(
                f"turn to {angle_deg!r} deg at {speed_deg_per_s!r} deg/s was asked for; allowed: a finite angle, a speed > 0"
            )
        self._advance()
        self._goal_deg, self._speed_deg_per_s = angle_deg, speed_deg_per_s

    def stop(self) -> None:
        """Stop where it is."""
        self._advance()
        self._goal_deg = self._angle_deg

    def angle_deg(self) -> float:
        """Get the stage's angle, degree."""
        self._advance()
        return self._angle_deg

    def turning(self) -> bool:
        """Tell whether it turns."""
        self._advance()
        return self.moving

    # Below: for the world.

    @property
    def sample_angle_deg(self) -> float:
        """Angle of the sample at the world's own time, degree."""
        return self._angle_deg + self._table.offset_deg

    @property
    def moving(self) -> bool:
        """It turns, at the world's own time."""
        return self._angle_deg != self._goal_deg

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) in which it turns by little and does not arrive before the end."""
        left_deg = abs(self._goal_deg - self._angle_deg)
        return min(limit_s, _STEP_DEG / self._speed_deg_per_s, left_deg / self._speed_deg_per_s)

    def step(self, duration_s: float) -> None:
        """Move on; `duration_s` must not be longer than `next_step_s` allows."""
        left_deg = self._goal_deg - self._angle_deg
        way_deg = self._speed_deg_per_s * duration_s
        if way_deg >= abs(left_deg) * (1.0 - 1e-12):
            self._angle_deg = self._goal_deg
        else:
            self._angle_deg += math.copysign(way_deg, left_deg)


class TurnedMoment:
    """Component along the field of a moment that turns with the stage."""

    __slots__ = ("_angle_deg", "_material")

    def __init__(self, material: Material, angle_deg: Callable[[], float]) -> None:
        self._material = material
        self._angle_deg = angle_deg

    def moment_a_m2(self, field_a_per_m: float) -> float:
        """Get the component at `field_a_per_m`."""
        return self._material.moment_a_m2(field_a_per_m) * math.cos(math.radians(self._angle_deg()))
