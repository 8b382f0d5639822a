"""What the vibrating head stands on: dials or motors that move the sample along x (the field), y and z (the rod).

Without a table ``[positioner]`` every sample rests where the world file puts it and nothing moves it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vsmdaq_sim.world.errors import WorldOperatorError

__all__ = ["AXES", "Positioner", "PositionerTable"]

AXES = ("x", "y", "z")
_STEP_M = 2.5e-4  # the signal between two places so near is a straight line to 1e-4


class PositionerTable(BaseModel):
    """Where the sample is, relative to the middle of the coils, when all three scales show zero; m."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    offset_m: Annotated[list[float], Field(min_length=3, max_length=3)] = Field(default_factory=lambda: [0.0, 0.0, 0.0])


class Positioner:
    """Three straight axes.

    Parameters
    ----------
    table : PositionerTable or None
        None where nothing can be moved.
    advance : callable
        Brings the world to the present.
    moved : callable
        Called after the sample has moved.
    """

    def __init__(
        self, table: PositionerTable | None, advance: Callable[[], None], moved: Callable[[], None] = lambda: None
    ) -> None:
        self._offset_m = (0.0, 0.0, 0.0) if table is None else tuple(table.offset_m)
        self.present = table is not None
        """Whether there is one."""
        self._advance = advance
        self._moved = moved
        self._at_m = [0.0, 0.0, 0.0]
        self._goal_m = [0.0, 0.0, 0.0]
        self._speed_m_per_s = [1e-3, 1e-3, 1e-3]

    def set(self, axis: str, position_m: float) -> None:
        """Turn a dial: the sample is there at once.

        Raises
        ------
        WorldOperatorError
            There is no positioner, no such axis, or no such position.
        """
        number = self._number(axis, position_m)
        self._advance()
        self._at_m[number] = self._goal_m[number] = position_m
        self._moved()

    def move_to(self, axis: str, position_m: float, speed_m_per_s: float) -> None:
        """Start a motor. Errors as for `set`; also for a speed that is not positive and finite."""
        number = self._number(axis, position_m)
        if not 0.0 < speed_m_per_s < math.inf:
            raise WorldOperatorError(f"a speed of {speed_m_per_s!r} m/s was asked for; allowed: more than 0")
        self._advance()
        self._goal_m[number], self._speed_m_per_s[number] = position_m, speed_m_per_s

    def stop(self, axis: str) -> None:
        """Stop a motor where it is."""
        self._advance()
        number = AXES.index(axis)
        self._goal_m[number] = self._at_m[number]

    def position_m(self, axis: str) -> float:
        """Get what the scale of an axis shows, m."""
        self._advance()
        return self._at_m[AXES.index(axis)]

    def driving(self, axis: str) -> bool:
        """Tell whether a motor runs."""
        self._advance()
        number = AXES.index(axis)
        return self._at_m[number] != self._goal_m[number]

    # Below: for the world.

    @property
    def shift_m(self) -> tuple[float, float, float]:
        """Where a sample mounted at the middle is, relative to the middle of the coils, at the world's own time."""
        x, y, z = (offset + at for offset, at in zip(self._offset_m, self._at_m, strict=True))
        return x, y, z

    @property
    def moving(self) -> bool:
        """Some motor runs, at the world's own time."""
        return self._at_m != self._goal_m

    def next_step_s(self, limit_s: float) -> float:
        """Get a step (s, at most `limit_s`) in which the sample moves by little and no motor arrives before the end."""
        for left_m, speed in self._ways():
            limit_s = min(limit_s, _STEP_M / speed, abs(left_m) / speed)
        return limit_s

    def step(self, duration_s: float) -> None:
        """Move on; `duration_s` must not be longer than `next_step_s` allows."""
        for number, (at, goal) in enumerate(zip(self._at_m, self._goal_m, strict=True)):
            way_m = self._speed_m_per_s[number] * duration_s
            left_m = goal - at
            arrived = way_m >= abs(left_m) * (1.0 - 1e-12)
            self._at_m[number] = goal if arrived else at + math.copysign(way_m, left_m)
        self._moved()

    def _ways(self) -> list[tuple[float, float]]:
        ways = zip(self._at_m, self._goal_m, self._speed_m_per_s, strict=True)
        return [(goal - at, speed) for at, goal, speed in ways if goal != at]

    def _number(self, axis: str, position_m: float) -> int:
        if not self.present:
            raise WorldOperatorError(
                "the head of this bench cannot be moved; a table [positioner] in the world file makes it so"
            )
        if axis not in AXES or not math.isfinite(position_m):
            raise WorldOperatorError(
                f"{axis!r} = {position_m!r} m was asked for; allowed: x, y, z and a finite position"
            )
        return AXES.index(axis)
