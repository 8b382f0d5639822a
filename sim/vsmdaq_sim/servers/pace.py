"""How fast bench time passes beside the clock on the wall."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

__all__ = ["Pace", "Paced"]


class Paced(Protocol):
    """A clock that can be moved on."""

    def now(self) -> float:
        """Bench time, s."""
        ...

    def sleep_until(self, time_s: float) -> None:
        """Move on to a bench time (s), or stay where that is past."""
        ...


class Pace:
    """Ties a bench's clock to the wall: bench time = speed * wall time, never behind, a message's bus time ahead at most.

    Parameters
    ----------
    clock : Paced
        The bench's clock.
    speed : float
        Seconds of bench time in a second.
    wall : callable
        Monotonic time of this computer, s.

    Raises
    ------
    ValueError
        The speed is not positive and finite.
    """

    def __init__(self, clock: Paced, speed: float, wall: Callable[[], float]) -> None:
        if not 0.0 < speed < math.inf:
            raise ValueError(f"speed: given {speed!r}; allowed: more than 0, e.g. 1 (real time) or 20")
        self.speed = speed
        self._clock = clock
        self._wall = wall
        self._zero_s = wall() - clock.now() / speed

    def catch_up(self) -> None:
        """Bring the bench to the time that the wall's clock stands for."""
        self._clock.sleep_until((self._wall() - self._zero_s) * self.speed)

    def wall_delay_s(self, time_s: float) -> float:
        """Wall time (s) until bench time is `time_s`; inf stays inf."""
        return max(0.0, time_s / self.speed - (self._wall() - self._zero_s))

    async def wait(self, time_s: float, woken: asyncio.Event) -> None:
        """Wait until bench time is `time_s`, or until somebody sets `woken`, which is cleared."""
        delay_s = self.wall_delay_s(time_s)
        try:
            await asyncio.wait_for(woken.wait(), None if delay_s == math.inf else delay_s)
        except TimeoutError:
            pass
        else:
            woken.clear()
        self.catch_up()
