"""How one speaks with a Genesys and with the relay on its wire: settings are acknowledged, questions are answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsmdaq_drivers.contracts import BenchError, Link, RefusedError, ReplyError
from vsmdaq_drivers.entry import Option
from vsmdaq_drivers.replies import parse_number
from vsmdaq_drivers.supplies.tdk_genesys_status import ERRORS

__all__ = ["RELAY_OPTIONS", "GenesysDialogue", "RelayWords", "SwitchedGenesys"]

RELAY_OPTIONS = {
    "relay_normal": Option("relay_normal", "text", "command: relay to the normal position", required=True),
    "relay_reversed": Option("relay_reversed", "text", "command: relay to the reversed position", required=True),
    "relay_query": Option("relay_query", "text", "question where the relay is", required=True),
    "relay_normal_reply": Option("relay_normal_reply", "text", 'its answer in the normal position ("OFF")'),
    "relay_reversed_reply": Option("relay_reversed_reply", "text", 'its answer in the reversed position ("ON")'),
    "relay_reply": Option("relay_reply", "text", 'what acknowledges a command to the relay ("OK"; "" for nothing)'),
}
"""What a bench file says of the relay."""


@dataclass(frozen=True, slots=True)
class RelayWords:
    """What the polarity relay is told and asked: two commands, a question, its two answers, what acknowledges a command."""

    normal: str
    reversed: str
    query: str
    normal_reply: str
    reversed_reply: str
    acknowledge: str

    def checked(self, instrument: str) -> RelayWords:
        """Return the words, or raise BenchError where they cannot tell one position from the other."""
        different = self.normal != self.reversed and self.normal_reply != self.reversed_reply
        if not different or not self.normal or not self.reversed or not self.query:
            raise BenchError(
                "the relay's commands and question must not be empty, and the two commands and the two replies must differ.",
                instrument=instrument,
                advice="Look at [supply.options] in the bench file.",
            )
        return self

    def position(self, reply: str) -> int:
        """1 normal, -1 reversed, 0 for any other reply."""
        return {self.normal_reply: 1, self.reversed_reply: -1}.get(reply, 0)


class GenesysDialogue:
    """Settings and questions.

    Parameters
    ----------
    link : Link
        The wire.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    def ask(self, query: str) -> str:
        """Ask a question; a service request that was on its way is passed over."""
        reply = self._link.query(query)
        return (self._link.read(query) if re.fullmatch(r"![0-9]{2}", reply) else reply).strip()

    def ask_number(self, query: str) -> float:
        """Ask for one finite number."""
        return parse_number(query, self.ask(query), instrument=self._link.name)

    def set(self, command: str, acknowledge: str = "OK") -> None:
        """Send a setting and take its acknowledgement, if it has one.

        Raises
        ------
        RefusedError
            An error code came instead.
        ReplyError
            Something else came.
        """
        if not acknowledge:
            self._link.write(command)
            return
        reply = self.ask(command)
        if reply in ERRORS:
            raise RefusedError(command, f"{reply}, {ERRORS[reply]}", instrument=self._link.name)
        if reply != acknowledge:
            raise ReplyError(command, reply, acknowledge, instrument=self._link.name)

    def set_and_check(self, command: str, query: str, wanted: str) -> None:
        """Send a setting and read it back; raises RefusedError where it is another one."""
        self.set(command)
        if (found := self.ask(query)).upper() != wanted:
            raise RefusedError(command, f"{query} reads back {found}", instrument=self._link.name)

    def set_number(self, command: str, query: str, wanted: float, tolerance: float) -> None:
        """Send a setting and read it back; raises RefusedError where it is farther than `tolerance` from `wanted`."""
        self.set(command)
        if abs((found := self.ask_number(query)) - wanted) > tolerance:
            raise RefusedError(command, f"{query} reads back {found:g}", instrument=self._link.name)

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name


class SwitchedGenesys:
    """Supply and relay as `Reversal` needs them; satisfies `SwitchedSupply`.

    Parameters
    ----------
    dialogue : GenesysDialogue
        The wire of both.
    relay : RelayWords
        The relay's words.
    """

    def __init__(self, dialogue: GenesysDialogue, relay: RelayWords) -> None:
        self._dialogue = dialogue
        self._relay = relay

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._dialogue.name

    def send_set_point(self, size_a: float) -> str:
        """Send a set-point (A, >= 0); returns the command."""
        command = f"PC {size_a:.3f}"
        self._dialogue.set(command)
        return command

    def read_set_point(self) -> float:
        """Ask for the set-point, A."""
        return self._dialogue.ask_number("PC?")

    def send_output(self, *, on: bool) -> None:
        """Switch the output."""
        self._dialogue.set("OUT ON" if on else "OUT OFF")

    def send_polarity(self, sign: int) -> None:
        """Move the relay, after the supply has said once more that its output is off."""
        command = self._relay.normal if sign > 0 else self._relay.reversed
        if (found := self._dialogue.ask("OUT?").upper()) != "OFF":
            raise RefusedError(command, f"not sent, the output is {found}", instrument=self.name)
        self._dialogue.set(command, self._relay.acknowledge)

    def read_polarity(self) -> int:
        """Ask where the relay is: 1 normal, -1 reversed, 0 for any other reply."""
        return self._relay.position(self._dialogue.ask(self._relay.query))
