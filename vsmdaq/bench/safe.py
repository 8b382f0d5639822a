"""The end of everything: current to zero at the allowed rate, verified by reading back."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq.bench.bench import Bench
from vsmdaq_drivers.contracts import BenchError, Clock, FieldSupply, Gaussmeter, MagnetStillOnError

__all__ = ["make_safe", "zero"]

FIELD_POLL_S = 0.5
ATTEMPTS = 3

FIELD_PATIENCE_S = 5.0
"""The field lags the current; after this it is the yoke's."""


def make_safe(
    supply: FieldSupply,
    clock: Clock,
    *,
    rate_a_per_s: float,
    gaussmeter: Gaussmeter | None = None,
    remanence_a_per_m: float | None = None,
    report: Callable[[str], None] = lambda _: None,
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

    Raises
    ------
    MagnetStillOnError
        The current did not come to zero, or cannot be read; the message ends with what is known of it.
    """
    problem = ""
    current_a: float | None = None
    for _ in range(ATTEMPTS):
        try:
            current_a = _ramp_down(supply, clock, rate_a_per_s)
        except BenchError as error:
            problem = str(error).removeprefix(f"{error.instrument}: ").rstrip(".")
            current_a = _current_now(supply)
            continue
        if abs(current_a) <= supply.handling.zero_a:
            report(f"current {current_a:+.3f} A, verified by reading back")
            _check_field(clock, gaussmeter, remanence_a_per_m, report)
            return current_a
        problem = "the supply does not follow its set-point 0 A"
    raise MagnetStillOnError(current_a, problem, instrument=supply.name)


def zero(bench: Bench, report: Callable[[str], None]) -> float:
    """Make an open bench safe as its file says; see `make_safe`."""
    return make_safe(
        bench.supply,
        bench.clock,
        rate_a_per_s=bench.spec.magnet.safe_rate_a_per_s,
        gaussmeter=bench.gaussmeter,
        remanence_a_per_m=bench.spec.magnet.remanence_a_per_m,
        report=report,
    )


def _current_now(supply: FieldSupply) -> float | None:
    """Current (A) as far as it can be read, for the message."""
    try:
        return supply.poll().current_a
    except BenchError:
        return None


def _ramp_down(supply: FieldSupply, clock: Clock, rate_a_per_s: float) -> float:
    rate_a_per_s = min(rate_a_per_s, supply.limits.max_rate_a_per_s)  # slower than the file says, never refused
    supply.ramp_to(0.0, rate_a_per_s)
    reading = supply.poll()
    deadline_s = clock.now() + abs(reading.current_a) / rate_a_per_s * 1.5 + 5.0
    while reading.ramping or abs(reading.current_a) > supply.handling.zero_a:
        if clock.now() > deadline_s:
            break
        clock.sleep(supply.handling.poll_interval_s)
        reading = supply.poll()
    return reading.current_a


def _check_field(
    clock: Clock, gaussmeter: Gaussmeter | None, remanence_a_per_m: float | None, report: Callable[[str], None]
) -> None:
    """Say what field stays; it gets a while to follow the current down."""
    if gaussmeter is None or remanence_a_per_m is None:
        return
    deadline_s = clock.now() + FIELD_PATIENCE_S
    while True:
        try:
            field = gaussmeter.read().field_a_per_m
        except BenchError as error:
            report(f"the remaining field could not be read: {error}")
            return
        if (field is not None and abs(field) <= remanence_a_per_m) or clock.now() > deadline_s:
            break
        clock.sleep(FIELD_POLL_S)
    if field is None:
        report("the remaining field could not be read: no valid reading")
    elif abs(field) > remanence_a_per_m:
        report(f"field of {field / 1e3:+.2f} kA/m stays at zero current, more than {remanence_a_per_m / 1e3:.2f} kA/m")
    else:
        report(f"remaining field {field / 1e3:+.2f} kA/m, within the yoke's remanence")
