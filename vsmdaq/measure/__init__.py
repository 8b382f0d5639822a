"""How one honest point is got: field control, steady state, detection, weighing."""

from vsmdaq.measure.approach import Approach
from vsmdaq.measure.detection import Detector
from vsmdaq.measure.field import Arrival, FieldControl, Lag, current_for
from vsmdaq.measure.field_sampler import FieldSampler
from vsmdaq.measure.noise import NoisePool
from vsmdaq.measure.weighing import Weigher, WeighPolicy, Weight
from vsmdaq.measure.window import MeasurePolicy, Window

__all__ = [
    "Approach",
    "Arrival",
    "Detector",
    "FieldControl",
    "FieldSampler",
    "Lag",
    "MeasurePolicy",
    "NoisePool",
    "WeighPolicy",
    "Weigher",
    "Weight",
    "Window",
    "current_for",
]
