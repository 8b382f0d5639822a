"""What a run found, in the shape of result.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq.terms.estimate import Estimate

__all__ = ["Result", "ResultQuantity"]


@dataclass(frozen=True, slots=True)
class ResultQuantity:
    """An estimate with the definition of what it is an estimate of (docs/quantities.md)."""

    estimate: Estimate
    definition: str


@dataclass(frozen=True, slots=True)
class Result:
    """Quantities of a run by name, and flags with a reason for each that could not be had."""

    procedure: str
    sample: str
    points: int
    bench_time_s: float
    wall_time_s: float
    flags: tuple[str, ...]
    quantities: Mapping[str, ResultQuantity]
