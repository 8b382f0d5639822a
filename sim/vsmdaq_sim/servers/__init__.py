"""A world in a process of its own, its instruments served on this computer: TCP sockets, pseudo-terminals, HiSLIP."""

from vsmdaq_sim.servers.pace import Pace
from vsmdaq_sim.servers.serve import ServedInstrument, serve
from vsmdaq_sim.servers.world_log import WorldLog

__all__ = ["Pace", "ServedInstrument", "WorldLog", "serve"]
