"""The frozen values that all rooms share. SI inside, unit in the name, rms or peak said."""

from vsmdaq.terms.artefact import Artefact
from vsmdaq.terms.errors import InputError, Problem, VsmdaqError
from vsmdaq.terms.estimate import Component, Estimate
from vsmdaq.terms.plan import Course, Plan, Rule, Segment, Step
from vsmdaq.terms.point import HUNG_AGAIN, MomentPoint, WeightPoint
from vsmdaq.terms.quantity import Quantity
from vsmdaq.terms.result import Result, ResultQuantity
from vsmdaq.terms.sample import Cylinder, Reference, Sample, Shape, Sphere

__all__ = [
    "HUNG_AGAIN",
    "Artefact",
    "Component",
    "Course",
    "Cylinder",
    "Estimate",
    "InputError",
    "MomentPoint",
    "Plan",
    "Problem",
    "Quantity",
    "Reference",
    "Result",
    "ResultQuantity",
    "Rule",
    "Sample",
    "Segment",
    "Shape",
    "Sphere",
    "Step",
    "VsmdaqError",
    "WeightPoint",
]
