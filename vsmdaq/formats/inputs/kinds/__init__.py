"""Tables that belong to one kind of procedure: each named like its kind, each a module here."""

from vsmdaq.formats.inputs.kinds.amplitude import AMPLITUDE
from vsmdaq.formats.inputs.kinds.background import BACKGROUND
from vsmdaq.formats.inputs.kinds.centring import CENTRING
from vsmdaq.formats.inputs.kinds.demagnetise import DEMAGNETISE
from vsmdaq.formats.inputs.kinds.field_calibration import FIELD_CALIBRATION
from vsmdaq.formats.inputs.kinds.forc import FORC
from vsmdaq.formats.inputs.kinds.image import IMAGE
from vsmdaq.formats.inputs.kinds.kind import Details, KindTable
from vsmdaq.formats.inputs.kinds.minor import MINOR
from vsmdaq.formats.inputs.kinds.nickel_slope import NICKEL_SLOPE
from vsmdaq.formats.inputs.kinds.relaxation import RELAXATION
from vsmdaq.formats.inputs.kinds.remanence import REMANENCE
from vsmdaq.formats.inputs.kinds.temperature import TEMPERATURE
from vsmdaq.formats.inputs.kinds.third_harmonic import THIRD_HARMONIC
from vsmdaq.formats.inputs.kinds.virgin import VIRGIN

__all__ = ["KIND_TABLES", "Details", "KindTable"]

KIND_TABLES: dict[str, KindTable] = {
    "relaxation": RELAXATION,
    "temperature": TEMPERATURE,
    "centring": CENTRING,
    "background": BACKGROUND,
    "amplitude": AMPLITUDE,
    "virgin": VIRGIN,
    "minor": MINOR,
    "remanence": REMANENCE,
    "forc": FORC,
    "demagnetise": DEMAGNETISE,
    "field-calibration": FIELD_CALIBRATION,
    "nickel-slope": NICKEL_SLOPE,
    "image": IMAGE,
    "third-harmonic": THIRD_HARMONIC,
}
"""The table of each kind that has one of its own."""
