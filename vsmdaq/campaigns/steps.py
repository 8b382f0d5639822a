"""Steps that all measuring procedures share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vsmdaq.bench import Bench, WatchedGaussmeter, WatchedSupply
from vsmdaq.formats.inputs import Procedure
from vsmdaq.measure import FieldControl, FieldSampler, Lag
from vsmdaq_drivers.contracts import SupplyReading

if TYPE_CHECKING:
    from vsmdaq.campaigns.run import Session

__all__ = ["field_control", "field_is_read", "field_sampler", "longest_lag_s", "look_at_supply"]


def field_control(session: Session, procedure: Procedure) -> FieldControl:
    """Field control of the session's magnet at the procedure's rate."""
    bench = session.bench
    return FieldControl(
        WatchedSupply(bench),
        bench.clock,
        field_constant_per_m=bench.spec.magnet.field_constant_per_m.value,
        rate_a_per_s=procedure.rate_a_per_s,
        check=session.look,
        lag=lag_of(bench),
        interrupted=session.interrupts.check,
    )


def lag_of(bench: Bench) -> Lag | None:
    """Lag of the magnet that may be made up for: only where the bench file says how well it is known, and the field is read."""
    lag = bench.spec.magnet.lag_s
    return Lag(lag.value, lag.u) if lag.u > 0.0 and field_is_read(bench) else None


def field_is_read(bench: Bench) -> bool:
    """Whether a gaussmeter sees the field; a table of the magnet tells it from the current."""
    return bench.spec.gaussmeter.address != "none"


def longest_lag_s(bench: Bench) -> float:
    """Lag (s) of the magnet that waiting counts with: two standard uncertainties on the safe side."""
    lag = bench.spec.magnet.lag_s
    return lag.value + 2.0 * lag.u


def field_sampler(bench: Bench) -> FieldSampler:
    """Readings of the bench's gaussmeter, each of which passes the watchdog."""
    return FieldSampler(WatchedGaussmeter(bench), bench.clock, bench.spec.magnet.lag_s.value)


def look_at_supply(bench: Bench) -> SupplyReading:
    """Current and flags at a point, with what was noted since the last one.

    Raises
    ------
    InstrumentFaultError
        The supply reports a fault.
    WatchdogError
        The current is not where it should be.
    """
    reading = WatchedSupply(bench).poll()
    noted = () if bench.watchdog is None else bench.watchdog.noted()
    return replace(reading, flags=(*reading.flags, *noted))
