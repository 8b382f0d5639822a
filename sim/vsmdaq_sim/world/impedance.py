"""Impedance of the pick-up coils, for an LCR meter.

Without a table it is estimated from ``[coils]``: each of the four loops as ``mu0 N**2 R (ln(8 R/a) - 7/4)`` (a ring of round
cross-section; Grover, Inductance Calculations (1946), ch. 16), with a = R/4 for the winding and no mutual inductance; copper
that fills half of the cross-section. A sample of linear material changes the inductance by ``(dm/dH) b**2 / mu0``, b the coils'
field per current at the sample (by reciprocity); that is zero for coils wound against each other, as those of a VSM are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vsmdaq_sim.world.coils import MU0
from vsmdaq_sim.world.schema import CoilsTable

__all__ = ["CoilImpedance", "CoilImpedanceTable"]

_LOOPS = 4
_WINDING_SHARE = 0.25
_COPPER_OHM_M = 1.72e-8
_FILLING = 0.5


class CoilImpedanceTable(BaseModel):
    """Inductance and resistance of all coils in series (left out: estimated), and their field per current at the sample."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    inductance_h: Annotated[float, Field(gt=0.0)] | None = None
    resistance_ohm: Annotated[float, Field(gt=0.0)] | None = None
    field_t_per_a: float = 0.0


class CoilImpedance:
    """The coils as seen from their ends.

    Parameters
    ----------
    table : CoilImpedanceTable
        What the world file says.
    coils : CoilsTable
        Geometry, for what the table leaves out.
    advance : callable
        Brings the world to the present.
    moment_per_field_m3 : callable
        dm/dH of the sample on the rod, m3.
    """

    def __init__(
        self,
        table: CoilImpedanceTable,
        coils: CoilsTable,
        advance: Callable[[], None],
        moment_per_field_m3: Callable[[], float],
    ) -> None:
        radius, turns = coils.radius_m, coils.turns
        winding = _WINDING_SHARE * radius
        ring_h = MU0 * turns**2 * radius * (math.log(8.0 * radius / winding) - 1.75)
        wire_m2 = _FILLING * math.pi * winding**2 / turns
        ring_ohm = _COPPER_OHM_M * turns * 2.0 * math.pi * radius / wire_m2
        self._empty_h = _LOOPS * ring_h if table.inductance_h is None else table.inductance_h
        self._ohm = _LOOPS * ring_ohm if table.resistance_ohm is None else table.resistance_ohm
        self._per_slope_h_per_m3 = table.field_t_per_a**2 / MU0
        self._advance = advance
        self._moment_per_field_m3 = moment_per_field_m3

    def inductance_h(self) -> float:
        """Get the series inductance, H, the sample's share included."""
        self._advance()
        return self._empty_h + self._per_slope_h_per_m3 * self._moment_per_field_m3()

    def resistance_ohm(self) -> float:
        """Get the series resistance, ohm."""
        return self._ohm
