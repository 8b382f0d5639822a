"""Which reduction belongs to which kind of procedure."""

from __future__ import annotations

from dataclasses import replace

from vsmdaq.reduce.amplitude import reduce_amplitude
from vsmdaq.reduce.background import reduce_background
from vsmdaq.reduce.centring import reduce_centring
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.demagnetise import reduce_demagnetise
from vsmdaq.reduce.drift import with_drift
from vsmdaq.reduce.field_calibration import reduce_field_calibration
from vsmdaq.reduce.field_used import field_flags
from vsmdaq.reduce.forc import reduce_forc
from vsmdaq.reduce.gouy import reduce_gouy
from vsmdaq.reduce.image import reduce_image
from vsmdaq.reduce.linear import reduce_linear
from vsmdaq.reduce.loop import reduce_loop
from vsmdaq.reduce.minor import reduce_minor
from vsmdaq.reduce.nickel import reduce_nickel
from vsmdaq.reduce.nickel_slope import reduce_nickel_slope
from vsmdaq.reduce.phase import reduce_phase
from vsmdaq.reduce.relaxation import reduce_relaxation
from vsmdaq.reduce.remanence import reduce_remanence
from vsmdaq.reduce.temperature import reduce_temperature
from vsmdaq.reduce.third_harmonic import reduce_third_harmonic
from vsmdaq.reduce.virgin import reduce_virgin

__all__ = ["reduce_run"]

REDUCTIONS = {
    "phase": reduce_phase,
    "nickel": reduce_nickel,
    "background": reduce_background,
    "palladium": reduce_linear,
    "loop": reduce_loop,
    "gouy": reduce_gouy,
    "relaxation": reduce_relaxation,
    "temperature": reduce_temperature,
    "centring": reduce_centring,
    "amplitude": reduce_amplitude,
    "virgin": reduce_virgin,
    "minor": reduce_minor,
    "remanence": reduce_remanence,
    "forc": reduce_forc,
    "demagnetise": reduce_demagnetise,
    "field-calibration": reduce_field_calibration,
    "nickel-slope": reduce_nickel_slope,
    "image": reduce_image,
    "third-harmonic": reduce_third_harmonic,
}


def reduce_run(run: RunData) -> Reduction:
    """Reduce a run by the kind of its procedure.

    Raises
    ------
    InputError
        Something that the reduction needs is not there; the message names it.
    """
    run, drift, flags = with_drift(run)
    found = REDUCTIONS[run.procedure.kind](run)
    return replace(found, quantities={**found.quantities, **drift}, flags=(*found.flags, *flags, *field_flags(run)))
