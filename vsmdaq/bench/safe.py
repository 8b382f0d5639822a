"""The end of everything: current to zero at the allowed rate, verified by reading back."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq.bench.bench import MagnetEnd
from vsmdaq.bench.remaining import check_field
from vsmdaq_drivers.contracts import (
    BenchError,
    Clock,
    FieldSupply,
    Gaussmeter,
    LinkError,
    MagnetStillOnError,
    SupplyReading,
)

__all__ = ["make_safe", "zero"]

ATTEMPTS = 3
"""So often a supply that answers is asked to go to zero."""

LINK_PATIENCE_S = 20.0
"""A supply whose connection is lost, or that is silent, is called again for so long."""

RECALL_S = 1.0
"""Time between two calls."""

RESTING = 3
"""Looks in a row that have to find zero where the supply does not take its set-point: a switched-off output is believed then."""

STANDSTILL_S = 5.0
"""A current that has not become smaller for so long is not running down."""


def make_safe(
    supply: FieldSupply,
    clock: Clock,
    *,
    rate_a_per_s: float,
    gaussmeter: Gaussmeter | None = None,
    remanence_a_per_m: float | None = None,
    report: Callable[[str], None] = lambda _: None,
    reopen: Callable[[], FieldSupply] | None = None,
) -> float:
    """Ramp to zero and verify it; returns the current read back (A).

    Parameters
    ----------
    supply : FieldSupply
        The magnet supply.
    clock : Clock
        Bench time.
    rate_a_per_s : float
        Ramp rate on the way down.
    gaussmeter, remanence_a_per_m
        Where given, the field that stays is read and reported when it is outside ±`remanence_a_per_m`.
    report : callable
        Takes a line about what was found.
    reopen : callable, optional
        Opens the way to the supply anew, where its connection is lost.

    Raises
    ------
    MagnetStillOnError
        The current did not come to zero, or cannot be read; the message ends with what is known of it.
    """
    current_a = _to_zero(supply, clock, rate_a_per_s, report, reopen)
    check_field(clock, gaussmeter, remanence_a_per_m, report)
    return current_a


def zero(bench: MagnetEnd, report: Callable[[str], None]) -> float:
    """Make an open bench safe as its file says; see `make_safe`."""
    away = False
    if bench.watchdog is not None:
        bench.watchdog.forget()
        away = bench.watchdog.probe_away
    current_a = make_safe(
        bench.supply,
        bench.clock,
        rate_a_per_s=bench.spec.magnet.safe_rate_a_per_s,
        gaussmeter=None if away else bench.gaussmeter,
        remanence_a_per_m=bench.spec.magnet.remanence_a_per_m,
        report=report,
        reopen=bench.reopen_supply,
    )
    if away:
        report("the probe is not in the gap: what field stays was not read. Put the probe back before anything else.")
    return current_a


def _to_zero(
    supply: FieldSupply,
    clock: Clock,
    rate_a_per_s: float,
    report: Callable[[str], None],
    reopen: Callable[[], FieldSupply] | None,
) -> float:
    attempts = ATTEMPTS
    lost = ""
    silent_until_s = clock.now() + LINK_PATIENCE_S
    while True:
        try:
            reading = _ramp_down(supply, clock, rate_a_per_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, the magnet comes first; it is named where it stays on
            problem = _text(error, supply)
            found_a = _run_down(supply, clock)
            if found_a is not None and abs(found_a) <= supply.handling.zero_a:
                report(f"current {found_a:+.3f} A, verified by reading back {RESTING} times; {problem}{lost}")
                return found_a
            if found_a is None and isinstance(error, LinkError) and clock.now() < silent_until_s:
                lost = "; the connection was opened anew"
                supply = _called_again(supply, clock, reopen, silent_until_s)
                continue
        else:
            found_a = reading.current_a
            if abs(found_a) <= supply.handling.zero_a:
                standing = f"; it reports {', '.join(reading.faults)}" if reading.faults else ""
                report(f"current {found_a:+.3f} A, verified by reading back{standing}{lost}")
                return found_a
            problem = "the supply does not follow its set-point 0 A"
        attempts -= 1
        if attempts <= 0:
            raise MagnetStillOnError(found_a, problem, instrument=supply.name)


def _text(error: Exception, supply: FieldSupply) -> str:
    """What went wrong, without the name that the last line has anyway."""
    if not isinstance(error, BenchError):
        return f"{type(error).__name__}: {error}"
    return str(error).removeprefix(f"{error.instrument or supply.name}: ").rstrip(".")


def _called_again(
    supply: FieldSupply, clock: Clock, reopen: Callable[[], FieldSupply] | None, until_s: float
) -> FieldSupply:
    """The supply through a new connection; as it was, a moment later, where it cannot be opened anew.

    Raises
    ------
    MagnetStillOnError
        It could not be reached until `until_s` (bench time).
    """
    while True:
        clock.sleep(RECALL_S)
        if reopen is None:
            return supply
        try:
            return reopen()
        except BenchError as error:
            if clock.now() >= until_s:
                raise MagnetStillOnError(None, _text(error, supply), instrument=supply.name) from error


def _run_down(supply: FieldSupply, clock: Clock) -> float | None:
    """Watch a current (A) that nothing is asked of: a fault may have switched the output off. None where it cannot be read.

    It is zero when so many looks in a row find zero; anything else is what was found last.
    """
    resting = 0
    smallest_a, since_s = float("inf"), clock.now()
    while True:
        try:
            current_a = supply.poll().current_a
        except Exception:  # noqa: BLE001 - it cannot be read, whyever
            return None
        resting = resting + 1 if abs(current_a) <= supply.handling.zero_a else 0
        if resting >= RESTING:
            return current_a
        if abs(current_a) < smallest_a - supply.handling.zero_a:
            smallest_a, since_s = abs(current_a), clock.now()
        if resting == 0 and clock.now() - since_s > STANDSTILL_S:
            return current_a
        clock.sleep(supply.handling.poll_interval_s)


def _ramp_down(supply: FieldSupply, clock: Clock, rate_a_per_s: float) -> SupplyReading:
    rate_a_per_s = min(rate_a_per_s, supply.limits.max_rate_a_per_s)  # slower than the file says, never refused
    supply.ramp_to(0.0, rate_a_per_s)
    reading = supply.poll()
    deadline_s = clock.now() + abs(reading.current_a) / rate_a_per_s * 1.5 + 5.0
    while reading.ramping or abs(reading.current_a) > supply.handling.zero_a:
        if clock.now() > deadline_s:
            break
        clock.sleep(supply.handling.poll_interval_s)
        reading = supply.poll()
    return reading
