"""Pure: raw points + calibrations + sample -> m, M, H_internal, susceptibility, with uncertainty."""

from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.dispatch import reduce_run

__all__ = ["Reduction", "RunData", "reduce_run"]
