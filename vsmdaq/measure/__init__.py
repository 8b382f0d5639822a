"""How one honest point is got: field control, steady state, detection, weighing."""

from vsmdaq.measure.detection import Detector
from vsmdaq.measure.field import Arrival, FieldControl, FieldSampler, current_for
from vsmdaq.measure.noise import NoisePool
from vsmdaq.measure.weighing import Weigher, WeighPolicy
from vsmdaq.measure.window import MeasurePolicy, Window

__all__ = [
    "Arrival",
    "Detector",
    "FieldControl",
    "FieldSampler",
    "MeasurePolicy",
    "NoisePool",
    "WeighPolicy",
    "Weigher",
    "Window",
    "current_for",
]
