"""Ramp list of a Danfysik 8500 (``RAMPSET``, ``R``, ``RAMP``): set-points, one every so many seconds."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["RampList"]


class RampList:
    """The list.

    Parameters
    ----------
    clock : SimClock
        The bench's clock.
    apply : callable
        Takes a fraction of full scale.

    Attributes
    ----------
    next_event_s : float
        When the next step is due.
    """

    def __init__(self, clock: SimClock, apply: Callable[[float], None]) -> None:
        self.next_event_s = math.inf
        self._clock = clock
        self._apply = apply
        self._steps: list[float] = []
        self._interval_s = 1.0
        self._next = 0

    def configure(self, text: str) -> bool:
        """``RAMPSET C`` clears, ``RAMPSET t`` sets the time of a step (s); False for anything else."""
        if text.upper() == "C":
            self._steps.clear()
            self.stop()
            return True
        interval_s = _number(text)
        if interval_s is None or interval_s <= 0.0:
            return False
        self._interval_s = interval_s
        return True

    def add(self, text: str) -> bool:
        """``R x``: one more step, a fraction of full scale."""
        fraction = _number(text)
        if fraction is None or abs(fraction) > 1.0:
            return False
        self._steps.append(fraction)
        return True

    def start(self) -> None:
        """``RAMP R``."""
        self._next = 0
        self.next_event_s = self._clock.now() if self._steps else math.inf
        self.service()

    def stop(self) -> None:
        """``RAMP S``: stay at the present step."""
        self.next_event_s = math.inf

    def service(self) -> None:
        """Apply what is due; of several steps that are, the last."""
        now_s = self._clock.now()
        if now_s < self.next_event_s:
            return
        due = 1 + int((now_s - self.next_event_s) / self._interval_s)
        self._next = min(self._next + due, len(self._steps))
        self._apply(self._steps[self._next - 1])
        done = self._next == len(self._steps)
        self.next_event_s = math.inf if done else self.next_event_s + due * self._interval_s


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and text.isascii() and "_" not in text else None
