"""Runs whose points follow from formulas written here, without noise: the reduction must find what was put in."""

import cmath
import math
from pathlib import Path

import pytest

from vsmdaq.calibrate import artefact_of  # noqa: F401 - the room above takes the same runs
from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample, parse_tube
from vsmdaq.reduce import RunData
from vsmdaq.terms import Artefact, Component, Estimate, MomentPoint, WeightPoint
from vsmdaq_configs import starter_set
