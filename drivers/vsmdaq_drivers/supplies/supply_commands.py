"""What a supply without ramp is told and asked: the texts as a value, and the questions read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq_drivers.contracts import Link, RefusedError, ReplyError
from vsmdaq_drivers.replies import parse_integers, parse_number

__all__ = ["Setting", "SupplyCommands", "SupplyDialogue"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A command, the query that reads it back, and what that answers; an empty query is not asked."""

    command: str
    query: str
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplyCommands:
    """The texts of one kind of supply. An empty text means that the supply has no such command.

    Attributes
    ----------
    set_current, set_voltage : callable
        Text that sets the current (A) or the voltage limit (V).
    current, voltage : str
        Queries of both settings.
    measured_current, measured_voltage : str
        Queries of the measured values.
    output_on, output_off, output : str
        Commands, and the query that tells which it is.
    digits : int
        Digits behind the point of a current.
    on_replies, off_replies : tuple of str
        What the output query answers.
    first : tuple of str
        Sent first, whatever the supply is doing.
    mode : Setting or None
        Current mode.
    at_zero : tuple of Setting
        Sent only while no current flows.
    status : str
        Query of a live status word.
    limiting_bits, ignored_bits : int
        Its bits that tell that the voltage limit is reached, and those that mean nothing here; every other one is a fault.
    fault_bits : tuple of (int, str)
        Numbers and names of the bits that are faults.
    error : str
        Query of the oldest error; its answer begins with 0 where there is none.
    """

    set_current: Callable[[float], str]
    set_voltage: Callable[[float], str]
    current: str
    voltage: str
    measured_current: str
    measured_voltage: str
    output_on: str
    output_off: str
    output: str
    digits: int = 4
    on_replies: tuple[str, ...] = ("1", "ON")
    off_replies: tuple[str, ...] = ("0", "OFF")
    first: tuple[str, ...] = ()
    mode: Setting | None = None
    at_zero: tuple[Setting, ...] = ()
    status: str = ""
    limiting_bits: int = 0
    ignored_bits: int = 0
    fault_bits: tuple[tuple[int, str], ...] = ()
    error: str = ""


class SupplyDialogue:
    """Tells and asks; knows nothing of ramps.

    Parameters
    ----------
    link : Link
        The wire.
    commands : SupplyCommands
        The texts.
    """

    def __init__(self, link: Link, commands: SupplyCommands) -> None:
        self.link = link
        self.commands = commands

    def measured_a(self) -> float:
        """Measure the current, A."""
        return self._number(self.commands.measured_current)

    def measured_v(self) -> float:
        """Measure the voltage, V."""
        return self._number(self.commands.measured_voltage)

    def set_point_a(self) -> float:
        """Ask for the set-point, A."""
        return self._number(self.commands.current)

    def voltage_limit_v(self) -> float:
        """Ask for the voltage limit, V."""
        return self._number(self.commands.voltage)

    def output_on(self) -> bool:
        """Ask whether the output is on.

        Raises
        ------
        ReplyError
            Where the answer is none of those known.
        """
        query, on, off = self.commands.output, self.commands.on_replies, self.commands.off_replies
        reply = self.link.query(query)
        text = reply.strip().upper()
        if text not in {*on, *off}:
            raise ReplyError(query, reply, f"one of {', '.join((*on, *off))}", instrument=self.link.name)
        return text in on

    def status(self) -> int:
        """Ask for the live status word, without the bits that mean nothing; 0 where there is no such query."""
        query = self.commands.status
        if not query:
            return 0
        (word,) = parse_integers(query, self.link.query(query), 1, highest=65535, instrument=self.link.name)
        return word & ~self.commands.ignored_bits

    def fault_names(self, word: int) -> tuple[str, ...]:
        """Names of the faults in a status word; a bit that nobody explained is a fault all the same."""
        names, faults = dict(self.commands.fault_bits), word & ~self.commands.limiting_bits
        return tuple(names.get(bit, f"status bit {bit}") for bit in range(16) if faults >> bit & 1)

    def has(self, setting: Setting) -> bool:
        """Whether a setting reads back as wanted; True where it cannot be asked."""
        return not setting.query or self.link.query(setting.query).strip().upper() in setting.replies

    def make(self, setting: Setting) -> None:
        """Send a setting and verify it.

        Raises
        ------
        RefusedError
            It reads back as something else.
        """
        self.link.write(setting.command)
        if setting.query:
            found = self.link.query(setting.query).strip()
            if found.upper() not in setting.replies:
                raise RefusedError(setting.command, f"it reads back {found!r}", instrument=self.link.name)

    def switch(self, *, on: bool) -> None:
        """Switch the output and verify it.

        Raises
        ------
        RefusedError
            It stays as it was.
        """
        command = self.commands.output_on if on else self.commands.output_off
        self.link.write(command)
        if self.output_on() != on:
            raise RefusedError(command, f"the output stays {'off' if on else 'on'}", instrument=self.link.name)

    def check_errors(self) -> None:
        """Ask for the oldest error.

        Raises
        ------
        RefusedError
            There is one.
        """
        query = self.commands.error
        if query:
            reply = self.link.query(query)
            if not re.match(r"\s*[+-]?0+\b(?!\.)", reply):
                raise RefusedError("the settings", f"{query} answers {reply!r}", instrument=self.link.name)

    def _number(self, query: str) -> float:
        return parse_number(query, self.link.query(query), instrument=self.link.name)
