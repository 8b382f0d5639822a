"""Samples that a detector takes by itself, at instants fixed beforehand, however seldom anybody looks."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from vsmdaq_sim.world.errors import WorldError

__all__ = ["Sample", "Sampling"]

Sample = tuple[float, float, float]
"""Bench time (s), X and Y (V rms)."""


class Sampling:
    """Instants ``first_s + k interval_s``, and what was there.

    Parameters
    ----------
    advance : callable
        Brings the world to the present.
    first_s, interval_s : float
        Bench time of the first sample, and from one to the next, s.
    most : int or None
        So many samples are taken, then no more; None for no end.
    keep : int
        At most so many of those not yet taken away are kept, the latest.
    """

    __slots__ = ("_advance", "_count", "_first_s", "_interval_s", "_keep", "_most", "_refusal", "_taken", "next_s")

    def __init__(
        self, advance: Callable[[], None], first_s: float, interval_s: float, most: int | None, keep: int
    ) -> None:
        self._advance = advance
        self._first_s = first_s
        self._interval_s = interval_s
        self._most = most
        self._keep = keep
        self._count = 0
        self._taken: deque[Sample] = deque(maxlen=keep)
        self._refusal: WorldError | None = None
        self.next_s = first_s
        """Bench time of the next sample, s; ``inf`` where none is to come."""

    def stop(self) -> None:
        """Take no more."""
        self.next_s = math.inf

    def add(self, x_v_rms: float, y_v_rms: float, refusal: WorldError | None) -> None:
        """Note the sample that was due at `next_s`; with a refusal there is no number, and `take` will say so."""
        if refusal is not None:
            self._refusal = refusal
        self._taken.append((self.next_s, x_v_rms, y_v_rms))
        self._pass(1)

    def skip_to(self, end_s: float) -> None:
        """Leave out what would be pushed out by later samples until `end_s` anyway; only where there is no end."""
        if self._most is None and self.next_s < math.inf:
            due = math.floor((end_s - self.next_s) / self._interval_s) + 1
            if due > self._keep:
                self._pass(due - self._keep)

    def take(self) -> list[Sample]:
        """Give the samples up to now, and forget them.

        Raises
        ------
        MaterialRangeError
            At one of them the field was beyond what is known of the sample.
        """
        self._advance()
        samples, refusal = list(self._taken), self._refusal
        self._taken.clear()
        self._refusal = None
        if refusal is not None:
            raise refusal
        return samples

    def _pass(self, samples: int) -> None:
        self._count += samples
        over = self._most is not None and self._count >= self._most
        self.next_s = math.inf if over else self._first_s + self._count * self._interval_s
