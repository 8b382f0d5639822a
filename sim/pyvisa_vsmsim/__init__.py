"""Front door of the simulated bench: PyVISA finds the backend ``@vsmsim`` by this module's name."""

from vsmdaq_sim.backend import BenchLibrary as WRAPPER_CLASS

__all__ = ["WRAPPER_CLASS"]
