"""What a report is made of: runs as they stand on disk, and nothing that only this program knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ArtefactSummary", "Check", "Columns", "ReportData", "RunSection", "artefact_summary", "reference_checks"]

Columns = Mapping[str, Sequence[Any]]
"""Columns of a table by name; None where there is no number."""


@dataclass(frozen=True, slots=True)
class ArtefactSummary:
    """A calibration that a run used.

    Attributes
    ----------
    kind, created_utc, run_id, reference, digest : str
        As in the artefact.
    values : mapping of str to (float, float, str)
        Value, standard uncertainty (k = 1), unit.
    """

    kind: str
    created_utc: str
    run_id: str
    reference: str
    digest: str
    values: Mapping[str, tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Check:
    """A measured value beside its reference value, each with its standard uncertainty (k = 1)."""

    name: str
    value: float
    u: float
    reference: float
    u_reference: float
    unit: str
    source: str

    @property
    def normalised_error(self) -> float:
        """Signed E_n = (value - reference)/sqrt(U² + U_ref²), U = 2 u; infinite if both are exact and differ (ISO 13528)."""
        difference = self.value - self.reference
        expanded = 2.0 * math.hypot(self.u, self.u_reference)
        return difference / expanded if expanded else math.copysign(math.inf, difference) if difference else 0.0

    @property
    def agrees(self) -> bool:
        """Whether |E_n| <= 1."""
        return abs(self.normalised_error) <= 1.0


@dataclass(frozen=True, slots=True)
class RunSection:
    """One run of the report.

    Attributes
    ----------
    title : str
        Heading.
    kind : str
        Procedure: ``"loop"``, ``"palladium"``, ``"nickel"``, ``"background"``, ``"phase"``, ``"gouy"`` or another.
    result : mapping
        As in result.json; empty where the run did not come to a result.
    run : mapping
        As in run.json.
    points : mapping of str to sequence
        Columns of raw.csv.
    derived : mapping of str to sequence
        Columns of mh.csv.
    artefacts : tuple of ArtefactSummary
        Calibrations in force.
    notes : tuple of str
        More for the flags: a torn journal, a missing result.
    """

    title: str
    kind: str
    result: Mapping[str, Any]
    run: Mapping[str, Any]
    points: Columns = field(default_factory=dict)
    derived: Columns = field(default_factory=dict)
    artefacts: tuple[ArtefactSummary, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """All flags, each with its reason."""
        return (*self.notes, *(str(flag) for flag in self.result.get("flags", ())))


@dataclass(frozen=True, slots=True)
class ReportData:
    """A page: its title and its runs, in the order of the campaign."""

    title: str
    sections: tuple[RunSection, ...]


def artefact_summary(content: Mapping[str, Any]) -> ArtefactSummary:
    """Return the summary of an artefact, given as its file holds it (or as run.json repeats it)."""
    values = {
        str(name): (float(value["value"]), float(value["u"]), str(value["unit"]))
        for name, value in content["values"].items()
    }
    texts = {key: str(content.get(key, "")) for key in ("kind", "created_utc", "reference", "digest")}
    # files of before schema 2 name one run
    runs = [str(run["run_id"]) for run in content.get("runs", [content]) if "run_id" in run]
    return ArtefactSummary(**texts, run_id=", ".join(runs), values=values)


def reference_checks(result: Mapping[str, Any]) -> tuple[Check, ...]:
    """Return the checks in a result: each quantity ``x`` that stands beside ``reference_x``."""
    quantities: Mapping[str, Any] = result.get("quantities", {})
    checks: list[Check] = []
    for name, measured in quantities.items():
        expected = quantities.get(f"reference_{name}")
        if expected is not None:
            check = Check(
                name=name,
                value=float(measured["value"]),
                u=float(measured["u"]),
                reference=float(expected["value"]),
                u_reference=float(expected["u"]),
                unit=str(measured["unit"]),
                source=str(expected["definition"]),
            )
            checks.append(check)
    return tuple(checks)
