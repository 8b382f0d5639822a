"""The wires of a bench: what opens the link to an instrument, and the driver at its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import quote

from vsmdaq.bench.addresses import SIMULATED
from vsmdaq.formats.inputs import BenchSpec, InstrumentSpec
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import CurrentLimits, Link
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.visa import VisaSession

__all__ = ["driver_of", "library_for", "opener", "supply_of"]


def library_for(spec: BenchSpec, *, seed: int | None, session: str) -> str:
    """The VISA library as PyVISA takes it; a simulated one is told seed and session, so that no two runs share noise."""
    library = spec.visa_library
    if not library.endswith(SIMULATED):
        return library
    options = [f"seed={seed}"] if seed is not None else []
    options += [f"session={quote(session, safe='')}"] if session else []
    query = f"?{'&'.join(options)}" if options else ""
    return f"{library.removesuffix(SIMULATED)}{query}{SIMULATED}"


def opener(visa: VisaSession, library: str, stack: ExitStack) -> Callable[[InstrumentSpec], Link]:
    """A function that opens the wire to an instrument, through VISA or a serial port as its address says."""

    def open_link(instrument: InstrumentSpec) -> Link:
        entry = DRIVERS[instrument.driver]
        if is_visa_address(instrument.address):
            return visa.open(
                instrument.address, instrument.driver, entry.terminators(instrument.address), serial=entry.serial
            )
        address = instrument.address
        if address.startswith("vsmsim://") and "?" not in address:
            # the same world as the rest of the bench: the port is told which one
            address = f"{address}?world={quote(library, safe='')}"
        link = SerialLink(address, instrument.driver, entry.serial_line, settings=entry.serial, clock=visa.clock)
        stack.callback(link.close)
        return link

    return open_link


def driver_of(instrument: InstrumentSpec) -> Callable[..., Any]:
    """What makes the driver of an instrument around its link, with the options of the bench file."""
    entry = DRIVERS[instrument.driver]
    options = {entry.options[key].argument: value for key, value in instrument.options.items()}
    return partial(entry.make, **options)


def supply_of(spec: BenchSpec, open_link: Callable[[InstrumentSpec], Link]) -> Any:
    """The supply of a bench with the limits of its magnet, not asked anything yet."""
    magnet = CurrentLimits(spec.magnet.max_current_a, spec.magnet.max_rate_a_per_s)
    return driver_of(spec.supply)(open_link(spec.supply), magnet)
