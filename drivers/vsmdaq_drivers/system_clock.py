"""The clock on the wall: the only place where the project asks the operating system for the time."""

from __future__ import annotations

import time  # noqa: TID251  this is the system clock that everything else is handed
from datetime import UTC, datetime, timedelta

__all__ = ["SystemClock"]


class SystemClock:
    """Bench time of a real bench, in seconds since the clock was made; satisfies `contracts.Clock`.

    Parameters
    ----------
    speed : float
        Seconds of bench time in a second: 1 on every real bench; more where the bench is a simulation that is served at that speed.

    Raises
    ------
    ValueError
        The speed is not positive.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"a clock of speed {speed} was asked for; allowed is more than 0")
        self._speed = speed
        self._zero_s = time.monotonic()
        self._begun = datetime.now(tz=UTC)

    def now(self) -> float:
        """Seconds since the clock was made; never goes back, whatever happens to the computer's date."""
        return (time.monotonic() - self._zero_s) * self._speed

    def sleep(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass.

        Raises
        ------
        ValueError
            For a negative duration.
        """
        if not duration_s >= 0:
            raise ValueError(f"cannot sleep for {duration_s} s")
        time.sleep(duration_s / self._speed)

    def utc(self) -> datetime:
        """Date and time as the computer has them now (UTC, aware); of a clock at another speed, since it was made."""
        if self._speed == 1.0:
            return datetime.now(tz=UTC)
        return self._begun + timedelta(seconds=self.now())
