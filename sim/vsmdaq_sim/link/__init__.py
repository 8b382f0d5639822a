"""The bytes between a host and a simulated instrument: buffers, time-outs, END, what goes wrong on the way."""

from vsmdaq_sim.link.endpoint import ConnectionLostError, Endpoint, ReadEnd, SimDeadlockError

__all__ = ["ConnectionLostError", "Endpoint", "ReadEnd", "SimDeadlockError"]
