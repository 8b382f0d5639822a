"""Moment of a sample from the field applied to it; hysteretic ones remember."""

from vsmdaq_sim.world.materials.basic import ConstantMoment, LinearMoment, Material, NickelSphere
from vsmdaq_sim.world.materials.measured import MeasuredLoop, branch_moment
from vsmdaq_sim.world.materials.play import TanhPlay
from vsmdaq_sim.world.materials.preisach import Preisach
from vsmdaq_sim.world.materials.viscous import Viscous

__all__ = [
    "ConstantMoment",
    "LinearMoment",
    "Material",
    "MeasuredLoop",
    "NickelSphere",
    "Preisach",
    "TanhPlay",
    "Viscous",
    "branch_moment",
]
