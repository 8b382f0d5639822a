"""Decides when an armed fault strikes, and keeps the log of what was injected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from vsmdaq_sim.faults.bytes_of_replies import MANGLERS, Piece, flipped
from vsmdaq_sim.faults.fault import Fault

__all__ = ["Injection", "Injector", "WireFaults"]


@dataclass(frozen=True, slots=True)
class Injection:
    """What was injected: bench time (s), instrument's role, kind, the command it struck (if any), and what became of it."""

    time_s: float
    instrument: str
    kind: str
    command: str
    outcome: str


@dataclass(slots=True)
class _Armed:
    fault: Fault
    random: Random
    seen: int = 0
    struck: int = 0
    pattern: re.Pattern[str] = field(default_factory=lambda: re.compile(""))

    def strikes(self, message: str, now_s: float) -> bool:
        """Whether it strikes at this message; counts what it sees."""
        fault = self.fault
        if fault.times and self.struck >= fault.times:
            return False
        if not (fault.at_s or 0.0) <= now_s <= fault.until_s or not self.pattern.search(message):
            return False
        self.seen += 1
        if self.seen <= fault.after or (fault.probability < 1.0 and self.random.random() >= fault.probability):
            return False
        self.struck += 1
        return True


class WireFaults:
    """The faults at the wire of one instrument.

    Parameters
    ----------
    instrument : str
        Its role.
    now, next_s, advance : callable
        Bench time (s), time of the next fault that happens at a time, and what brings the world to the present.
    strike : callable
        Carries out a fault of time.
    log : list of Injection
        Where what happens is noted.
    """

    def __init__(
        self,
        instrument: str,
        *,
        now: Callable[[], float],
        next_s: Callable[[], float],
        advance: Callable[[], None],
        strike: Callable[[Fault], str],
        log: list[Injection],
    ) -> None:
        self.next_s = next_s
        self.advance = advance
        self._instrument = instrument
        self._now = now
        self._strike = strike
        self._log = log
        self._armed: list[_Armed] = []
        self._last_reply: dict[str, bytes] = {}
        self._previous: bytes = b""

    def arm(self, fault: Fault, random: Random) -> None:
        """Have a fault wait for its message."""
        self._armed.append(_Armed(fault, random, pattern=re.compile(fault.match)))

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    def command(self, message: str) -> str | None:
        """What the instrument gets of a message; None where it gets nothing."""
        for armed in self._armed:
            fault = armed.fault
            if fault.point == "reply" or not armed.strikes(message, self._now()):
                continue
            if fault.point == "time":
                self._note(fault.kind, message, self._strike(fault))
            elif fault.kind == "lost_command":
                self._note(fault.kind, message, "lost")
                return None
            else:
                mangled = flipped(message.encode("latin-1", "replace"), fault.count, armed.random).decode("latin-1")
                self._note(fault.kind, message, repr(mangled))
                message = mangled
        return message

    def reply(self, message: str, data: bytes, terminator: bytes) -> list[Piece]:
        """What the host gets of a reply."""
        body, end = (data[: -len(terminator)], terminator) if terminator and data.endswith(terminator) else (data, b"")
        before, self._previous = self._previous, data
        last = self._last_reply.setdefault(message, data)
        pieces = [Piece(0.0, data)]
        for armed in self._armed:
            fault = armed.fault
            if fault.point == "reply" and armed.strikes(message, self._now()):
                if fault.kind == "stuck":
                    pieces = [Piece(0.0, last)]
                elif fault.kind == "swapped":
                    pieces = [Piece(0.0, before or data)]
                else:
                    pieces = MANGLERS[fault.kind](fault, body, end, armed.random)
                self._note(fault.kind, message, repr(b"".join(piece.data for piece in pieces)))
                return pieces
        self._last_reply[message] = data
        return pieces

    def _note(self, kind: str, message: str, outcome: str) -> None:
        self._log.append(Injection(self._now(), self._instrument, kind, message, outcome))


class Injector:
    """All faults of a bench.

    Parameters
    ----------
    wires : mapping of str to WireFaults
        By role.
    attach : callable
        Puts the `WireFaults` of a role onto its wire: done with the first fault, so that a sound bench pays nothing.
    can_fail : callable
        Names of the failures that the instrument of a role can suffer.
    at : callable
        ``at(time_s, action)``: has the world call `action` at a bench time.
    strike : callable
        Carries out a fault of time; returns what became of it.
    seed : int
        Of the world.

    Attributes
    ----------
    log : list of Injection
        What was injected, in order.
    """

    def __init__(
        self,
        wires: Mapping[str, WireFaults],
        attach: Callable[[str], None],
        *,
        can_fail: Callable[[str], tuple[str, ...]],
        at: Callable[[float, Callable[[], None]], None],
        strike: Callable[[Fault], str],
        log: list[Injection],
        seed: int,
    ) -> None:
        self.log = log
        self._wires = wires
        self._attach = attach
        self._can_fail = can_fail
        self._at = at
        self._strike = strike
        self._seed = seed
        self._count = 0

    def arm(self, fault: Fault) -> None:
        """Arm a fault.

        Raises
        ------
        ValueError
            There is no such instrument, or it cannot fail in this way.
        """
        wire = self._wires.get(fault.instrument)
        if wire is None:
            raise ValueError(f"fault: instrument: given {fault.instrument!r}; allowed: {', '.join(self._wires)}")
        failures = self._can_fail(fault.instrument)
        if fault.kind == "fail" and fault.what not in failures:
            allowed = ", ".join(failures) or "nothing: this instrument cannot fail"
            raise ValueError(f"fault: what: given {fault.what!r}; allowed: {allowed}")
        self._count += 1
        self._attach(fault.instrument)
        if fault.by_time and fault.at_s is not None:
            self._at(fault.at_s, lambda: self._happen(fault))
        else:
            wire.arm(fault, Random(f"{self._seed}/fault/{self._count}"))  # noqa: S311 - a simulation's random numbers

    def clear(self) -> None:
        """Disarm all faults that wait for a message; those at a time still happen."""
        for wire in self._wires.values():
            wire.clear()

    def _happen(self, fault: Fault) -> None:
        time_s = fault.at_s or 0.0
        self.log.append(Injection(time_s, fault.instrument, fault.kind, "", self._strike(fault)))
