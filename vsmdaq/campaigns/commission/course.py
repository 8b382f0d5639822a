"""The first hour on a bench: the steps in their order, their record on disk, and the magnet safe on every way out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vsmdaq import __version__
from vsmdaq.bench import Bench, zero
from vsmdaq.campaigns.commission.beginning import find_rest, find_sign
from vsmdaq.campaigns.commission.bench_lines import fragment
from vsmdaq.campaigns.commission.findings import Finding, skipped, wrong
from vsmdaq.campaigns.commission.hands import Hands
from vsmdaq.campaigns.commission.known import Known, Sizes
from vsmdaq.campaigns.commission.magnet import find_constant, find_dynamics, find_reversal
from vsmdaq.campaigns.commission.readings import ReadingsFile
from vsmdaq.campaigns.commission.signal import SAMPLE, find_noise, find_signal, lockin_kept
from vsmdaq.campaigns.commission.stop import find_stop
from vsmdaq.campaigns.interrupts import Interrupted, Interrupts
from vsmdaq.record import EventLog, RecordError, write_atomically
from vsmdaq.record.jsontext import pretty_json
from vsmdaq_drivers.contracts import BenchError, MagnetStillOnError, OperatorStep, RefusedError, SettlingError

__all__ = ["SCHEMA", "Commissioned", "Place", "commission"]

SCHEMA = 1

_NO_WIRE = "none"
"""Address of a table in place of a gaussmeter: what it says comes from the current."""


@dataclass(frozen=True, slots=True)
class Place:
    """An open bench to be commissioned, and where the record goes.

    Attributes
    ----------
    bench : Bench
        Open, identified, prepared, with its lock-in.
    folder : Path
        Made; commission.json, events.jsonl, readings.csv and suggested-bench.toml go there.
    interrupts : Interrupts
        Entered by the caller.
    facts : mapping
        More for commission.json: text of the bench file, seed.
    tell : callable
        Takes a line.
    sync : callable
        fsync; another one only where durability does not matter.
    """

    bench: Bench
    folder: Path
    interrupts: Interrupts
    facts: Mapping[str, Any] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _: None
    sync: Callable[[int], None] = os.fsync


@dataclass(frozen=True, slots=True)
class Commissioned:
    """What a commissioning found.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of the steps.
    ended : str
        ``"done"``, ``"interrupted by ..."``, or what failed.
    bench_time_s : float
        From the first step to the verified zero, s.
    """

    findings: tuple[Finding, ...]
    ended: str
    bench_time_s: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        verdicts = [finding.verdict for finding in self.findings]
        return {
            "ended": self.ended,
            "bench_time_s": self.bench_time_s,
            "verdicts": {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)},
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    about: str
    run: Callable[[], list[Finding]]


class _Course:
    """The steps on one bench; each knows what the ones before it left in `known`."""

    def __init__(self, place: Place, readings: ReadingsFile, events: EventLog) -> None:
        bench = place.bench
        self._place = place
        self._events = events
        self._hands = Hands(bench, readings, place.interrupts.check)
        self._sizes = Sizes.of(bench)
        spec = bench.spec
        self._known = Known(0.0, 0, spec.magnet.lag_s.value, spec.magnet.lag_s.u, spec.noise_density_v_per_sqrt_hz)
        self._known.has_gaussmeter = spec.gaussmeter.address != _NO_WIRE

    @property
    def steps(self) -> tuple[_Step, ...]:
        """All of them, in order."""
        hands, known, sizes = self._hands, self._known, self._sizes
        cycle = f"±{sizes.cycle_a:g} A at {sizes.rate_a_per_s:g} A/s"
        first = f"±{sizes.first_a:g} A at {sizes.slow_a_per_s:g} A/s"
        return (
            _Step("rest", "limits, current and field as found; nothing moves", lambda: find_rest(hands, known)),
            _Step("sign", f"{first}: which way the field goes", self._sign),
            _Step(
                "constant",
                f"cycles of {cycle}: field constant, offset, remanence",
                lambda: self._with_field("constant", lambda: find_constant(hands, known, sizes)),
            ),
            _Step(
                "reversal",
                f"{cycle} and back: does the field turn with the current",
                lambda: self._with_field("reversal", lambda: find_reversal(hands, known, sizes)),
            ),
            _Step(
                "dynamics",
                f"steps up to {sizes.cycle_a:g} A: ramp rate, lag, readings of the gaussmeter",
                lambda: self._with_field("dynamics", lambda: find_dynamics(hands, known, sizes)),
            ),
            _Step("noise", "the lock-in at zero current: reference, noise, filter", self._noise),
            _Step(
                "signal",
                f"a sample at {cycle}: sign and phase of the signal, cross-talk, settling",
                lambda: find_signal(hands, known, sizes, self._mount),
            ),
            _Step(
                "stop",
                f"a ramp towards {sizes.cycle_a:g} A, interrupted on the way: is the magnet made safe",
                lambda: find_stop(hands, sizes, self._place.tell),
            ),
        )

    def _with_field(self, name: str, find: Callable[[], list[Finding]]) -> list[Finding]:
        """A step that needs to see the field."""
        if not self._known.has_gaussmeter:
            return [skipped(name, name, "the field comes from a table of the current: nothing can be found with it")]
        if self._known.field_sign == 0:
            return [skipped(name, name, "no field was seen with the first current")]
        return find()

    def _sign(self) -> list[Finding]:
        if not self._known.has_gaussmeter:
            return [skipped("sign", "sign_of_field", "the field comes from a table of the current")]
        return find_sign(self._hands, self._known, self._sizes)

    def _noise(self) -> list[Finding]:
        self._hands.go(0.0, self._sizes.rate_a_per_s)
        return find_noise(self._hands, self._known)

    def _mount(self, step: OperatorStep) -> str:
        """Have the sample mounted, the magnet at zero meanwhile."""
        self._hands.go(0.0, self._sizes.rate_a_per_s)
        with self._place.interrupts.waiting():
            answer = self._place.bench.operator.perform(step)
        self._events.record("operator", {"action": step.action, "subject": SAMPLE, "answer": answer})
        return answer


def commission(place: Place) -> Commissioned:
    """Take the bench through all steps; what was found stands on disk however it ends.

    Raises
    ------
    BenchError
        An instrument failed; the bench was made safe (or MagnetStillOnError says that it was not).
    Interrupted
        By a signal; the bench was made safe.
    """
    bench = place.bench
    findings: list[Finding] = []
    started_s = bench.clock.now()
    ended = "failed"
    with (
        EventLog(place.folder / "events.jsonl", bench.clock, sync=place.sync) as events,
        ReadingsFile(place.folder / "readings.csv", sync=place.sync) as readings,
    ):
        events.record("start", {"procedure": "commission"})
        place.interrupts.look_for_stop_file(place.folder)
        try:
            _walk(place, _Course(place, readings, events), readings, events, findings)
            ended = "done"
        except Interrupted as error:
            ended = f"interrupted by {error.cause}"
            events.record("interrupted", {"cause": error.cause}, durable=True)
            raise
        except BenchError as error:
            ended = f"{type(error).__name__}: {error}"
            events.record("failed", {"error": type(error).__name__, "message": str(error)}, durable=True)
            raise
        finally:
            try:
                _safe(place, events)
            except MagnetStillOnError as error:
                ended = f"{ended}; {error}"
                raise
            finally:
                result = Commissioned(tuple(findings), ended, bench.clock.now() - started_s)
                _write(place, result)
        events.record("end", {"bench_time_s": result.bench_time_s})
    return result


def _walk(place: Place, course: _Course, readings: ReadingsFile, events: EventLog, findings: list[Finding]) -> None:
    """All steps; the lock-in is afterwards as it was."""
    lockin = place.bench.lockin
    if lockin is None:
        raise ValueError("a commissioning needs the lock-in of the bench")
    zero(place.bench, place.tell)
    with lockin_kept(lockin):
        steps = course.steps
        for number, step in enumerate(steps, start=1):
            place.interrupts.check()
            place.tell(f"step {number} of {len(steps)}, {step.name}: {step.about}")
            readings.begin(step.name)
            events.record("step", {"step": step.name})
            found = _tried(place, step)
            readings.flush()
            findings += found
            for finding in found:
                events.record("finding", finding.to_json())


def _tried(place: Place, step: _Step) -> list[Finding]:
    """What a step found; one that is refused, or does not come to rest, ends at zero and says so, and the next one is tried."""
    try:
        return step.run()
    except (RefusedError, SettlingError) as error:
        zero(place.bench, place.tell)
        return [wrong(step.name, f"{step.name}_failed", str(error))]


def _safe(place: Place, events: EventLog) -> None:
    """Zero, verified; what is found goes into the record.

    Raises
    ------
    MagnetStillOnError
        It could not be brought to zero; that is recorded as well.
    """

    def record(kind: str, text: str) -> None:
        place.tell(text)
        try:
            events.record(kind, {"text": text}, durable=True)
        except RecordError as error:  # a full disk must not stand between the magnet and zero
            place.tell(str(error))

    try:
        zero(place.bench, lambda text: record("safe", text))
    except MagnetStillOnError as error:
        record("unsafe", str(error))
        raise


def _write(place: Place, result: Commissioned) -> None:
    """commission.json and the fragment, each whole or not at all."""
    bench = place.bench
    content = {
        "schema": SCHEMA,
        "kind": "commission",
        "bench": bench.spec.name,
        "vsmdaq": __version__,
        "utc": bench.clock.utc().isoformat(),
        "identities": dict(bench.identities),
        **result.to_json(),
        **place.facts,
    }
    write_atomically(place.folder / "commission.json", pretty_json(content), sync=place.sync)
    text = fragment(bench.spec.name, result.findings)
    write_atomically(place.folder / "suggested-bench.toml", text, sync=place.sync)
