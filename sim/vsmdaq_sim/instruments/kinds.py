"""Which kinds of instruments a world file may name: those that the modules of the folders beside this one declare.

A module that simulates an instrument has ``KINDS``, a tuple of `Kind`. To add an instrument, add a module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from vsmdaq_sim.instruments import balances, gaussmeters, lockins, others, supplies
from vsmdaq_sim.instruments.common.instrument import SimInstrument
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, WorldPort

__all__ = ["KINDS", "build_instrument"]


def _declared() -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for package in (supplies, lockins, gaussmeters, balances, others):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            declared: tuple[Kind, ...] = getattr(import_module(found.name), "KINDS", ())
            for kind in declared:
                if kind.name in kinds:
                    raise ValueError(f"two simulated instruments are called {kind.name!r}; the second in {found.name}")
                kinds[kind.name] = kind
    return kinds


KINDS: Mapping[str, Kind] = MappingProxyType(_declared())


def build_instrument(world: WorldPort, line: InstrumentLine, *, serial: bool) -> SimInstrument:
    """Make the instrument of one line of the world file.

    Raises
    ------
    ValueError
        Unknown kind or option; the message names those allowed.
    """
    kind = KINDS.get(line.kind)
    if kind is None:
        raise ValueError(f"instruments.{line.role}.kind: given {line.kind!r}; allowed: {', '.join(KINDS)}")
    for key in line.options:
        if key not in kind.options:
            allowed = ", ".join(kind.options) or "none"
            raise ValueError(f"instruments.{line.role}.options.{key}: unknown for {line.kind}; allowed: {allowed}")
    try:
        return kind.build(world, line, serial)
    except (TypeError, OverflowError) as error:  # a table for a number, a number beyond all bounds
        given = ", ".join(f"{key} = {value!r}" for key, value in line.options.items())
        raise ValueError(
            f"instruments.{line.role}.options: given {given}; {line.kind} cannot use that: {error}"
        ) from error
