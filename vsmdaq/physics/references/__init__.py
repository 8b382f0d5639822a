"""Reference materials as data: law, range of validity, uncertainty, status and source.

`MATERIALS` holds them all; `LAWS` the laws that a sample file may name; `current_loop` is a moment without material. A figure
that is only remembered has the status ``"typical"``; ``"certificate"`` comes from the user alone (`certified`, or the sample
file), and the word traceable with it. Outside its range a law refuses.
"""

from vsmdaq.physics.references.catalogue import MATERIALS
from vsmdaq.physics.references.current_loop import current_loop, current_loop_moment
from vsmdaq.physics.references.errors import ReferenceRangeError
from vsmdaq.physics.references.fluids import saturation_pressure_pa
from vsmdaq.physics.references.forms import (
    dysprosia_susceptibility,
    linear_susceptibility,
    mercury_cobalt_susceptibility,
    nickel_moment,
)
from vsmdaq.physics.references.material import Certificate, ReferenceMaterial, certified
from vsmdaq.physics.references.sample_laws import (
    FIELD_COEFFICIENT,
    LAWS,
    TEMPERATURE_COEFFICIENT,
    VALUE,
    WEISS_TEMPERATURE,
    ReferenceLaw,
)
from vsmdaq.physics.references.wording import is_traceable, material_status, reference_status

__all__ = [
    "FIELD_COEFFICIENT",
    "LAWS",
    "MATERIALS",
    "TEMPERATURE_COEFFICIENT",
    "VALUE",
    "WEISS_TEMPERATURE",
    "Certificate",
    "ReferenceLaw",
    "ReferenceMaterial",
    "ReferenceRangeError",
    "certified",
    "current_loop",
    "current_loop_moment",
    "dysprosia_susceptibility",
    "is_traceable",
    "linear_susceptibility",
    "material_status",
    "mercury_cobalt_susceptibility",
    "nickel_moment",
    "reference_status",
    "saturation_pressure_pa",
]
