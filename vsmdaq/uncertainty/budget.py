"""Where an uncertainty comes from, largest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from vsmdaq.terms import Estimate

__all__ = ["BudgetLine", "budget", "budget_to_json", "group_noise"]


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One input's part.

    Attributes
    ----------
    input : str
        Name of the input (or group of inputs).
    contribution : float
        Sensitivity times standard uncertainty, in the unit of the estimate; signed for one input, a root sum of squares
        for a group.
    share : float
        Part of the variance, 0 to 1; all shares add up to 1.
    noise : bool
        Random noise of readings.
    dof : float
        Degrees of freedom (effective ones for a group).
    distribution : str
        Shape of the input's distribution; ``"mixed"`` for a group of different ones.
    """

    input: str
    contribution: float
    share: float
    noise: bool
    dof: float
    distribution: str = "normal"


def group_noise(name: str) -> str:
    """Name without the number of a point (``[3]``) or of a direction (``#2``): all noise of one origin in one line."""
    stem = name.rpartition("#")[0] if "#" in name else name
    return stem.rpartition("[")[0] if stem.endswith("]") else stem


def budget(estimate: Estimate, group: Callable[[str], str] = group_noise) -> tuple[BudgetLine, ...]:
    """Budget of an estimate, sorted by contribution.

    Parameters
    ----------
    estimate : Estimate
        Value with its components.
    group : callable
        Gives the line that a component of a name belongs to.
    """
    groups: dict[str, list[int]] = {}
    for index, component in enumerate(estimate.components):
        name = group(component.name) if component.noise else component.name
        groups.setdefault(name, []).append(index)
    total = estimate.u**2
    lines = [_line(name, estimate, indices, total) for name, indices in groups.items()]
    return tuple(sorted(lines, key=lambda line: -abs(line.contribution)))


def budget_to_json(lines: tuple[BudgetLine, ...]) -> list[dict[str, object]]:
    """Lines as plain dictionaries; infinite degrees of freedom become null."""
    return [{**asdict(line), "dof": None if line.dof == float("inf") else line.dof} for line in lines]


def _line(name: str, estimate: Estimate, indices: list[int], total: float) -> BudgetLine:
    part = Estimate(estimate.value, estimate.unit, tuple(estimate.components[i] for i in indices))
    contribution = part.components[0].contribution if len(indices) == 1 else part.u
    share = part.u**2 / total if total > 0.0 else 0.0
    shapes = {c.distribution for c in part.components}
    shape = shapes.pop() if len(shapes) == 1 else "mixed"
    return BudgetLine(name, contribution, share, all(c.noise for c in part.components), part.dof, shape)
