"""The bytes between a host and a simulated instrument: buffers, time-outs, END, what goes wrong on the way."""

from vsmdaq_sim.link.endpoint import Endpoint
from vsmdaq_sim.link.hosts import HostSide
from vsmdaq_sim.link.reading import ConnectionLostError, ReadEnd, SimDeadlockError

__all__ = ["ConnectionLostError", "Endpoint", "HostSide", "ReadEnd", "SimDeadlockError"]
