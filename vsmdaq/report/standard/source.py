"""What a report in the shape of a standard is made from: a run, its result, and its points with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.covariance import PointEstimates, point_estimates
from vsmdaq.reduce.data import RunData
from vsmdaq.terms import InputError, Problem, Result, ResultQuantity, Sample

__all__ = ["Source"]

_CLEAR = 20.0
"""Standard uncertainties by which H_internal must differ from zero where M/H_internal is formed; as in mh.csv."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run and what was found.

    Attributes
    ----------
    run : RunData
        The run, read back.
    description : mapping
        As in run.json.
    result : Result
        As in result.json.
    more : mapping of str to ResultQuantity
        Quantities beside it, worked out for this report.
    reasons : mapping of str to str
        Why others are absent.
    """

    run: RunData
    description: Mapping[str, Any]
    result: Result
    more: Mapping[str, ResultQuantity] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def sample(self) -> Sample:
        """The specimen. Raises InputError where the run has none."""
        if self.run.sample is None:
            problem = Problem("sample", "none", "a run of a sample", "Choose the run of a specimen.")
            raise InputError(self.run.run_id, (problem,))
        return self.run.sample

    @property
    def quantities(self) -> Mapping[str, ResultQuantity]:
        """All quantities by name."""
        return {**self.result.quantities, **self.more}

    def points(self) -> PointEstimates:
        """All usable points. Raises InputError where there are too few, or there is no moment calibration."""
        return point_estimates(self.run)

    def clear_points(self, points: PointEstimates) -> tuple[NDArray[np.intp], PointEstimates | None]:
        """Places of the points whose internal field is clearly apart from zero, and these points with M/H_internal."""
        clear = np.flatnonzero(np.abs(points.internal.values) > _CLEAR * points.internal.u)
        if clear.size == 0 or points.magnetization is None:
            return clear, None
        return clear, point_estimates(self.run, clear)
