"""One kind of simulated instrument: its name in world files, the options it knows, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vsmdaq_sim.instruments.common.instrument import SimInstrument
from vsmdaq_sim.instruments.common.ports import InstrumentLine, WorldPort

__all__ = ["Kind"]


def _nothing(world: WorldPort) -> None:
    """The world does not notice."""


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
    power_off : callable
        What the world sees when the instrument loses power: ``power_off(world)``.
    failures : mapping of str to callable
        What the instrument itself can suffer, by name: ``failures[name](world, instrument)``; for the fault ``fail``.
    """

    name: str
    build: Callable[[WorldPort, InstrumentLine, bool], SimInstrument]
    options: tuple[str, ...] = ()
    power_off: Callable[[WorldPort], None] = _nothing
    failures: Mapping[str, Callable[[WorldPort, Any], None]] = field(default_factory=dict)
