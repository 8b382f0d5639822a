"""What else is at the input of a lock-in beside the signal."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq_sim.world.effects.mains import Tones
from vsmdaq_sim.world.effects.tables import MainsTable

__all__ = ["UNDISTURBED", "Disturbances"]


@dataclass(frozen=True, slots=True)
class Disturbances:
    """Mains, 1/f noise and a rattling sample, each off by default.

    Attributes
    ----------
    mains : MainsTable or None
        Tones at the input.
    noise_corner_hz : float
        Where the 1/f noise is as large as the white one.
    rattle_v_rms : callable or None
        ``rattle(taus_s, time_s, harmonic)``: a rattling sample's share of the output, V rms.
    """

    mains: MainsTable | None = None
    noise_corner_hz: float = 0.0
    rattle_v_rms: Callable[[tuple[float, ...], float, int], complex] | None = None

    def density(self, white_v_per_sqrt_hz: float, detected_hz: float) -> float:
        """Get the noise density at the detection frequency: white, and 1/f of power; it is taken as flat around it."""
        if self.noise_corner_hz == 0.0:
            return white_v_per_sqrt_hz
        return white_v_per_sqrt_hz * math.sqrt(1.0 + self.noise_corner_hz / detected_hz)

    def tones(self, detected_hz: float, taus_s: tuple[float, ...]) -> Tones | None:
        """Get the mains behind the poles; None without."""
        return None if self.mains is None else Tones(self.mains, detected_hz, taus_s)

    @property
    def mains_peak_v(self) -> float:
        """Largest voltage of all tones together, V."""
        return 0.0 if self.mains is None else math.sqrt(2.0) * sum(self.mains.amplitudes_v_rms)


UNDISTURBED = Disturbances()
