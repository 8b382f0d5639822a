"""What is connected: the instruments of one bench, opened, identified and prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_drivers.contracts import Balance, Clock, FieldSupply, Gaussmeter, Instrument, LockIn, Operator

__all__ = ["Bench"]


@dataclass(frozen=True, slots=True)
class Bench:
    """The open bench. Roles that the run does not need are None.

    Attributes
    ----------
    spec : BenchSpec
        The bench file.
    clock : Clock
        The wall clock, or the virtual one that a simulated bench brings.
    identities : mapping of str to str
        Role to what the instrument answered when asked who it is.
    beside : mapping of str to Instrument
        What else the bench file names, by role: thermometer, vibrator, voltmeter, lcr_meter, stage.
    """

    spec: BenchSpec
    clock: Clock
    supply: FieldSupply
    gaussmeter: Gaussmeter
    lockin: LockIn | None
    balance: Balance | None
    operator: Operator
    identities: Mapping[str, str]
    beside: Mapping[str, Instrument] = field(default_factory=dict)
