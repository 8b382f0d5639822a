"""The front end of Lake Shore 425, 455 and 475: what they have in common, as `Model` has it for each."""

from vsmdaq_sim.instruments.gaussmeters.rdgfield.instrument import OPTIONS, RdgFieldMeter

__all__ = ["OPTIONS", "RdgFieldMeter"]
