"""The magnet of a run as it is used by it: every reading passes the watchdog, and an answer that got lost is asked for again.

The way to zero uses the supply itself: nothing may stand in its way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vsmdaq.bench.bench import Bench
from vsmdaq.bench.watchdog import Watchdog
from vsmdaq_drivers.contracts import (
    CurrentLimits,
    FieldReading,
    LinkTimeoutError,
    ReplyError,
    SupplyHandling,
    SupplyReading,
)

__all__ = ["LOOK_S", "WatchedGaussmeter", "WatchedSupply", "look_again"]

LOOK_S = 2.0
"""The magnet is looked at this often while something else is waited for."""

ASKED = 3
"""So often a question is asked whose answer gets lost, or cannot be read."""

T = TypeVar("T")


class WatchedSupply:
    """The supply of a bench with the watchdog beside it; satisfies the role `FieldSupply`.

    Parameters
    ----------
    bench : Bench
        Its supply, clock and watchdog.
    """

    def __init__(self, bench: Bench) -> None:
        self._supply = bench.supply
        self._clock = bench.clock
        self._watchdog = bench.watchdog or Watchdog(bench.spec)

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._supply.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s)."""
        return self._supply.limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A)."""
        return self._supply.resolution_a

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._supply.handling

    def identify(self) -> str:
        """Ask the supply for its identity."""
        return self._supply.identify()

    def prepare(self) -> None:
        """Prepare the supply."""
        self._supply.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp, which the watchdog then expects to be seen."""
        since_s = self._clock.now()
        self._supply.ramp_to(current_a, rate_a_per_s)
        self._watchdog.ramp_asked(current_a, rate_a_per_s, since_s)

    def poll(self) -> SupplyReading:
        """Look at the supply.

        Raises
        ------
        InstrumentFaultError
            It reports a fault or an interlock.
        WatchdogError
            The current is not where it should be.
        """
        reading = _asked_again(self._supply.poll, self._watchdog, "supply_asked_again")
        self._watchdog.look_at_supply(reading)
        return reading

    def stop(self) -> None:
        """Stop a ramp where it is; nothing is expected of the current then."""
        self._supply.stop()
        self._watchdog.forget()

    def close(self) -> None:
        """Release the supply."""
        self._supply.close()


class WatchedGaussmeter:
    """The gaussmeter of a bench with the watchdog beside it; satisfies the role `Gaussmeter`.

    An answer that got lost or cannot be read is a reading without value, whose flag says so; so many in a row are the error.
    """

    def __init__(self, bench: Bench) -> None:
        self._gaussmeter = bench.gaussmeter
        self._clock = bench.clock
        self._watchdog = bench.watchdog or Watchdog(bench.spec)
        self._lost = 0

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._gaussmeter.name

    @property
    def reading_interval_s(self) -> float:
        """Get the time between two new readings (s)."""
        return self._gaussmeter.reading_interval_s

    def identify(self) -> str:
        """Ask the gaussmeter for its identity."""
        return self._gaussmeter.identify()

    def prepare(self) -> None:
        """Prepare the gaussmeter."""
        self._gaussmeter.prepare()

    def read(self) -> FieldReading:
        """Measure the field.

        Raises
        ------
        WatchdogError
            Readings contradict the current, one after the other.
        LinkTimeoutError, ReplyError
            So many answers in a row got lost, or cannot be read.
        """
        try:
            reading = self._gaussmeter.read()
        except (LinkTimeoutError, ReplyError) as error:
            self._lost += 1
            if self._lost >= ASKED:
                raise
            flag = "no_reply" if isinstance(error, LinkTimeoutError) else "unreadable"
            return FieldReading(None, (flag,), self._clock.now())
        self._lost = 0
        return self._watchdog.look_at_field(reading)

    def close(self) -> None:
        """Release the gaussmeter."""
        self._gaussmeter.close()


def look_again(bench: Bench) -> None:
    """Look at the magnet where nobody has for `LOOK_S`: to be called while something else is waited for.

    Raises
    ------
    InstrumentFaultError, WatchdogError
        What the watchdog finds.
    """
    watchdog = bench.watchdog
    if watchdog is None or bench.clock.now() - watchdog.looked_s < LOOK_S:
        return
    WatchedSupply(bench).poll()
    if watchdog.watches_voltage and bench.voltage is not None:
        watchdog.look_at_voltage(bench.voltage())
    thermometer = bench.thermometer
    if watchdog.watches_temperature and thermometer is not None:
        watchdog.look_at_temperature(thermometer.read())


def _asked_again(ask: Callable[[], T], watchdog: Watchdog, flag: str) -> T:
    """The answer, asked for again where it got lost or cannot be read; the next point is flagged."""
    for _ in range(ASKED - 1):
        try:
            return ask()
        except (LinkTimeoutError, ReplyError):
            watchdog.note(flag)
    return ask()
