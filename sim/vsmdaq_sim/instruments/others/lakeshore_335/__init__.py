"""Temperature controllers Lake Shore 335 and 336, before the world's thermometer."""

from vsmdaq_sim.instruments.others.lakeshore_335.instrument import KINDS, LakeShore335

__all__ = ["KINDS", "LakeShore335"]
