"""The drivers that there are, by the name that a bench file calls them: those that the modules of the folders declare.

A module with drivers has ``ENTRIES``, a tuple of `DriverEntry`. To add a driver, add a module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from vsmdaq_drivers import balances, gaussmeters, lockins, others, supplies
from vsmdaq_drivers.entry import DriverEntry, Fact, Option, Role

__all__ = ["DRIVERS", "DriverEntry", "Fact", "Option", "Role"]


def _declared() -> dict[str, DriverEntry]:
    entries: dict[str, DriverEntry] = {}
    for package in (supplies, lockins, gaussmeters, balances, others):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            declared: tuple[DriverEntry, ...] = getattr(import_module(found.name), "ENTRIES", ())
            for entry in declared:
                if entry.name in entries:
                    raise ValueError(f"two drivers are called {entry.name!r}; the second in {found.name}")
                entries[entry.name] = entry
    return entries


DRIVERS: Mapping[str, DriverEntry] = MappingProxyType(_declared())
