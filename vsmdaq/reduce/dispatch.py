"""Which reduction belongs to which kind of procedure."""

from __future__ import annotations

from vsmdaq.reduce.calibrations import reduce_background, reduce_nickel, reduce_phase
from vsmdaq.reduce.data import Reduction, RunData
from vsmdaq.reduce.gouy import reduce_gouy
from vsmdaq.reduce.linear import reduce_linear
from vsmdaq.reduce.loop import reduce_loop

__all__ = ["reduce_run"]

REDUCTIONS = {
    "phase": reduce_phase,
    "nickel": reduce_nickel,
    "background": reduce_background,
    "palladium": reduce_linear,
    "loop": reduce_loop,
    "gouy": reduce_gouy,
}


def reduce_run(run: RunData) -> Reduction:
    """Reduce a run by the kind of its procedure.

    Raises
    ------
    InputError
        Something that the reduction needs is not there; the message names it.
    """
    return REDUCTIONS[run.procedure.kind](run)
