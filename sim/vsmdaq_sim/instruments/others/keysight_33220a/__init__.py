"""Waveform generators Keysight (Agilent) 33220A and 33500 series, as drive of the vibrator."""

from vsmdaq_sim.instruments.others.keysight_33220a.instrument import KINDS, WaveformGenerator

__all__ = ["KINDS", "WaveformGenerator"]
