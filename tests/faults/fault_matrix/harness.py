"""One fault at one message of an exercise, and what came of it.

For each case the fault is armed at exactly one message, the exercise is run, and what it ends in is judged:

* ``error``: a named error, which names the instrument;
* ``flag``: a reading without value, whose flags say why;
* ``recovers``: all results are those of the clean exercise, within what noise and timing explain;
* ``WRONG``: a result is another one, and nothing was said;
* ``UNNAMED``: anything else.

Then the fault is over, and on the same link, with the same driver, `prepare` and the whole exercise have to give the clean results
again; where that needs a `clear` of the link first, the outcome says so. A supply is made safe before.

The longest that an exercise may take is its clean time, ten time-outs of 2 s, and 60 s of a driver's own waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from fault_matrix.exercises import RATE_A_PER_S, Found, exercise, stage_scene
from fault_matrix.variants import Variant
from fault_matrix.worlds import Opened, open_world
from vsmdaq.bench.safe import make_safe
from vsmdaq_drivers.contracts import BenchError, MagnetStillOnError
from vsmdaq_sim.faults import Fault

__all__ = ["Clean", "Matrix", "Outcome", "Place"]

# Time-outs that may pass one after the other before an error comes out: 2 s each, and what a wait of the exercise or of a
# driver (tare, safe end, rest) may last beyond its clean time.
TIMEOUT_S, TIMEOUTS, WAITS_S = 2.0, 10, 60.0
_NUMBER = r"[+-]?(?:\d+\.\d+|\d{3,})"
READBACK_A = 0.02  # what a supply reads may be so far from what flows


@dataclass(frozen=True, slots=True)
class Place:
    """A message of the exercise: its text (``#`` for a number in it), which one of this text (0 is the first), whether it is answered, and its time (s)."""

    text: str
    number: int
    answered: bool
    time_s: float


@dataclass(frozen=True, slots=True)
class Clean:
    """The exercise without a fault: results, messages, bench time (s)."""

    found: tuple[Found, ...]
    places: tuple[Place, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case.

    Attributes
    ----------
    variant, command : str
        The fault and the message that it struck.
    word : str
        See the module; for an error its class's name.
    detail : str
        Message of the error, or the results that differ.
    afterwards : str
        ``"in sync"``, ``"cleared"`` (the link had to be cleared first), ``"stays"`` (not even then).
    passed : tuple of (str, float)
        Results that were wrong though nothing was said, each with its relative deviation.
    failures : tuple of str
        What must not be; empty where all is well.
    """

    variant: str
    command: str
    word: str
    detail: str = ""
    afterwards: str = "in sync"
    passed: tuple[tuple[str, float], ...] = ()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One run of the exercise: its word, what is to be told of it, results that differ, and what must not be."""

    word: str
    detail: str = ""
    passed: tuple[tuple[str, float], ...] = ()
    failures: tuple[str, ...] = ()


class Matrix:
    """All cases of one driver on one wire.

    Parameters
    ----------
    folder : Path
        For its world.
    name : str
        Driver.
    address : str
        Its address; the first kind of wire that it has by default.
    """

    def __init__(self, folder: Path, name: str, address: str = "") -> None:
        self._folder, self._name, self._address = folder, name, address
        self.opened: Opened = open_world(folder, name, address)
        stage_scene(self.opened)
        exercise(self.opened)  # whatever is done only once
        self.clean = self._clean()

    @property
    def commands(self) -> set[str]:
        """All distinct commands of the exercise."""
        return {place.text for place in self.clean.places}

    def close(self) -> None:
        """Close the world."""
        self.opened.close()

    def _clean(self) -> Clean:
        opened = self.opened
        endpoint, start_s = opened.endpoint, opened.clock.now()
        endpoint.transcript = []
        found = exercise(opened)
        transcript, endpoint.transcript = endpoint.transcript, None
        return Clean(tuple(found), tuple(_places(transcript, start_s)), opened.clock.now() - start_s)

    def places(self, variant: Variant, most: int | None = None, *, turn: int = 0) -> list[Place]:
        """Messages that a fault can strike: each text `Variant.draws` times, at places drawn from a seed; `most` of them, from the `turn`-th on."""
        by_text: dict[str, list[Place]] = {}
        for place in self.clean.places:
            if place.answered or variant.point != "reply":
                by_text.setdefault(place.text, []).append(place)
        random = Random(f"{self._name}/{variant.name}")
        draws = variant.draws if variant.draws == 1 or self.opened.entry.role == "supply" else 3 * variant.draws
        drawn = [random.choice(places) for places in by_text.values() for _ in range(draws)]
        if most is None or most >= len(drawn):
            return drawn
        return [drawn[(turn * most + index) % len(drawn)] for index in range(most)]

    def run(self, variant: Variant, place: Place) -> Outcome | None:
        """Run one case; None where the fault found no message to strike."""
        opened, bench = self.opened, self.opened.bench
        bench.faults.log.clear()
        start_s = opened.clock.now()
        bench.faults.arm(self._fault(variant, place, start_s))
        attempt = self._attempt(start_s)
        bench.faults.clear()
        if not bench.faults.log:
            return None
        failures = list(attempt.failures)
        if attempt.word == "WRONG" and not variant.may_pass:
            failures.append(f"wrong, and nothing said: {attempt.detail}")
        failures += self._afterwards(variant)
        afterwards, told = self._in_sync()
        if afterwards == "stays":
            # a damaged command may have set something that the driver does not set: it says so, and that is all it can do
            if not variant.may_pass or "WRONG" in told:
                failures.append(f"out of sync: {told}")
            self._begin_anew()
        return Outcome(
            variant.name, place.text, attempt.word, attempt.detail, afterwards, attempt.passed, tuple(failures)
        )

    def _fault(self, variant: Variant, place: Place, start_s: float) -> Fault:
        role, parameters = self.opened.entry.role, variant.parameters
        if variant.point == "after":
            # behind the reply, which takes REPLY_S and two transfers; before the next message
            return Fault(role, variant.kind, at_s=start_s + place.time_s + 0.02, **parameters)
        match = "^" + _NUMBER.join(map(re.escape, place.text.split("#"))) + "$"
        return Fault(role, variant.kind, match=match, after=place.number, **parameters)

    def _attempt(self, start_s: float) -> _Attempt:
        try:
            found = exercise(self.opened)
        except BenchError as error:
            word, text = type(error).__name__, str(error)
            nameless = (f"{word} does not name the instrument: {text}",)
            attempt = _Attempt(word, text, failures=() if self.opened.link.name in error.instrument else nameless)
        except Exception as error:  # noqa: BLE001 - anything that is no named error is what is looked for
            text = f"{type(error).__name__}: {error}"
            attempt = _Attempt("UNNAMED", text, failures=(text,))
        else:
            attempt = _compared(found, self.clean.found)
        taken_s = self.opened.clock.now() - start_s
        if taken_s > self.clean.duration_s + TIMEOUT_S * TIMEOUTS + WAITS_S:
            slow = f"took {taken_s:.1f} s of bench time, {self.clean.duration_s:.1f} s without the fault"
            return replace(attempt, failures=(*attempt.failures, slow))
        return attempt

    def _afterwards(self, variant: Variant) -> list[str]:
        """The fault is over; a supply is made safe."""
        opened = self.opened
        opened.clock.sleep(variant.over_s)
        opened.clock.sleep(max(opened.world.operator.busy_until_s - opened.clock.now(), 0.0))
        if variant.kind == "power_cycle":
            stage_scene(opened)
        if opened.entry.role != "supply":
            return []
        magnet = opened.world.magnet
        try:
            make_safe(opened.driver, opened.clock, rate_a_per_s=RATE_A_PER_S)
        except MagnetStillOnError:
            return []  # said loudly; it has to come to zero when the supply is prepared anew
        except Exception as error:  # noqa: BLE001 - see above
            return [f"make_safe: {type(error).__name__}: {error}"]
        if abs(magnet.current_a()) > opened.driver.handling.zero_a + READBACK_A:
            return [f"make_safe says zero, but {magnet.current_a():+.3f} A flow"]
        return []

    def _in_sync(self) -> tuple[str, str]:
        """How it goes on without the fault (see `Outcome.afterwards`), and what was seen where it does not."""
        first = self._attempt(self.opened.clock.now())
        if first.word == "recovers" and not first.failures:
            return "in sync", ""
        self.opened.clock.sleep(1.0)
        try:
            self.opened.link.clear()
        except BenchError as error:
            return "stays", f"{first.word} {first.detail}; then {error}"
        second = self._attempt(self.opened.clock.now())
        if second.word == "recovers" and not second.failures:
            return "cleared", ""
        return "stays", f"{first.word} {first.detail}; then {second.word} {second.detail}"

    def _begin_anew(self) -> None:
        self.opened.close()
        self.opened = open_world(self._folder, self._name, self._address)
        stage_scene(self.opened)
        exercise(self.opened)


def _shape(text: str) -> str:
    """Messages that differ in a number only are one command."""
    return re.sub(_NUMBER, "#", text)


def _places(transcript: list[tuple[float, str, bytes]], start_s: float) -> Iterator[Place]:
    seen: dict[str, int] = {}
    for index, (time_s, direction, data) in enumerate(transcript):
        if direction != ">":
            continue
        following = transcript[index + 1][1] if index + 1 < len(transcript) else ">"
        for line in filter(None, re.split("[\r\n\0]", data.decode("latin-1"))):
            command = _shape(line)
            yield Place(command, seen.get(command, 0), following == "<", time_s - start_s)
            seen[command] = seen.get(command, 0) + 1


def _compared(found: Sequence[Found], clean: Sequence[Found]) -> _Attempt:
    flagged: list[str] = []
    differing: list[str] = []
    passed: list[tuple[str, float]] = []
    for mine, theirs in zip(found, clean, strict=True):
        if mine.flags and mine.value is None:
            flagged.append(f"{mine.what}: {', '.join(mine.flags)}")
            continue
        right = theirs.value if mine.truth is None else mine.truth
        if not mine.agrees(right):
            differing.append(f"{mine.what}: {mine.value} instead of {right}")
            passed.append((mine.quantity, mine.deviation(right)))
    if differing:
        return _Attempt("WRONG", "; ".join(differing), tuple(passed))
    return _Attempt("flag", "; ".join(flagged)) if flagged else _Attempt("recovers")
