"""What the user asks for while a run goes on: hold and go on, skip a point, finish early, stop.

It is seen where signals are seen, between two messages. It comes from keys at the terminal, or as one word in the file
``control`` of the run folder, which any process may write (`ask`) and the run removes when it has read it.

hold     the field stays and nothing is recorded; a ramp that is under way ends first. The supply is still polled.
go-on    the point in hand is measured anew: the wait for steady state begins when it goes on.
skip     the point in hand is not recorded; the run goes on with the next one.
finish   the run ends after the point in hand, and what there is is reduced.
stop     the run ends at once, as by Ctrl-C.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from vsmdaq.campaigns.interrupts import Interrupted
from vsmdaq.measure import Arrival
from vsmdaq.record import EventLog, read_events, write_atomically
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import Clock, FieldSupply, InstrumentFaultError

__all__ = ["CONTROL_FILE", "KEYS_TEXT", "WORDS", "Controls", "ask", "finished_early", "skipped_points"]

WORDS = ("hold", "go-on", "skip", "finish", "stop")

CONTROL_FILE = "control"

LOOK_S = 0.5
"""The file is looked for this often (bench time, s); keys at every call."""

KEYS_TEXT = "keys: h or space hold and go on, s skip this point, f finish early, q stop, ? this line"

T = TypeVar("T")


def ask(folder: Path, word: str) -> None:
    """Ask the process that writes a run folder for something; it sees it between two messages.

    Raises
    ------
    InputError
        The word is none of `WORDS`.
    """
    if word not in WORDS:
        raise InputError("WHAT", (Problem("WHAT", repr(word), ", ".join(WORDS)),))
    write_atomically(folder / CONTROL_FILE, f"{word}\n")


def skipped_points(events: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Indices of the points that were skipped, from the events of a run."""
    return frozenset(
        event["index"] for event in events if event.get("kind") == "skipped" and isinstance(event.get("index"), int)
    )


def finished_early(events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a run was ended early by its user, and not gone on with since."""
    ended = False
    for event in events:
        if event.get("kind") in {"finished_early", "start", "resumed"}:
            ended = event["kind"] == "finished_early"
    return ended


class _HeldMeanwhileError(Exception):
    """It was held while a point was being measured: the point has to be taken anew."""


class _SkippedError(Exception):
    """The point in hand is not wanted."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run lends to its controls."""

    control_file: str
    supply: FieldSupply
    clock: Clock
    events: EventLog
    tell: Callable[[str], None]
    interrupted: Callable[[], None]


class Controls:
    """The wishes of the user, for one run after the other.

    Parameters
    ----------
    keys : callable
        The next word that was asked for at the terminal, ``""`` for none; beside `WORDS` ``"toggle"`` (hold or go on) and
        ``"help"``. Must not wait.
    began : callable
        Told of the folder of each run.

    Attributes
    ----------
    finishing : bool
        The run ends after the point in hand.
    held_s : float
        Bench time for which the run was held, s.
    skipped : frozenset of int
        Indices of points that were skipped, also before an interruption.
    """

    def __init__(
        self, keys: Callable[[], str] = lambda: "", began: Callable[[Path], None] = lambda _folder: None
    ) -> None:
        self._keys = keys
        self._began = began
        self._run: _Run | None = None
        self._forget()

    def _forget(self) -> None:
        self.finishing = False
        self.held_s = 0.0
        self.skipped: frozenset[int] = frozenset()
        self._held = False
        self._held_until_s = float("-inf")
        self._looked_s = float("-inf")
        self._index: int | None = None
        self._skip = False
        self._measuring = False

    def begin(
        self,
        folder: Path,
        *,
        supply: FieldSupply,
        clock: Clock,
        events: EventLog,
        tell: Callable[[str], None],
        interrupted: Callable[[], None],
    ) -> None:
        """Begin with a run; what was asked of the one before is forgotten.

        Parameters
        ----------
        folder : Path
            The run folder, looked at for the file ``control``.
        supply : FieldSupply
            Polled while the run is held: a ramp by software goes on, a fault is seen.
        clock : Clock
            Bench time.
        events : EventLog
            Where it is written what was asked for.
        tell : callable
            Takes a line for the user.
        interrupted : callable
            Raises where the run is to end; called while it is held.
        """
        self._forget()
        while self._keys():
            """What was typed before this run was not meant for it."""
        (folder / CONTROL_FILE).unlink(missing_ok=True)
        if (folder / "events.jsonl").exists():
            self.skipped = skipped_points(read_events(folder / "events.jsonl")[0])
        self._began(folder)
        self._run = _Run(str(folder / CONTROL_FILE), supply, clock, events, tell, interrupted)

    def end(self) -> None:
        """The run is over: nothing is asked of it any more."""
        self._run = None

    def held_until(self) -> float:
        """Bench time (s) at which the last hold of this run ended; minus infinity where it was not held."""
        return self._held_until_s

    def point(self, index: int) -> None:
        """The point with this index comes next: from now on, a skip is for it."""
        self._index = index

    def take(self, measure: Callable[[Arrival], T], arrival: Arrival) -> T | None:
        """Measure the point in hand, anew after each hold; None where it is skipped.

        Parameters
        ----------
        measure : callable
            Waits for steady state after an arrival and measures; it is abandoned where it calls `check` after a hold.
        arrival : Arrival
            The end of the ramp. After a hold `measure` is given the time at which it went on instead.
        """
        self._measuring = True
        try:
            while True:
                try:
                    self.check()
                    taken = measure(replace(arrival, time_s=max(arrival.time_s, self._held_until_s)))
                except _HeldMeanwhileError:
                    continue
                except _SkippedError:
                    return None
                return taken
        finally:
            self._measuring = False
            self._skip = False
            self._index = None

    def skip(self, index: int, field_a_per_m: float) -> None:
        """Write down that a point was skipped."""
        self.skipped |= {index}
        if self._run is not None:
            self._run.events.record("skipped", {"index": index, "field_a_per_m": field_a_per_m}, durable=True)

    def finish(self) -> None:
        """Write down that the run ends before its last point."""
        if self._run is not None:
            self._run.events.record("finished_early", {"held_s": self.held_s}, durable=True)

    def look(self) -> None:
        """See what is asked for, and never wait: for ramps, whose next step must not come late. A hold begins after them.

        Raises
        ------
        Interrupted
            The end was asked for.
        """
        if self._run is not None:
            self._look(self._run)

    def check(self) -> None:
        """See what is asked for; waits here while the run is held. Called between messages.

        Raises
        ------
        Interrupted
            The end was asked for.
        InstrumentFaultError
            The supply reported a fault while the run was held.
        """
        run = self._run
        if run is None:
            return
        self._look(run)
        held = self._held
        if held:
            self._hold(run)
        if self._measuring and self._skip:
            raise _SkippedError
        if self._measuring and held:
            raise _HeldMeanwhileError

    def _hold(self, run: _Run) -> None:
        began_s = run.clock.now()
        run.events.record("held", {} if self._index is None else {"index": self._index}, durable=True)
        run.tell("held: the field stays, nothing is recorded; going on (h, or `vsmdaq ask RUN go-on`) settles anew")
        while self._held:
            run.clock.sleep(run.supply.handling.poll_interval_s)
            reading = run.supply.poll()
            if reading.faults:
                raise InstrumentFaultError(reading.faults, instrument=run.supply.name)
            run.interrupted()
            self._look(run)
        self._held_until_s = run.clock.now()
        held_s = self._held_until_s - began_s
        self.held_s += held_s
        run.events.record("went_on", {"held_s": held_s}, durable=True)
        run.tell(f"goes on after {held_s:.0f} s")

    def _look(self, run: _Run) -> None:
        """Take note of all that was asked for since the last look."""
        while word := self._keys():
            self._note(run, word, "at the terminal", 128 + signal.SIGINT)
        now_s = run.clock.now()
        if 0.0 <= now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        if not os.path.exists(run.control_file):  # noqa: PTH110 - asked twice a second: no path is made anew each time
            return
        path = Path(run.control_file)
        with suppress(OSError):  # gone again, or being replaced: looked at next time
            word = path.read_text("utf-8", errors="replace").strip().lower()
            path.unlink()
            self._note(run, word, f"by {path}", 128 + signal.SIGTERM)

    def _note(self, run: _Run, word: str, who: str, stop_code: int) -> None:
        match word:
            case "toggle" | "hold" | "go-on":
                self._held = word == "hold" or (word == "toggle" and not self._held)
                if self._held and not self._measuring:
                    run.tell("to be held: the ramp under way ends first")
            case "skip" if self._index is None:
                run.tell("nothing to skip: no point is being measured yet")
            case "skip":
                self._skip = True
                run.tell(f"point {self._index} is skipped{self._later()}")
            case "finish":
                self._finish(run, who)
            case "stop":
                raise Interrupted(f"a stop that was asked for {who}", stop_code)
            case "help":
                run.tell(KEYS_TEXT)
            case _:
                run.tell(f"{word[:40]!r} was asked for {who}; allowed: {', '.join(WORDS)}")

    def _finish(self, run: _Run, who: str) -> None:
        if not self.finishing:
            self.finishing = True
            run.events.record("finishing", {"asked": who}, durable=True)
        run.tell(f"the run ends after this point{self._later()}")

    def _later(self) -> str:
        return ", once it goes on" if self._held else ""
