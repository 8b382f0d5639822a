"""What a standard module offers: its name, the procedures that it fits, its results, and what it finds deviating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.reduce.covariance import PointEstimates
from vsmdaq.report.standard.fields import Absent, Calibrant, Demagnetisation, Deviation, StandardName
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.units import Units
from vsmdaq.terms import Estimate

__all__ = ["Context", "Limit", "Result", "Results", "Standard", "claim_of"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a standard allows, SI, and where that is said.

    Attributes
    ----------
    name : str
        What is limited.
    low, high : float
        Bounds in `unit`, both allowed.
    unit : str
        SI unit.
    source : str
        Publication.
    """

    name: str
    low: float
    high: float
    unit: str
    source: str

    def asked(self, units: Units) -> str:
        """The bounds in words."""
        return f"{units.text(self.name, self.low, self.unit)} to {units.text(self.name, self.high, self.unit)}"

    def outside(self, values: NDArray[np.float64]) -> tuple[int, int]:
        """How many values lie below and above."""
        return int(np.sum(values < self.low)), int(np.sum(values > self.high))


@dataclass(frozen=True, slots=True)
class Result:
    """A result in SI with what it depends on."""

    name: str
    symbol: str
    definition: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Results:
    """Results, the first of which the standard is about, and those that could not be had."""

    had: tuple[Result, ...]
    absent: tuple[Absent, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What deviations are looked for in.

    Attributes
    ----------
    source, units
        The run, the system of units of the sentences.
    points : PointEstimates
        All usable points.
    clear : PointEstimates or None
        Those with M/H_internal.
    results, demagnetisation, calibrants
        As in the report.
    """

    source: Source
    units: Units
    points: PointEstimates
    clear: PointEstimates | None
    results: Results
    demagnetisation: Demagnetisation
    calibrants: tuple[Calibrant, ...]

    @property
    def permeabilities(self) -> NDArray[np.float64]:
        """All relative permeabilities of the report: of the results and of the points."""
        of_results = [r.estimate.value for r in self.results.had if r.name == "relative_permeability"]
        of_points: Sequence[float] = ()
        if self.clear is not None and self.clear.susceptibility is not None:
            of_points = [float(value) for value in 1.0 + self.clear.susceptibility.values]
        return np.array([*of_results, *of_points], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard whose shape a report can have.

    Attributes
    ----------
    name : StandardName
        Names and claim.
    kinds : tuple of str
        Procedures whose runs fit.
    results : callable
        From a run and its clear points to results.
    deviations : callable
        What this standard alone asks for.
    """

    name: StandardName
    kinds: tuple[str, ...]
    results: Callable[[Source, PointEstimates | None], Results]
    deviations: Callable[[Context], tuple[Deviation, ...]]


def claim_of(designation: str) -> str:
    """What a report says of its own standing."""
    return (
        f"This report has the shape of {designation}: it gives the fields that a test report in its sense has, as far as they "
        "are known, and lists where the measurement deviates. It does not claim conformity with it."
    )
