"""Keysight (Agilent) E4980A LCR meter at the world's pick-up coils."""

from vsmdaq_sim.instruments.others.keysight_e4980a.instrument import KINDS, KeysightE4980A

__all__ = ["KINDS", "KeysightE4980A"]
