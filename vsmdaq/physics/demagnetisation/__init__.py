"""Demagnetising factors: N = -<H_d>/M, averaged over the volume (magnetometric), for chi = 0 except for ellipsoids.

The ellipsoid through Carlson's R_D (exact for all axis ratios, the sphere included), the cylinder through Nagaoka's
solenoid, the prism (and with it the film of a real thickness) through Aharoni's expression; all in closed form and with their
digits at every ratio of the lengths. What a susceptibility changes in the last two is bounded in `non_uniform`.
"""

from vsmdaq.physics.demagnetisation.cylinders import cylinder_axial, cylinder_transverse
from vsmdaq.physics.demagnetisation.ellipsoids import SPHERE, ellipsoid, spheroid
from vsmdaq.physics.demagnetisation.non_uniform import susceptibility_limits, u_from_susceptibility
from vsmdaq.physics.demagnetisation.of_shape import demagnetising_factor, dimensions, is_ellipsoid
from vsmdaq.physics.demagnetisation.prisms import prism

__all__ = [
    "SPHERE",
    "cylinder_axial",
    "cylinder_transverse",
    "demagnetising_factor",
    "dimensions",
    "ellipsoid",
    "is_ellipsoid",
    "prism",
    "spheroid",
    "susceptibility_limits",
    "u_from_susceptibility",
]
