"""All reference materials by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vsmdaq.physics.references.curie_weiss import (
    DYSPROSIA,
    GADOLINIA,
    MERCURY_COBALT,
    NICKEL_CHLORIDE,
    NICKEL_ETHYLENEDIAMINE,
)
from vsmdaq.physics.references.ferromagnets import NICKEL, NICKEL_SPHERE, NICKEL_SPIN_WAVES, YIG_SPHERE
from vsmdaq.physics.references.fluids import AIR, OXYGEN, WATER
from vsmdaq.physics.references.material import ReferenceMaterial
from vsmdaq.physics.references.metals import ALUMINIUM, PALLADIUM, PLATINUM

__all__ = ["MATERIALS"]

MATERIALS: Mapping[str, ReferenceMaterial] = MappingProxyType(
    {
        material.name: material
        for material in (
            NICKEL,
            NICKEL_SPIN_WAVES,
            NICKEL_SPHERE,
            YIG_SPHERE,
            PALLADIUM,
            PLATINUM,
            ALUMINIUM,
            DYSPROSIA,
            GADOLINIA,
            MERCURY_COBALT,
            NICKEL_ETHYLENEDIAMINE,
            NICKEL_CHLORIDE,
            WATER,
            AIR,
            OXYGEN,
        )
    }
)
"""Without the current loop, which is no material: see `current_loop`."""
