"""How a read can end, and what can be wrong with a wire."""

from __future__ import annotations

from enum import Enum

__all__ = ["ConnectionLostError", "ReadEnd", "SimDeadlockError"]


class SimDeadlockError(RuntimeError):
    """Waiting without time-out for what can never come."""


class ConnectionLostError(ConnectionError):
    """The wire to the instrument is interrupted."""


class ReadEnd(Enum):
    """Why a read ended."""

    END = "end of message"
    TERMCHAR = "termination character"
    COUNT = "count reached"
    TIMEOUT = "time-out"
