"""One kind of simulated instrument: its name in world files, the options it knows, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.instrument import SimInstrument
from vsmdaq_sim.instruments.common.ports import InstrumentLine, WorldPort

__all__ = ["Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of instrument.

    Attributes
    ----------
    name : str
        As `kind` of an instrument in a world file says it.
    build : callable
        Makes one: ``build(world, line, serial)``. `serial` tells that it hangs on a serial line.
    options : tuple of str
        Keys of the line's options that it knows.
    """

    name: str
    build: Callable[[WorldPort, InstrumentLine, bool], SimInstrument]
    options: tuple[str, ...] = ()
