"""Pure: M(H) → saturation, remanence, coercivity, lines, each with what it takes to propagate its uncertainty."""

from vsmdaq.analyse.branches import Branch, split_branches
from vsmdaq.analyse.linear import EvenOdd, Line, even_odd, fit_line, fit_line_in_square
from vsmdaq.analyse.loop import LoopParameters, loop_parameters
from vsmdaq.analyse.parameter import Parameter, combine, quotient

__all__ = [
    "Branch",
    "EvenOdd",
    "Line",
    "LoopParameters",
    "Parameter",
    "combine",
    "even_odd",
    "fit_line",
    "fit_line_in_square",
    "loop_parameters",
    "quotient",
    "split_branches",
]
