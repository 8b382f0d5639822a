"""Settings of a wire, put into a resource of PyVISA."""

from __future__ import annotations

from typing import Any

from vsmdaq_drivers.links.settings import SerialSettings, Terminators

__all__ = ["configure"]


def configure(resource: Any, terminators: Terminators, timeout_s: float, serial: SerialSettings | None) -> None:
    """Set time-out, terminators and, where it is a serial port, its frame; what the library refuses it raises."""
    from pyvisa.constants import Parity, StopBits  # noqa: PLC0415 - only a bench that uses PyVISA pays for it

    resource.timeout = 1000.0 * timeout_s
    resource.read_termination = terminators.read
    resource.write_termination = terminators.write
    if serial is not None:
        resource.baud_rate = serial.baud_rate
        resource.data_bits = serial.data_bits
        resource.parity = {"none": Parity.none, "odd": Parity.odd, "even": Parity.even}[serial.parity]
        resource.stop_bits = {1: StopBits.one, 2: StopBits.two}[serial.stop_bits]
