"""What the instruments need of a world: shapes only. The world knows no text, the instruments no physics."""

from vsmdaq_sim.instruments.common.ports.auxiliary import (
    CoilPart,
    PositionerPart,
    StagePart,
    ThermometerPart,
    VibratorPart,
    VoltagePart,
)
from vsmdaq_sim.instruments.common.ports.clock import BenchClock, SimClock
from vsmdaq_sim.instruments.common.ports.parts import (
    BalancePart,
    GaussmeterPart,
    LockInPart,
    MagnetPart,
    OperatorPart,
    ProbePart,
)
from vsmdaq_sim.instruments.common.ports.world import InstrumentLine, WorldPort, WorldSpecPort

__all__ = [
    "BalancePart",
    "BenchClock",
    "CoilPart",
    "GaussmeterPart",
    "InstrumentLine",
    "LockInPart",
    "MagnetPart",
    "OperatorPart",
    "PositionerPart",
    "ProbePart",
    "SimClock",
    "StagePart",
    "ThermometerPart",
    "VibratorPart",
    "VoltagePart",
    "WorldPort",
    "WorldSpecPort",
]
