"""The drivers that there are, by the name that a bench file calls them. To add one, add a line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vsmdaq_drivers.balances import mt_sics
from vsmdaq_drivers.contracts import Balance, FieldSupply, Gaussmeter, LockIn, Operator
from vsmdaq_drivers.gaussmeters import lakeshore_475
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_drivers.links.settings import SerialSettings, Terminators
from vsmdaq_drivers.lockins import sr830
from vsmdaq_drivers.others import operators
from vsmdaq_drivers.supplies import lakeshore_643

__all__ = ["DRIVERS", "DriverEntry", "Role"]

Role = Literal["supply", "lock_in", "gaussmeter", "balance", "operator"]


@dataclass(frozen=True, slots=True)
class DriverEntry:
    r"""One driver.

    Attributes
    ----------
    role : str
        ``"supply"``, ``"lock_in"``, ``"gaussmeter"``, ``"balance"`` or ``"operator"``.
    driver : type
        Its class. A supply is made with ``driver(link, limits)``, every other one with ``driver(link)``.
    identity : str
        Regular expression that the beginning of the identity matches, upper or lower case; for looking round on a
        bench. The driver checks for itself.
    bus : Terminators
        What ends a line on GPIB, USB and sockets.
    serial_line : Terminators
        What ends a line on a serial port.
    serial : SerialSettings
        Frame and pace of its serial port as it leaves the factory.
    """

    role: Role
    driver: type[FieldSupply | LockIn | Gaussmeter | Balance | Operator]
    identity: str
    bus: Terminators
    serial_line: Terminators
    serial: SerialSettings

    def terminators(self, address: str) -> Terminators:
        """What ends a line at this address: VISA opens serial ports as well (``ASRL3::INSTR``)."""
        serial = address.strip().upper().startswith("ASRL") or not is_visa_address(address)
        return self.serial_line if serial else self.bus


_LF = Terminators("\n", "\n")
_CR = Terminators("\r", "\r")
_CR_LF = Terminators("\r\n", "\r\n")

DRIVERS: Mapping[str, DriverEntry] = MappingProxyType(
    {
        "lakeshore_643": DriverEntry(
            "supply",
            lakeshore_643.LakeShore643,
            lakeshore_643.IDENTITY,
            _CR_LF,
            _CR_LF,
            SerialSettings(57600, 7, "odd", 1, pause_s=0.05),
        ),
        "sr830": DriverEntry("lock_in", sr830.SR830, sr830.IDENTITY, _LF, _CR, SerialSettings(9600)),
        "lakeshore_475": DriverEntry(
            "gaussmeter",
            lakeshore_475.LakeShore475,
            lakeshore_475.IDENTITY,
            _CR_LF,
            _CR_LF,
            SerialSettings(9600, 7, "odd", 1, pause_s=0.05),
        ),
        "mt_sics": DriverEntry("balance", mt_sics.MtSics, mt_sics.IDENTITY, _CR_LF, _CR_LF, SerialSettings(9600)),
        "operator": DriverEntry("operator", operators.WireOperator, operators.IDENTITY, _LF, _LF, SerialSettings(9600)),
    }
)
