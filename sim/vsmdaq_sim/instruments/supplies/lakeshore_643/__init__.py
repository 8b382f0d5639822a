"""Lake Shore 643 and 648 electromagnet power supplies: bipolar, ramp by themselves."""

from vsmdaq_sim.instruments.supplies.lakeshore_643.instrument import KINDS, LakeShore643

__all__ = ["KINDS", "LakeShore643"]
