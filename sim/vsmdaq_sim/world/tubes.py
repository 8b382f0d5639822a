"""Gouy tubes: force of the magnet, and what the balance gets of it."""

from __future__ import annotations

import math

from vsmdaq_sim.world.coils import MU0
from vsmdaq_sim.world.load import WorldSpec
from vsmdaq_sim.world.schema import TubeTable

__all__ = ["TubeLoads", "tube_force_per_field2"]


def tube_force_per_field2(tube: TubeTable, air_volume_susceptibility: float, low_field_ratio: float) -> float:
    """Get the force on a Gouy tube over H**2 at its lower end, N/(A/m)2: > 0 pulls it towards the high field, down.

    ``mu0 A (chi - chi_air)/2 (1 - (H_low/H)**2)`` for the filling, plus what the tube itself gives.
    """
    force = tube.blank_force_n_per_a2_m2
    if tube.bore_diameter_m is not None and tube.volume_susceptibility is not None:
        area = math.pi / 4.0 * tube.bore_diameter_m**2
        contrast = tube.volume_susceptibility - air_volume_susceptibility
        force += 0.5 * MU0 * area * contrast * (1.0 - low_field_ratio**2)
    return force


class TubeLoads:
    """Apparent load of each tube.

    Parameters
    ----------
    spec : WorldSpec
        The world file.
    """

    def __init__(self, spec: WorldSpec) -> None:
        air, ratio = spec.world.air_volume_susceptibility, spec.gouy.low_field_ratio
        self._tubes = spec.tubes
        self._gravity = spec.world.gravity_m_per_s2
        self._forces = {name: tube_force_per_field2(tube, air, ratio) for name, tube in spec.tubes.items()}

    def load_kg(self, tube: str | None, field_a_per_m: float) -> float:
        """Get mass and force over gravity, kg, in a field (A/m) at the tube's lower end; 0 without a tube."""
        if tube is None:
            return 0.0
        force = self._forces[tube] * field_a_per_m**2
        return self._tubes[tube].load_mass_kg + force / self._gravity
