"""What the drivers of this room share: units of the field, texts that are no number, settings that are read back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vsmdaq_drivers.contracts import FieldReading, IdentityError, Link, RefusedError, ReplyError
from vsmdaq_drivers.replies import parse_integers

__all__ = ["A_PER_M_OF", "UNIT_LOOK_S", "JumpWatch", "UnitWatch", "flag_of", "identified", "put_integers"]

# Vacuum magnetic permeability, T m/A. Source: CODATA 2022.
_MU0 = 1.25663706127e-6

A_PER_M_OF: Mapping[str, float] = MappingProxyType(
    {"gauss": 1e-4 / _MU0, "tesla": 1.0 / _MU0, "oersted": 1000.0 / (4.0 * math.pi), "A/m": 1.0}
)
"""H (A/m) of one of each unit; B in air counts as mu0 H."""

UNIT_LOOK_S = 5.0
"""A unit changed at the front panel scales every reading: it is asked for again once in each so many seconds of the clock.

Not so long after the last time: a run that is gone on with asks when an uninterrupted one would have asked.
"""


class UnitWatch:
    """The unit of the field: set, read back, and looked at again from time to time.

    Parameters
    ----------
    link : Link
        The wire.
    head : str
        The command: ``"UNIT"`` makes ``UNIT 4`` and ``UNIT?``.
    units : mapping of str to str
        What the instrument calls its units (upper case), and what they are: a key of `A_PER_M_OF`.
    wanted : sequence of str
        Which of them to set; the first that reads back is taken.
    """

    def __init__(self, link: Link, head: str, units: Mapping[str, str], wanted: Sequence[str]) -> None:
        self._link = link
        self._head = head
        self._units = units
        self._wanted = tuple(wanted)
        self._unit: str | None = None
        self._look_s = 0.0

    @property
    def a_per_m(self) -> float:
        """Get how much H one of the unit is (A/m); `check` has to come first."""
        return A_PER_M_OF[self._unit or "A/m"]

    def choose(self) -> None:
        """Set the unit.

        Raises
        ------
        RefusedError
            Where none of those wanted reads back.
        """
        found = ""
        for text in self._wanted:
            self._link.write(f"{self._head} {text}")
            found = self._ask()
            if self._units[found] == self._units[text]:
                self._unit = self._units[found]
                return
        reason = f"the unit reads back {found} ({self._units[found]})"
        raise RefusedError(f"{self._head} {self._wanted[-1]}", reason, instrument=self._link.name)

    def check(self, command: str) -> None:
        """See that the unit is still the one that was set, once in each 5 s of the clock; before `command` is sent.

        Raises
        ------
        RefusedError
            Where it is another one now, or none was set.
        """
        if self._unit is None:
            raise RefusedError(command, "the unit is not known before prepare()", instrument=self._link.name)
        if self._link.clock.now() // UNIT_LOOK_S == self._look_s // UNIT_LOOK_S:
            return
        found = self._units[self._ask()]
        if found != self._unit:
            wanted = next(text for text in self._wanted if self._units[text] == self._unit)
            reason = f"the unit is now {found} instead of {self._unit}; was it changed at the front panel?"
            raise RefusedError(f"{self._head} {wanted}", reason, instrument=self._link.name)

    def _ask(self) -> str:
        query = f"{self._head}?"
        reply = self._link.query(query)
        text = reply.strip().strip('"').upper()
        if text not in self._units:
            raise ReplyError(query, reply, f"one of {', '.join(self._units)}", instrument=self._link.name)
        self._look_s = self._link.clock.now()
        return text


_SOON_S = 2.0
_JUMP_A_PER_M, _JUMP_SHARE = 4e4, 0.05


class JumpWatch:
    """A field far from the one just before (within 2 s, by 40 kA/m + 5 %) is believed only when it is read twice.

    So a wrong digit or a wrong power of ten does not pass as a field, as long as it is one of the larger ones; no question is
    added while the field rests, or between points that are farther apart in time.
    """

    def __init__(self) -> None:
        self._last: FieldReading | None = None

    def read(self, take: Callable[[], FieldReading]) -> FieldReading:
        """Take a reading, twice where it has to be; two that differ are a reading without value, ``"unreadable"``."""
        reading, before = take(), self._last
        if (
            before is not None
            and reading.field_a_per_m is not None
            and reading.time_s - before.time_s < _SOON_S
            and _apart(reading, before)
        ):
            first, reading = reading, take()
            if _apart(reading, first):
                self._last = reading if reading.field_a_per_m is not None else before
                return FieldReading(None, ("unreadable",), reading.time_s)
        if reading.field_a_per_m is not None:
            self._last = reading
        return reading


def _apart(one: FieldReading, other: FieldReading) -> bool:
    if one.field_a_per_m is None or other.field_a_per_m is None:
        return True
    larger = max(abs(one.field_a_per_m), abs(other.field_a_per_m))
    return abs(one.field_a_per_m - other.field_a_per_m) > _JUMP_A_PER_M + _JUMP_SHARE * larger


def flag_of(reply: str) -> str:
    """Why a reading is no number, from the text that came instead: ``"overload"``, ``"no_probe"`` or ``"unreadable"``."""
    letters = re.sub(r"[^A-Z]", "", reply.upper())
    if "PROBE" in letters:
        return "no_probe"
    if letters in {"OL", "OVL", "OVLD", "OVER"} or "OVERLOAD" in letters:
        return "overload"
    return "unreadable"


def identified(link: Link, pattern: str, expected: str) -> str:
    """Ask for the identity; raises IdentityError where the reply does not begin as `pattern` says."""
    found = link.query("*IDN?").strip()
    if not re.match(pattern, found, re.IGNORECASE):
        raise IdentityError(expected, found, instrument=link.name)
    return found


def put_integers(link: Link, head: str, *values: int) -> None:
    """Set one or several indices and read them back; raises RefusedError where others come back."""
    command = f"{head} {','.join(map(str, values))}"
    link.write(command)
    query = f"{head}?"
    found = parse_integers(query, link.query(query).strip(), len(values), highest=9, instrument=link.name)
    if found != values:
        raise RefusedError(command, f"it reads back {','.join(map(str, found))}", instrument=link.name)
