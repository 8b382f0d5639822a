"""What a reduction starts from and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vsmdaq.formats.inputs import BenchSpec, GouyTube, Procedure
from vsmdaq.terms import Artefact, Estimate, InputError, MomentPoint, Problem, ResultQuantity, Sample, WeightPoint

__all__ = ["Reduction", "RunData", "missing"]


@dataclass(frozen=True, slots=True)
class RunData:
    """One run, read back: everything that its result depends on.

    Attributes
    ----------
    run_id : str
        Name of the run; noise of its readings is an input of that name.
    bench, sample, tube, procedure
        As the user's files describe them.
    moment_points, weight_points : tuple
        Raw points; one of them is empty.
    artefacts : mapping of str to Artefact
        Calibrations in force during the run, by kind.
    phase_deg : float
        Reference phase set during the run.
    without : frozenset of str
        Corrections that are left out on purpose, by name.
    """

    run_id: str
    bench: BenchSpec
    procedure: Procedure
    sample: Sample | None = None
    tube: GouyTube | None = None
    moment_points: tuple[MomentPoint, ...] = ()
    weight_points: tuple[WeightPoint, ...] = ()
    artefacts: Mapping[str, Artefact] = field(default_factory=dict)
    phase_deg: float = 0.0
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a run gives: quantities, table of derived columns, values for a calibration artefact, flags, other files by name."""

    quantities: Mapping[str, ResultQuantity]
    table: Mapping[str, Sequence[float | int | str]]
    artefact_kind: str = ""
    artefact_values: Mapping[str, Estimate] = field(default_factory=dict)
    conditions: Mapping[str, float] = field(default_factory=dict)
    reference: str = ""
    flags: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def missing(source: str, where: str, given: str, allowed: str, advice: str = "") -> InputError:
    """InputError for one thing that a reduction needs and does not have."""
    return InputError(source, (Problem(where, given, allowed, advice),))
