"""The PyVISA backend of the simulated bench: ``ResourceManager("world.toml?seed=3@vsmsim")``."""

from vsmdaq_sim.backend.library import BenchLibrary

__all__ = ["BenchLibrary"]
