"""The procedure file: what to measure, at which fields, how well."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.problems import Fault, Table, read_toml, validate
from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.formats.inputs.wording import shown
from vsmdaq.terms import Plan, Segment

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
    title : str
        For people; may be empty.
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
    title: str = ""


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
    content = read_toml(text, source)
    faults = [*_unused_faults(content), *_blank_faults(content), *_polarity_faults(content)]
    file = validate(_ProcedureFile, content, source, text, faults)
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
        title=file.title,
    )


def _path(text: str | None, source: Path) -> Path | None:
    return None if text is None else source.parent / text


_MOMENT_KINDS = frozenset(KINDS) - {"gouy"}
_USED_BY: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        # before there is a moment calibration, a wish for u(m) cannot be turned into volts
        ("measure", "u_moment"): frozenset({"background", "palladium", "loop"}),
        ("measure", "time_constant"): _MOMENT_KINDS,
        ("measure", "poles"): _MOMENT_KINDS,
        ("measure", "settling_fraction"): _MOMENT_KINDS,
        ("measure", "keep_samples"): _MOMENT_KINDS,
        ("measure", "readings"): frozenset({"gouy"}),
        ("analysis", "high_field_fraction"): frozenset({"loop"}),
    }
)


def _kind(content: Mapping[str, Any]) -> str | None:
    kind = content.get("kind")
    return kind if isinstance(kind, str) and kind in KINDS else None


def _unused_faults(content: Mapping[str, Any]) -> list[Fault]:
    """A key without effect is a misunderstanding: the user would believe that it has one."""
    kind = _kind(content)
    faults: list[Fault] = []
    for (table, key), kinds in _USED_BY.items():
        given = content.get(table)
        if kind is not None and kind not in kinds and isinstance(given, dict) and key in given:
            allowed = f'nothing: kind "{kind}" does not use it'
            faults.append(Fault((table, key), shown(given[key]), allowed, "Take the line out."))
    return faults


def _blank_faults(content: Mapping[str, Any]) -> list[Fault]:
    kind = _kind(content)
    if kind == "gouy" and "blank" not in content:
        return [Fault(("blank",), "nothing", "the file of the empty tube", "It is weighed first.")]
    if kind not in (None, "gouy") and "blank" in content:
        return [Fault(("blank",), shown(content["blank"]), f'nothing: kind "{kind}" has no tube', "Take the line out.")]
    return []


def _polarity_faults(content: Mapping[str, Any]) -> list[Fault]:
    """Phase and nickel live on what reverses with the field; told before anything is measured."""
    field = content.get("field")
    segments = field.get("segments") if isinstance(field, dict) else None
    if _kind(content) not in ("phase", "nickel") or not isinstance(segments, list) or not segments:
        return []
    signs: set[float] = set()
    for segment in segments:
        for key in ("from", "to"):
            try:
                value = parse_quantity(segment[key], "field").value
            except (QuantityTextError, KeyError, TypeError):
                return []  # the model tells of it
            signs.add(math.copysign(1.0, value) if value else 0.0)
    if {1.0, -1.0} <= signs:
        return []
    return [
        Fault(
            ("field", "segments"), "fields of one sign", "fields of both signs", "What does not reverse is no signal."
        )
    ]


def plan(procedure: Procedure) -> Plan:
    """Fields of a procedure: the end points of all steps.

    A segment that does not start where the one before (or the approach) ended has its start as a point of its own.
    """
    fields: list[float] = []
    numbers: list[int] = []
    here = procedure.approach_a_per_m[-1] if procedure.approach_a_per_m else None
    for number, segment in enumerate(procedure.segments):
        points = _points(segment, here)
        fields.extend(points)
        numbers.extend([number] * len(points))
        here = segment.stop_a_per_m
    return Plan(procedure.approach_a_per_m, tuple(fields), tuple(numbers))


def _points(segment: Segment, here: float | None) -> list[float]:
    start, stop = segment.start_a_per_m, segment.stop_a_per_m
    # "0.29 MA/m" and "290 kA/m" are one field, whatever the last bit says
    there = here is not None and math.isclose(here, start, rel_tol=1e-9, abs_tol=1e-9)
    steps = [start + (stop - start) * k / segment.steps for k in range(1, segment.steps)]
    return [*([] if there else [start]), *steps, stop]
