"""What is done to a simulated instrument, and with a driver: plain values, so that a failure can be read and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Call", "Conversation", "Plan", "Session", "Text"]

Plan = tuple[int | tuple[str, bytes], ...]
"""What becomes of the replies, one after the other: a number of them passes as they are, or one is changed in a way by bytes."""


@dataclass(frozen=True, slots=True)
class Session:
    """With one simulated instrument.

    Attributes
    ----------
    options : int
        Which of its `Manner.options`.
    serial : bool
        On a serial line, else on a bus.
    steps : tuple
        Bytes to write, a number of seconds to wait, or the name of an action.
    """

    options: int
    serial: bool
    steps: tuple[bytes | float | str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a driver: method or property (``"phase_deg="`` sets it), its arguments, and what becomes of the replies."""

    name: str
    arguments: tuple[Any, ...] = ()
    plan: Plan = ()
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """How driver and instrument are made (`make`, an index of `MAKES`), and what is done."""

    make: int
    serial: bool
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a kind: ``"bench"``, ``"world"``, ..."""

    kind: str
    text: str
