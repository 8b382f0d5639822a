"""Stanford Research SR860 and SR865A lock-in amplifiers: their commands."""

from vsmdaq_sim.instruments.lockins.sr860.instrument import KINDS, SR860

__all__ = ["KINDS", "SR860"]
