"""The frozen values that all rooms share. SI inside, unit in the name, rms or peak said."""

from vsmdaq.terms.artefact import Artefact
from vsmdaq.terms.errors import InputError, Problem, VsmdaqError
from vsmdaq.terms.estimate import Component, Estimate
from vsmdaq.terms.plan import Course, Plan, Rule, Segment, Step
from vsmdaq.terms.point import HUNG_AGAIN, MomentPoint, WeightPoint
from vsmdaq.terms.quantity import Distribution, Quantity
from vsmdaq.terms.result import Result, ResultQuantity
from vsmdaq.terms.sample import Cup, Cylinder, Ellipsoid, Film, Prism, Reference, Sample, Shape, Sphere, Spheroid

__all__ = [
    "HUNG_AGAIN",
    "Artefact",
    "Component",
    "Course",
    "Cup",
    "Cylinder",
    "Distribution",
    "Ellipsoid",
    "Estimate",
    "Film",
    "InputError",
    "MomentPoint",
    "Plan",
    "Prism",
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
    "Spheroid",
    "Step",
    "VsmdaqError",
    "WeightPoint",
]
