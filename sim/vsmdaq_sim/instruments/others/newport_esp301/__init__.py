"""Newport ESP300/ESP301 motion controllers, before the world's rotation stage."""

from vsmdaq_sim.instruments.others.newport_esp301.instrument import KINDS, NewportEsp

__all__ = ["KINDS", "NewportEsp"]
