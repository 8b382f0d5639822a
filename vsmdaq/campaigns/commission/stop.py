"""The stop test: in the middle of a ramp a signal comes, as from Ctrl-C, and the magnet has to go to zero at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import combinations

from vsmdaq.bench import Bench, zero
from vsmdaq.campaigns.commission.findings import Finding, bounded, wrong
from vsmdaq.campaigns.commission.hands import Hands
from vsmdaq.campaigns.commission.known import Sizes
from vsmdaq.campaigns.interrupts import Interrupted, Interrupts
from vsmdaq_drivers.contracts import Clock, CurrentLimits, FieldSupply, SupplyHandling, SupplyReading

__all__ = ["find_stop"]

_PROMISED_S = 2.0
"""The first ramp command leaves within this time."""

_RATE_TOLERANCE = 0.1
"""A ramp to zero may be seen so much quicker than asked for before it is too quick: looks have their own times."""

_PART = 0.75
"""The signal comes after this part of the ramp."""

_APART_S = 0.4
"""Looks that a rate is taken from are at least so far apart: steps that a driver makes are not seen as jumps then."""


@dataclass
class _Watched:
    """A supply through which everything passes, and which keeps what passed and when."""

    inner: FieldSupply
    clock: Clock
    ramps: list[tuple[float, float]] = field(default_factory=list)
    looks: list[SupplyReading] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def limits(self) -> CurrentLimits:
        return self.inner.limits

    @property
    def resolution_a(self) -> float:
        return self.inner.resolution_a

    @property
    def handling(self) -> SupplyHandling:
        return self.inner.handling

    def identify(self) -> str:
        return self.inner.identify()

    def prepare(self) -> None:
        self.inner.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        self.inner.ramp_to(current_a, rate_a_per_s)
        self.ramps.append((self.clock.now(), current_a))

    def poll(self) -> SupplyReading:
        self.looks.append(self.inner.poll())
        return self.looks[-1]

    def stop(self) -> None:
        self.inner.stop()

    def close(self) -> None:
        self.inner.close()


def find_stop(hands: Hands, sizes: Sizes, tell: Callable[[str], None]) -> list[Finding]:
    """Ramp up, raise SIGINT on the way, and see what the way to the safe state does. It is the way of every run.

    Raises
    ------
    MagnetStillOnError
        It does not come to zero.
    """
    supply, clock = hands.bench.supply, hands.bench.clock
    watched = _Watched(supply, clock)
    bench = replace(hands.bench, supply=watched)
    part_s = _PART * sizes.cycle_a / sizes.rate_a_per_s
    hands.look()
    caught = False
    raised_s = clock.now()
    with Interrupts() as interrupts:
        try:
            supply.ramp_to(hands.on_grid(sizes.cycle_a), sizes.rate_a_per_s)
            end_s = clock.now() + part_s
            while clock.now() < end_s:
                clock.sleep(min(end_s - clock.now(), supply.handling.poll_interval_s))
                hands.look()
            raised_s = clock.now()
            signal.raise_signal(signal.SIGINT)
            interrupts.check()
        except Interrupted:
            caught = True
        finally:
            zero(bench, tell)
    if not caught:
        return [wrong("stop", "stop_noticed", "a signal came and was not noticed")]
    return [
        Finding("stop", "stop_noticed", "agree", "an interrupt in the middle of a ramp ends it"),
        *_judged(bench, watched, raised_s),
    ]


def _judged(bench: Bench, watched: _Watched, raised_s: float) -> list[Finding]:
    step, allowed = "stop", bench.spec.magnet.safe_rate_a_per_s
    sent_s = watched.ramps[0][0]
    text = "from the interrupt to the first ramp command accepted by the supply"
    findings = [bounded(step, "stop_command", sent_s - raised_s, 0.0, "s", _PROMISED_S, text=text)]
    last, first = watched.looks[-1], watched.looks[0]
    text = "current at the end, read back"
    findings.append(bounded(step, "stop_current", last.current_a, 0.0, "A", watched.handling.zero_a, text=text))
    text = f"from {first.current_a:+.2f} A to verified zero"
    findings.append(Finding(step, "stop_time", "found", text, last.time_s - raised_s, 0.05, "s"))
    bound = min(allowed, watched.limits.max_rate_a_per_s) * (1.0 + _RATE_TOLERANCE)
    text = f"largest between looks on the way to zero; {allowed:g} A/s is allowed, {100.0 * _RATE_TOLERANCE:g} % more let pass"
    findings.append(bounded(step, "stop_rate", _largest_rate_a_per_s(watched.looks), 0.0, "A/s", bound, text=text))
    return findings


def _largest_rate_a_per_s(looks: list[SupplyReading]) -> float:
    """The largest change of the current between two looks over the time between them, A/s."""
    rates = [
        abs(late.current_a - early.current_a) / (late.time_s - early.time_s)
        for early, late in combinations(looks, 2)
        if late.time_s - early.time_s >= _APART_S
    ]
    return max(rates, default=0.0)
