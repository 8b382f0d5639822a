"""Danfysik System 8500 magnet supply (8000 and 9100 by option): unipolar, with a polarity switch inside."""

from vsmdaq_sim.instruments.supplies.danfysik_8500.instrument import KINDS, Danfysik8500

__all__ = ["KINDS", "Danfysik8500"]
