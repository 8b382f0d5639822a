"""How a wire is set up: what ends a line, and the frame of a serial port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vsmdaq_drivers.contracts import Clock, LimitError

__all__ = ["LONGEST_TIMEOUT_S", "Pacer", "SerialSettings", "Terminators", "checked_timeout"]

# No message may keep signals and watchdogs waiting for longer.
LONGEST_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Terminators:
    r"""What ends a line: `read` the instrument's, `write` ours, e.g. ``"\r\n"``."""

    read: str
    write: str


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Frame and pace of a serial port.

    Parameters
    ----------
    baud_rate : int
        Bits per second.
    data_bits : int
        7 or 8.
    parity : str
        ``"none"``, ``"odd"`` or ``"even"``.
    stop_bits : int
        1 or 2.
    pause_s : float
        Shortest time between the end of one message and the start of the next, s.
    """

    baud_rate: int = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "odd", "even"] = "none"
    stop_bits: Literal[1, 2] = 1
    pause_s: float = 0.0


class Pacer:
    """Keeps the pause that slow instruments need between two messages, on the bench's own clock."""

    def __init__(self, clock: Clock, pause_s: float) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self._last_s: float | None = None

    def wait(self) -> None:
        """Let the rest of the pause pass, if any of it is left."""
        if self._pause_s > 0 and self._last_s is not None:
            left_s = self._last_s + self._pause_s - self._clock.now()
            if left_s > 0:
                self._clock.sleep(left_s)

    def mark(self) -> None:
        """A message has just ended."""
        if self._pause_s > 0:
            self._last_s = self._clock.now()


def checked_timeout(timeout_s: float, instrument: str) -> float:
    """Return `timeout_s`, or raise LimitError where it is not within 0 to 2 s."""
    if not 0 < timeout_s <= LONGEST_TIMEOUT_S:
        raise LimitError("time-out", timeout_s, 0.0, LONGEST_TIMEOUT_S, "s", instrument=instrument)
    return timeout_s
