"""Front door of the simulated bench: PyVISA finds the backend ``@vsmsim`` by this module's name."""

from vsmdaq_sim.backend import BenchLibrary

__all__ = ["WRAPPER_CLASS"]

WRAPPER_CLASS = BenchLibrary
