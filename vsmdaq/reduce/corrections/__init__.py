"""Why a sample gives another signal per moment than the calibrant did, each reason a module here."""

from vsmdaq.reduce.corrections.chain import CORRECTIONS, correction_inputs, sensitivity
from vsmdaq.reduce.corrections.correction import Correction

__all__ = ["CORRECTIONS", "Correction", "correction_inputs", "sensitivity"]
