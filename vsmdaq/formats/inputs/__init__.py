"""The user's files: bench, sample, procedure. Text to frozen values, every mistake named at once."""

from vsmdaq.formats.inputs.bench_calibration import (
    CoilGeometry,
    CoilSpec,
    MountingSpec,
    PolesSpec,
    ValiditySpec,
)
from vsmdaq.formats.inputs.bench_checks import DriverFacts, OptionFacts
from vsmdaq.formats.inputs.bench_file import (
    BenchSpec,
    InstrumentSpec,
    MagnetSpec,
    VibrationSpec,
    parse_bench,
)
from vsmdaq.formats.inputs.problems import read_text
from vsmdaq.formats.inputs.procedure_file import CORRECTION_NAMES, KINDS, Procedure, parse_procedure
from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.formats.inputs.sample_file import GouyTube, parse_sample, parse_tube
from vsmdaq.formats.inputs.units import DIMENSIONS, Dimension

__all__ = [
    "CORRECTION_NAMES",
    "DIMENSIONS",
    "KINDS",
    "BenchSpec",
    "CoilGeometry",
    "CoilSpec",
    "Dimension",
    "DriverFacts",
    "GouyTube",
    "InstrumentSpec",
    "MagnetSpec",
    "MountingSpec",
    "OptionFacts",
    "PolesSpec",
    "Procedure",
    "QuantityTextError",
    "ValiditySpec",
    "VibrationSpec",
    "parse_bench",
    "parse_procedure",
    "parse_quantity",
    "parse_sample",
    "parse_tube",
    "read_text",
]
