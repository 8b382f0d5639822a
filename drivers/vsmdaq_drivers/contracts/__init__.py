"""What the rooms above and the drivers below agree on: roles, readings, limits, the clock, errors.

Nothing here imports pyvisa, pyserial or any driver.
"""

from vsmdaq_drivers.contracts.clock import Clock
from vsmdaq_drivers.contracts.errors import (
    AddressError,
    BenchError,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    LinkError,
    LinkLostError,
    LinkTimeoutError,
    MagnetStillOnError,
    OperatorError,
    RefusedError,
    ReplyError,
    SettlingError,
)
from vsmdaq_drivers.contracts.limits import CurrentLimits
from vsmdaq_drivers.contracts.link import Link
from vsmdaq_drivers.contracts.readings import (
    FieldReading,
    LockInFilter,
    LockInReading,
    LockInStatus,
    OperatorStep,
    SupplyReading,
    WeightReading,
)
from vsmdaq_drivers.contracts.roles import Balance, FieldSupply, Gaussmeter, Instrument, LockIn, Operator

__all__ = [
    "AddressError",
    "Balance",
    "BenchError",
    "Clock",
    "CurrentLimits",
    "FieldReading",
    "FieldSupply",
    "Gaussmeter",
    "IdentityError",
    "Instrument",
    "InstrumentFaultError",
    "LimitError",
    "Link",
    "LinkError",
    "LinkLostError",
    "LinkTimeoutError",
    "LockIn",
    "LockInFilter",
    "LockInReading",
    "LockInStatus",
    "MagnetStillOnError",
    "Operator",
    "OperatorError",
    "OperatorStep",
    "RefusedError",
    "ReplyError",
    "SettlingError",
    "SupplyReading",
    "WeightReading",
]
