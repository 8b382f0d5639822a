"""One fault: what goes wrong, at which instrument, and when."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["KINDS_OF_FAULTS", "Fault", "FaultKind"]

Point = Literal["reply", "command", "time"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault.

    Attributes
    ----------
    point : str
        Where it strikes: at a ``"reply"`` of the instrument, at a ``"command"`` to it, or at a ``"time"``.
    about : str
        What happens.
    looks_valid : bool
        The host gets something that reads like a proper reply: only a redundancy can find it.
    """

    point: Point
    about: str
    looks_valid: bool = False


KINDS_OF_FAULTS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "no_reply": FaultKind("reply", "the reply never comes"),
        "late_reply": FaultKind("reply", "the reply comes delay_s late"),
        "slow_drip": FaultKind("reply", "the reply comes byte by byte, delay_s apart"),
        "garbage": FaultKind("reply", "printable characters that mean nothing, or text, with the right terminator"),
        "non_utf8": FaultKind("reply", "bytes that are no text are mixed into the reply"),
        "truncated": FaultKind("reply", "the reply stops after the first half; no terminator, no END"),
        "wrong_terminator": FaultKind("reply", "text (default a semicolon) instead of the terminator"),
        "bit_flips": FaultKind("reply", "count bits of the reply are flipped"),
        "duplicate": FaultKind("reply", "the reply comes twice", looks_valid=True),
        "shortened": FaultKind("reply", "the last character before the terminator is missing", looks_valid=True),
        "changed_digit": FaultKind("reply", "one digit of the reply is another one", looks_valid=True),
        "stuck": FaultKind("reply", "the reply given before to the same command again", looks_valid=True),
        "swapped": FaultKind("reply", "the reply to the command before this one", looks_valid=True),
        "replaced": FaultKind("reply", "text instead of the reply, e.g. a status bit that lies", looks_valid=True),
        "lost_command": FaultKind("command", "the instrument never sees the command"),
        "corrupted_command": FaultKind("command", "count bits of the command are flipped on the way"),
        "unsolicited": FaultKind("time", "the instrument sends text that nobody asked for"),
        "disconnect": FaultKind("time", "the connection is gone for duration_s"),
        "power_cycle": FaultKind("time", "the instrument loses power for duration_s and comes back with its defaults"),
        "fail": FaultKind("time", "what the instrument itself can suffer: `what` names it, e.g. trip"),
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to be injected.

    Parameters
    ----------
    instrument : str
        Its role in the world file, e.g. ``"lockin"``.
    kind : str
        One of `KINDS_OF_FAULTS`.
    match : str
        Regular expression searched for in the command; faults of time happen when a matching command arrives. Empty matches
        all.
    after : int
        So many matching messages pass first.
    times : int
        It strikes so many times; 0 for ever.
    at_s : float, optional
        Not before this bench time (s). A fault of time without `match` happens at this time.
    until_s : float
        Not after this bench time (s).
    probability : float
        With which a matching message is struck, drawn from the world's seed.
    delay_s, duration_s : float
        See the kinds, s.
    text, what : str
        See the kinds.
    count : int
        See the kinds.

    Raises
    ------
    ValueError
        A value that is not allowed; the message names key, given and allowed.
    """

    instrument: str
    kind: str
    match: str = ""
    after: int = 0
    times: int = 1
    at_s: float | None = None
    until_s: float = math.inf
    probability: float = 1.0
    delay_s: float = 5.0
    duration_s: float = 5.0
    text: str | None = None
    what: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS_OF_FAULTS:
            raise _wrong("kind", self.kind, ", ".join(KINDS_OF_FAULTS))
        try:
            re.compile(self.match)
        except re.error as error:
            raise _wrong("match", self.match, f"a regular expression ({error})") from error
        for key, value, lowest in (
            ("after", self.after, 0),
            ("times", self.times, 0),
            ("count", self.count, 1),
            ("delay_s", self.delay_s, 0),
            ("duration_s", self.duration_s, 0),
        ):
            if not lowest <= value < math.inf:
                raise _wrong(key, value, f"{lowest} or more")
        if not 0.0 <= self.probability <= 1.0:
            raise _wrong("probability", self.probability, "0 to 1")
        if self.by_time and self.at_s is None:
            raise _wrong("at_s", None, f"a time: {self.kind} happens at a time, or at a command that matches")
        if self.kind == "fail" and not self.what:
            raise _wrong("what", self.what, "the name of a failure of this instrument")
        if self.kind in {"unsolicited", "replaced"} and self.text is None:
            raise _wrong("text", self.text, "a text")

    @property
    def point(self) -> Point:
        """Where it strikes."""
        return KINDS_OF_FAULTS[self.kind].point

    @property
    def by_time(self) -> bool:
        """It happens at a time, whatever is said."""
        return self.point == "time" and not self.match and self.after == 0 and self.probability == 1.0


def _wrong(key: str, given: object, allowed: str) -> ValueError:
    return ValueError(f"fault: {key}: given {given!r}; allowed: {allowed}")
