"""The faults of the matrix: columns of the tables, and how each is armed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["BROKEN", "LOOKS_VALID", "Variant"]

LATE_S, DRIP_S, SLOW_DRIP_S, OUTAGE_S = 5.0, 0.02, 1.2, 5.0
LONGEST_REPLY = 150  # characters that a dripping reply may still have to come


@dataclass(frozen=True, slots=True)
class Variant:
    """A fault of the matrix.

    Attributes
    ----------
    name, kind : str
        Column of the table; one of `KINDS_OF_FAULTS`.
    point : str
        Messages that it can strike: ``"reply"`` (those with one), ``"command"`` (all), ``"after"`` (behind any).
    parameters : dict
        Of the fault.
    over_s : float
        Bench time after which nothing of it is left, s.
    may_pass : bool
        What comes out of it may read like a proper message: a wrong result is then no failure of the driver.
    draws : int
        How often it is drawn for one message.
    """

    name: str
    kind: str
    point: str
    parameters: dict[str, Any] = field(default_factory=dict)
    over_s: float = 1.0
    may_pass: bool = False
    draws: int = 1


BROKEN = (
    Variant("no reply", "no_reply", "reply"),
    Variant("0.5 s late", "late_reply", "reply", {"delay_s": 0.5}),
    Variant("5 s late", "late_reply", "reply", {"delay_s": LATE_S}, over_s=LATE_S + 1.0),
    Variant("drips", "slow_drip", "reply", {"delay_s": DRIP_S}, over_s=DRIP_S * LONGEST_REPLY),
    Variant("drips too long", "slow_drip", "reply", {"delay_s": SLOW_DRIP_S}, over_s=SLOW_DRIP_S * LONGEST_REPLY),
    Variant("garbage", "garbage", "reply"),
    Variant("no text", "non_utf8", "reply"),
    Variant("truncated", "truncated", "reply"),
    Variant("no terminator", "wrong_terminator", "reply"),
    Variant("twice", "duplicate", "reply"),
    Variant("text before", "unsolicited", "command", {"text": "HELLO"}),
    Variant("text behind", "unsolicited", "after", {"text": "HELLO"}),
    Variant("lost command", "lost_command", "command"),
    Variant("bit of command", "corrupted_command", "command", may_pass=True),
    Variant("bit of reply", "bit_flips", "reply", may_pass=True),
    Variant("disconnected", "disconnect", "command", {"duration_s": OUTAGE_S}, over_s=OUTAGE_S + 1.0),
    Variant("power cycle", "power_cycle", "command", {"duration_s": OUTAGE_S}, over_s=OUTAGE_S + 1.0),
)
"""Each of them has to end in a named error, a flag, or the right results; the two that flip a bit may happen to look valid."""

LOOKS_VALID = (
    Variant("wrong digit", "changed_digit", "reply", may_pass=True, draws=4),
    Variant("last character lost", "shortened", "reply", may_pass=True),
    Variant("bit of reply", "bit_flips", "reply", may_pass=True, draws=4),
    Variant("bit of command", "corrupted_command", "command", may_pass=True, draws=2),
    Variant("stuck", "stuck", "reply", {"times": 0}, may_pass=True),
    Variant("swapped", "swapped", "reply", may_pass=True),
)
"""What reads like a proper message: only a redundancy can find it."""
