"""The procedure file: what to measure, at which fields, how well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.problems import Table, read_toml, validate
from vsmdaq.terms import InputError, Plan, Problem, Segment

__all__ = ["KINDS", "Procedure", "parse_procedure", "plan"]

KINDS = ("phase", "nickel", "background", "palladium", "loop", "gouy")


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure file, validated.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Name of its runs.
    sample, blank : Path or None
        Sample file; empty tube of a Gouy run.
    approach_a_per_m : tuple of float
        Fields to go through first, unmeasured.
    segments : tuple of Segment
        Fields to measure at.
    rate_a_per_s : float
        Ramp rate.
    u_moment_a_m2 : float
        Wanted noise of m at a point (A m2), before the holder is taken off.
    time_constant_s, poles
        Filter of the lock-in.
    settling_fraction : float
        Part of the wanted noise that an unsettled rest may make up.
    max_dwell_s : float
        Longest time at a point.
    on_timeout : str
        ``"flag"`` or ``"stop"``.
    readings : int
        Weights averaged at a point of a Gouy run.
    keep_samples : bool
        Keep the samples behind each point beside the journal.
    high_field_fraction : float
        The high-field fit begins at this fraction of the largest field.
    """

    kind: str
    name: str
    sample: Path | None
    blank: Path | None
    approach_a_per_m: tuple[float, ...]
    segments: tuple[Segment, ...]
    rate_a_per_s: float
    u_moment_a_m2: float
    time_constant_s: float
    poles: int
    settling_fraction: float
    max_dwell_s: float
    on_timeout: str
    readings: int
    keep_samples: bool
    high_field_fraction: float


class _Segment(Table):
    from_: Annotated[float, exact("field"), Field(alias="from")]
    to: Annotated[float, exact("field")]
    steps: Annotated[int, Field(ge=1, le=1_000_000)]


class _Field(Table):
    rate: Annotated[float, positive_number("current rate")]
    approach: Annotated[list[Annotated[float, exact("field")]], Field(default_factory=list)]
    segments: Annotated[list[_Segment], Field(min_length=1)]


class _Measure(Table):
    u_moment: Annotated[float, positive_number("moment")] = 5e-9
    time_constant: Annotated[float, positive_number("time")] = 0.03
    poles: Annotated[int, Field(ge=1, le=4)] = 4
    settling_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.05
    max_dwell: Annotated[float, positive_number("time")] = 60.0
    on_timeout: Literal["flag", "stop"] = "flag"
    readings: Annotated[int, Field(ge=4, le=10_000)] = 10
    keep_samples: bool = False


class _Analysis(Table):
    high_field_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.7


class _ProcedureFile(Table):
    kind: Literal["phase", "nickel", "background", "palladium", "loop", "gouy"]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")] | None = None
    title: str = ""
    sample: str | None = None
    blank: str | None = None
    field: _Field
    measure: _Measure = _Measure()
    analysis: _Analysis = _Analysis()


def parse_procedure(text: str, source: Path) -> Procedure:
    """Read a procedure file.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    file = validate(_ProcedureFile, read_toml(text, source), source)
    problems: list[Problem] = []
    if (file.kind == "gouy") != (file.blank is not None):
        given = "nothing" if file.blank is None else repr(file.blank)
        problems.append(Problem("blank", given, "the empty tube's file, for kind = 'gouy' alone"))
    if problems:
        raise InputError(str(source), tuple(problems))
    measure = file.measure
    return Procedure(
        kind=file.kind,
        name=file.name or source.stem,
        sample=_path(file.sample, source),
        blank=_path(file.blank, source),
        approach_a_per_m=tuple(file.field.approach),
        segments=tuple(Segment(s.from_, s.to, s.steps) for s in file.field.segments),
        rate_a_per_s=file.field.rate,
        u_moment_a_m2=measure.u_moment,
        time_constant_s=measure.time_constant,
        poles=measure.poles,
        settling_fraction=measure.settling_fraction,
        max_dwell_s=measure.max_dwell,
        on_timeout=measure.on_timeout,
        readings=measure.readings,
        keep_samples=measure.keep_samples,
        high_field_fraction=file.analysis.high_field_fraction,
    )


def _path(text: str | None, source: Path) -> Path | None:
    return None if text is None else source.parent / text


def plan(procedure: Procedure) -> Plan:
    """Fields of a procedure: the end points of all steps; where a segment starts elsewhere, its start is gone to first.

    A segment that does not start where the one before ended has its start as a point of its own.
    """
    fields: list[float] = []
    numbers: list[int] = []
    here = procedure.approach_a_per_m[-1] if procedure.approach_a_per_m else None
    for number, segment in enumerate(procedure.segments):
        start, span = segment.start_a_per_m, segment.stop_a_per_m - segment.start_a_per_m
        first = 1 if here is not None and here == start else 0
        steps = [start + span * k / segment.steps for k in range(first, segment.steps)] + [segment.stop_a_per_m]
        fields.extend(steps)
        numbers.extend([number] * len(steps))
        here = segment.stop_a_per_m
    return Plan(procedure.approach_a_per_m, tuple(fields), tuple(numbers))
