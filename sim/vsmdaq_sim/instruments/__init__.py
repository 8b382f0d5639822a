"""Simulated instruments: text and status only; what they measure comes from the world."""

from vsmdaq_sim.instruments.common.instrument import SimInstrument
from vsmdaq_sim.instruments.kinds import KINDS, build_instrument

__all__ = ["KINDS", "SimInstrument", "build_instrument"]
