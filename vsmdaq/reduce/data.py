"""What a reduction starts from and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vsmdaq.formats.inputs import BenchSpec, GouyTube, Procedure
from vsmdaq.terms import (
    Artefact,
    Estimate,
    InputError,
    MomentPoint,
    Problem,
    Quantity,
    ResultQuantity,
    Sample,
    WeightPoint,
)
from vsmdaq.uncertainty import Draw

__all__ = ["Reduction", "RunData", "is_noise_of", "missing"]


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
    utc_at_zero_s : float or None
        Seconds since 1970-01-01 UTC at which the clock of the points showed zero; None where that is not known.
    draw : Draw or None
        Of a run that is one draw of a Monte Carlo calculation: where the inputs that a reduction makes itself come from.
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
    utc_at_zero_s: float | None = None
    draw: Draw | None = None

    def drawn(self, inputs: Mapping[str, Quantity | Estimate]) -> dict[str, Quantity | Estimate]:
        """Inputs by name: as they are in this run's draw where it is one, else as given.

        Noise of the run's own readings is not drawn here: the readings have it.
        """
        if self.draw is None:
            return dict(inputs)
        return {name: self.draw.exact(name, self._without_own_noise(item)) for name, item in inputs.items()}

    def _without_own_noise(self, item: Quantity | Estimate) -> Quantity | Estimate:
        if isinstance(item, Quantity):
            return item
        others = tuple(c for c in item.components if not is_noise_of(self.run_id, c.name))
        return Estimate(item.value, item.unit, others)


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


def is_noise_of(run_id: str, name: str) -> bool:
    """Whether an input is noise of the readings of a run."""
    stem = f"noise:{run_id}"
    return name == stem or name.startswith((f"{stem}.", f"{stem}#", f"{stem}["))


def missing(source: str, where: str, given: str, allowed: str, advice: str = "") -> InputError:
    """InputError for one thing that a reduction needs and does not have."""
    return InputError(source, (Problem(where, given, allowed, advice),))
