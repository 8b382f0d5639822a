"""What simulated balances do later: a command that waits for rest, and an internal adjustment that takes its time."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.instruments.balances.scale import Scale
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["InternalAdjustment", "WhenStable"]

_LOOK_S = 0.1


class WhenStable:
    """Does one thing as soon as the load is at rest (or beyond the range), or another when it takes too long.

    Parameters
    ----------
    scale : Scale
        Of the balance.
    clock : SimClock
        The bench's clock.
    patience_s : float
        How long it waits, s.

    Attributes
    ----------
    next_s : float
        Bench time of the next look, s; ``inf`` while nothing waits.
    """

    def __init__(self, scale: Scale, clock: SimClock, patience_s: float) -> None:
        if not patience_s > 0.0:
            raise ValueError(f"stable_timeout_s: given {patience_s}; it must be positive")
        self.next_s = math.inf
        self._scale = scale
        self._clock = clock
        self._patience_s = patience_s
        self._deadline_s = math.inf
        self._act: Callable[[], list[Reply]] = list
        self._give_up: Callable[[], list[Reply]] = list

    def start(self, act: Callable[[], list[Reply]], give_up: Callable[[], list[Reply]] = list) -> list[Reply]:
        """Wait, instead of for what it waited for before; what is due at once is done at once."""
        self._act, self._give_up = act, give_up
        self.next_s = self._clock.now()
        self._deadline_s = self.next_s + self._patience_s
        return self.poll()

    def cancel(self) -> None:
        """Wait no longer."""
        self.next_s = math.inf

    def poll(self) -> list[Reply]:
        """Look, if it is time for it."""
        now_s = self._clock.now()
        if now_s < self.next_s:
            return []
        if self._scale.stable() or self._scale.beyond():
            self.cancel()
            return self._act()
        if now_s >= self._deadline_s:
            self.cancel()
            return self._give_up()
        self.next_s = min(now_s + _LOOK_S, self._deadline_s)
        return []


class InternalAdjustment:
    """Takes its time, and ends well where the pan is empty.

    Parameters
    ----------
    scale : Scale
        Of the balance.
    clock : SimClock
        The bench's clock.
    duration_s : float
        How long it takes, s.

    Attributes
    ----------
    next_s : float
        Bench time of its end, s; ``inf`` while none is going on.
    """

    def __init__(self, scale: Scale, clock: SimClock, duration_s: float) -> None:
        if not duration_s > 0.0:
            raise ValueError(f"adjust_s: given {duration_s}; it must be positive")
        self.next_s = math.inf
        self._scale = scale
        self._clock = clock
        self._duration_s = duration_s

    @property
    def active(self) -> bool:
        """Whether one is going on."""
        return self.next_s < math.inf

    def start(self) -> None:
        """Begin; one that is going on begins anew."""
        self.next_s = self._clock.now() + self._duration_s

    def cancel(self) -> None:
        """End it without effect."""
        self.next_s = math.inf

    def ended(self) -> bool | None:
        """True where it has just ended well, False where the pan was loaded; None while nothing ended."""
        if self._clock.now() < self.next_s:
            return None
        self.cancel()
        return self._scale.adjust()
