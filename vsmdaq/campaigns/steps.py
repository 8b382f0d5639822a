"""Steps that all measuring procedures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.formats.inputs import Procedure
from vsmdaq.measure import FieldControl
from vsmdaq_drivers.contracts import InstrumentFaultError, SupplyReading

if TYPE_CHECKING:
    from vsmdaq.bench import Bench
    from vsmdaq.campaigns.run import Session

__all__ = ["field_control", "longest_lag_s", "look_at_supply"]


def field_control(session: Session, procedure: Procedure) -> FieldControl:
    """Field control of the session's magnet at the procedure's rate."""
    bench = session.bench
    return FieldControl(
        bench.supply,
        bench.clock,
        field_constant_per_m=bench.spec.magnet.field_constant_per_m.value,
        rate_a_per_s=procedure.rate_a_per_s,
        check=session.interrupts.check,
    )


def longest_lag_s(bench: Bench) -> float:
    """Lag (s) of the magnet that waiting counts with: two standard uncertainties on the safe side."""
    lag = bench.spec.magnet.lag_s
    return lag.value + 2.0 * lag.u


def look_at_supply(bench: Bench) -> SupplyReading:
    """Current and flags at a point; raises InstrumentFaultError where the supply reports a fault."""
    reading = bench.supply.poll()
    if reading.faults:
        raise InstrumentFaultError(reading.faults, instrument=bench.supply.name)
    return reading
