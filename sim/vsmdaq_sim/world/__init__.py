"""The physics of the simulated bench. Knows SI, and nothing of texts, buses or the toolkit."""

from vsmdaq_sim.world.errors import MaterialRangeError, WorldError, WorldFileError, WorldOperatorError
from vsmdaq_sim.world.load import InstrumentSpec, WorldSpec
from vsmdaq_sim.world.world import World

__all__ = [
    "InstrumentSpec",
    "MaterialRangeError",
    "World",
    "WorldError",
    "WorldFileError",
    "WorldOperatorError",
    "WorldSpec",
]
