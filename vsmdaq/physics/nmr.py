"""Field of a magnet from the resonance of protons in water (CODATA 2018; NIST SP 961, 2019).

Shielded proton gyromagnetic ratio over 2 pi: 42.576 384 74(46) MHz/T, for a sphere of pure water at 25 °C. Temperature (10.4e-9/K)
and shape of the water change it by less than 1e-5, which no Hall probe sees.
"""

from __future__ import annotations

from vsmdaq.physics.constants import MU0

__all__ = ["PROTON_HZ_PER_T", "field_of_resonance"]

PROTON_HZ_PER_T = 42.57638474e6
"""Resonance frequency of the protons of water per flux density, Hz/T."""


def field_of_resonance(frequency_hz: float) -> float:
    """Field H (A/m) in which protons of water resonate at `frequency_hz`."""
    return frequency_hz / PROTON_HZ_PER_T / MU0
