"""What a driver's module says of itself: one line of the catalogue, and of the tables in README and docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vsmdaq_drivers.contracts import CurrentLimits, Instrument
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_drivers.links.settings import SerialSettings, Terminators

__all__ = ["CR", "CR_LF", "LF", "DriverEntry", "Fact", "Option", "Role"]

Role = Literal[
    "supply",
    "lockin",
    "gaussmeter",
    "balance",
    "operator",
    "thermometer",
    "vibrator",
    "voltmeter",
    "lcr_meter",
    "stage",
    "positioner",
]

LF = Terminators("\n", "\n")
CR = Terminators("\r", "\r")
CR_LF = Terminators("\r\n", "\r\n")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the driver relies on, and how well it is known.

    Attributes
    ----------
    what : str
        E.g. ``"OPST? is live, OPSTR? latched"``.
    known : str
        ``"manual"``, ``"other driver"`` (a published driver does it so) or ``"assumed"`` (the driver checks it where it can).
    source : str
        Which manual, or whose driver.
    """

    what: str
    known: Literal["manual", "other driver", "assumed"]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the table ``[ROLE.options]`` of a bench file.

    Attributes
    ----------
    argument : str
        Keyword argument of the driver that gets the value, in SI.
    dimension : str
        ``"text"``, ``"integer"``, ``"boolean"``, ``"file"`` (a path, found from the bench file), or what kind of quantity
        it is (``"current"``, ``"current rate"``, ``"time"``, ``"voltage"``, ``"ratio"``, ...).
    about : str
        What it is, for the docs.
    choices : tuple of str
        Allowed texts; empty for any.
    required : bool
        Whether a bench file must have it.
    """

    argument: str
    dimension: str
    about: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class DriverEntry:
    """One driver.

    Attributes
    ----------
    name : str
        As `driver` in a bench file says it.
    role : str
        What the instrument does on a bench.
    title : str
        Maker and models, for people: ``"Lake Shore 643"``.
    driver : type
        Its class. A supply is made with ``driver(link, limits, **options)``, every other one with ``driver(link, **options)``.
    identity : str
        Regular expression that the beginning of the identity matches, upper or lower case; for looking round on a
        bench. The driver checks for itself. Empty where the instrument cannot say who it is.
    example : str
        An identity as such an instrument gives it; empty where it cannot.
    simulator : str
        Kind of the simulated instrument, as a world file says it; empty where there is none to simulate.
    interfaces : tuple of str
        Out of ``"GPIB"``, ``"RS-232"``, ``"USB"``, ``"LAN"``; none for a driver without an instrument of its own, whose
        address is ``"none"``.
    bus : Terminators
        What ends a line on GPIB, USB and sockets.
    serial_line : Terminators
        What ends a line on a serial port.
    serial : SerialSettings
        Frame and pace of its serial port as it leaves the factory.
    limits : str
        What it can do, in words: ``"±70.1 A, 50 A/s"``.
    own_limits : CurrentLimits or None
        A supply's own limits, where the model alone fixes them.
    options : mapping of str to Option
        What ``[ROLE.options]`` may say.
    facts : tuple of Fact
        What the driver relies on.
    """

    name: str
    role: Role
    title: str
    driver: type[Instrument]
    identity: str
    example: str
    simulator: str
    interfaces: tuple[Literal["GPIB", "RS-232", "USB", "LAN"], ...]
    bus: Terminators = LF
    serial_line: Terminators = CR_LF
    serial: SerialSettings = field(default_factory=SerialSettings)
    limits: str = ""
    own_limits: CurrentLimits | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()

    def terminators(self, address: str) -> Terminators:
        """What ends a line at this address: VISA opens serial ports as well (``ASRL3::INSTR``)."""
        serial = address.strip().upper().startswith("ASRL") or not is_visa_address(address)
        return self.serial_line if serial else self.bus

    def make(self, *arguments: Any, **options: Any) -> Any:
        """Make the driver; a supply is given its limits behind the link."""
        return self.driver(*arguments, **options)
