"""Danfysik System 8500 magnet supply (8000 and 9100 by option): unipolar, with a polarity switch inside.

CR ends a line; settings are not answered, what is wrong with one is a line ``?BEL text`` of its own. ``S1`` gives 24 characters, ``!``
where a condition holds. The polarity switch moves whatever flows, which is the worst case: under current or with the power on its
contacts are damaged (`relay.damage`) and the supply trips. With ``signed_set_point`` the set-point carries the sign instead, and the
unit reverses by itself at zero.

The sources disagree about: the end of replies (``reply_end``), the channel before a value (``channel_prefix``), silence until it was unlocked or
addressed (``silent_until``), units (``dialect``), whether a slew of its own is set (``slew_a_per_s``), how many lines ``PRINT`` gives.

Assumed: the texts of errors other than COMMAND ERROR and DATA PARM ERROR, and all codes; the reply to ``RAMP S``; the set-point survives
``F``. The slew commands and sequences (``WSA``, ``TS``, ``SYNC`` ...) are accepted and do nothing.

Sources: SYS8X00 command reference of INFN, System 8500 command summary, pymeasure danfysik8500, ISIS emulators and status table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.failures import magnet_off, supply_failures
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import MagnetPart, SimClock, WorldPort
from vsmdaq_sim.instruments.supplies.danfysik_8500.commands import (
    COMMAND_ERROR,
    DATA_ERROR,
    INTERLOCK_ERROR,
    LOCAL_ERROR,
    DanfysikCommands,
    RefusedLineError,
)
from vsmdaq_sim.instruments.supplies.danfysik_8500.output import DanfysikOutput
from vsmdaq_sim.instruments.supplies.danfysik_8500.ramps import RampList
from vsmdaq_sim.instruments.supplies.polarity_relay import PolarityRelay

__all__ = ["KINDS", "Danfysik8500"]

_OPTIONS = (
    "dialect",
    "full_scale_a",
    "address",
    "compliance_v",
    "slew_a_per_s",
    "power_on_s",
    "signed_set_point",
    "relay_travel_s",
    "relay_endures_a",
    "reply_end",
    "channel_prefix",
    "silent_until",
    "print_lines",
)
_OVERCURRENT, _WATER = 10, 20  # status characters
_ADDRESS = re.compile(r"[0-9]{1,9}")
_ENDS = {"lfcr": b"\n\r", "cr": b"\r", "crlf": b"\r\n"}
_TEXTS = {
    COMMAND_ERROR: "COMMAND ERROR",
    DATA_ERROR: "DATA PARM ERROR",
    LOCAL_ERROR: "LOCAL CONTROL",
    INTERLOCK_ERROR: "INTERLOCK",
}


class Danfysik8500:
    """The supply's front end, before the world's magnet.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``dialect`` (``"8500"``, ``"8000"``, ``"9100"``), ``full_scale_a`` (160), ``address`` (0), ``compliance_v`` (40), ``slew_a_per_s`` (0: none),
        ``power_on_s`` (0.3), ``signed_set_point`` (false), ``relay_travel_s`` (0.1), ``relay_endures_a`` (0.1), ``reply_end`` (``"lfcr"``, ``"cr"``,
        ``"crlf"``), ``channel_prefix`` (false), ``silent_until`` (``"nothing"``, ``"unlock"``, ``"address"``), ``print_lines`` (1).

    Attributes
    ----------
    relay : PolarityRelay
        The polarity switch; `relay.damage` tells what was done to it.
    output : DanfysikOutput
        The output stage; `output.trip` breaks the supply.
    commands : DanfysikCommands
        The commands; `commands.locked` is the lock at the panel.
    """

    def __init__(self, magnet: MagnetPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        dialect = _choice(options, "dialect", ("8500", "8000", "9100"))
        self.reply_terminator = _ENDS[_choice(options, "reply_end", tuple(_ENDS))]
        self._wakes_by = _choice(options, "silent_until", ("nothing", "unlock", "address"))
        self._speaks = self._wakes_by == "nothing"
        self._selected = True
        self._errors = "ERRT"
        self._address = int(options.get("address", 0))
        full_scale_a = float(options.get("full_scale_a", 160.0))
        if not 0.0 < full_scale_a < math.inf or not 0 <= self._address <= 255:
            raise ValueError("danfysik_8500: full_scale_a must be positive, address 0 to 255")
        self.relay = PolarityRelay(
            clock,
            travel_s=float(options.get("relay_travel_s", 0.1)),
            endures_a=float(options.get("relay_endures_a", 0.1)),
        )
        self.output = DanfysikOutput(
            magnet,
            clock,
            self.relay,
            full_scale_a=full_scale_a,
            counts=round(1000.0 * full_scale_a) if dialect == "9100" else 1_000_000,
            compliance_v=float(options.get("compliance_v", 40.0)),
            slew_a_per_s=float(options.get("slew_a_per_s", 0.0)),
            power_on_s=float(options.get("power_on_s", 0.3)),
            signed=bool(options.get("signed_set_point", False)),
        )
        self._ramps = RampList(clock, self.output.write_fraction)
        self.commands = DanfysikCommands(
            self.output,
            self._ramps,
            dialect=dialect,
            full_scale_a=full_scale_a,
            prefixes=bool(options.get("channel_prefix", False)),
            print_lines=int(options.get("print_lines", 1)),
        )
        self.unmodelled = self.commands.unmodelled

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one line."""
        self.poll()
        line = message.strip()
        replies = self._answer(line) if line else []
        self._schedule()
        return list(replies)

    def _answer(self, line: str) -> list[str]:
        head, _, argument = line.upper().partition(" ")
        if head == "ADR" and argument:
            self._select(argument.strip())
            return []
        self._speaks = self._speaks or (head == "UNLOCK" and self._wakes_by == "unlock")
        if not self._speaks or not self._selected:
            return []
        if head in {"ERRT", "ERRC", "NERR"}:
            self._errors = head
            return []
        return [f"{self._address:03d}"] if head == "ADR" else self._carry_out(line)

    def _carry_out(self, line: str) -> list[str]:
        try:
            return self.commands.carry_out(line)
        except RefusedLineError as refusal:
            return [self._error_line(refusal.code)]
        except LookupError:
            self.unknown.append(line)
            return [self._error_line(COMMAND_ERROR)]

    def _select(self, address: str) -> None:
        self._selected = bool(_ADDRESS.fullmatch(address)) and int(address) == self._address
        self._speaks = self._speaks or (self._selected and self._wakes_by == "address")

    def _error_line(self, code: int) -> str:
        return "?\a" + {"ERRT": f" {_TEXTS[code]}", "ERRC": f" {code}", "NERR": ""}[self._errors]

    def poll(self) -> list[Reply]:
        """Do what is due: the contactor, its own reversal, steps of the ramp list."""
        self._ramps.service()
        if self.output.next_event_s < math.inf:
            self.output.service()
        self._schedule()
        return []

    def _schedule(self) -> None:
        self.next_event_s = min(self.output.next_event_s, self._ramps.next_event_s)

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """A serial instrument has none; MAV for interfaces that ask."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False

    def device_clear(self) -> None:
        """Nothing is in progress that it would end."""

    def trigger(self) -> None:
        """No trigger function."""


def _choice(options: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    found = str(options.get(key, allowed[0]))
    if found not in allowed:
        raise ValueError(f"danfysik_8500: {key} is {found!r}; allowed are {', '.join(allowed)}")
    return found


def _interlock(_: WorldPort, supply: Danfysik8500) -> None:
    """The magnet's water stops, and does not come back."""
    supply.output.held.add(_WATER)
    supply.output.trip(_WATER)


def _weld(_: WorldPort, supply: Danfysik8500) -> None:
    supply.relay.stuck = True


KINDS = (
    Kind(
        "danfysik_8500",
        lambda world, line, _: Danfysik8500(world.magnet, world.clock, line.options),
        _OPTIONS,
        power_off=magnet_off,
        failures=supply_failures(
            trip=lambda _, supply: supply.output.trip(_OVERCURRENT), interlock=_interlock, relay_stuck=_weld
        ),
    ),
)
