"""The procedure file: what to measure, at which fields, how well."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from vsmdaq.formats.inputs.drift_table import NO_DRIFT_SAID, DriftSpec, DriftTable
from vsmdaq.formats.inputs.fields import positive_number, positive_number_or_auto
from vsmdaq.formats.inputs.kinds import KIND_TABLES, Details
from vsmdaq.formats.inputs.placement import Adaptive, FieldTable, Placement, placements
from vsmdaq.formats.inputs.problems import Fault, Table, read_toml, validate
from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.formats.inputs.wording import shown

__all__ = ["CORRECTION_NAMES", "KINDS", "Procedure", "parse_procedure"]

BY_SEGMENTS = ("phase", "nickel", "background", "palladium", "loop", "gouy")
"""Kinds whose fields stand in [field] as segments."""

CORRECTION_NAMES = ("shape", "image", "drift", "field", "background")
"""What a reduction can leave out on purpose."""

KINDS = (*BY_SEGMENTS, *(kind for kind in KIND_TABLES if kind not in BY_SEGMENTS))


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
    segments : tuple of Segment, DenseSegment or FieldList
        Fields to measure at.
    adaptive : Adaptive or None
        Instead of segments: points are placed as the signal bends.
    repeats : int
        How often the segments are gone through.
    rate_a_per_s : float
        Ramp rate.
    u_moment_a_m2 : float
        Wanted noise of m at a point (A m2), before the holder is taken off.
    time_constant_s, poles
        Filter of the lock-in; None for the time constant that gets to the wanted uncertainty soonest.
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
    without : frozenset of str
        Corrections that are left out, by name.
    remount : bool
        The sample is taken off and mounted again where it is on the rod already.
    drift : DriftSpec
        What is done about a gain that changes with time.
    details : Details or None
        The kind's own table, where it has one.
    """

    kind: str
    name: str
    sample: Path | None
    blank: Path | None
    approach_a_per_m: tuple[float, ...]
    segments: tuple[Placement, ...]
    rate_a_per_s: float
    u_moment_a_m2: float
    time_constant_s: float | None
    poles: int
    settling_fraction: float
    max_dwell_s: float
    on_timeout: str
    readings: int
    keep_samples: bool
    high_field_fraction: float
    title: str = ""
    details: Details | None = None
    adaptive: Adaptive | None = None
    repeats: int = 1
    field_tolerance_a_per_m: float | None = None
    without: frozenset[str] = frozenset()
    remount: bool = False
    drift: DriftSpec = NO_DRIFT_SAID


class _Measure(Table):
    u_moment: Annotated[float, positive_number("moment")] = 5e-9
    time_constant: Annotated[float | None, positive_number_or_auto("time")] = None
    poles: Annotated[int, Field(ge=1, le=4)] = 4
    settling_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.05
    max_dwell: Annotated[float, positive_number("time")] = 60.0
    on_timeout: Literal["flag", "stop"] = "flag"
    readings: Annotated[int, Field(ge=4, le=10_000)] = 10
    keep_samples: bool = False


class _Analysis(Table):
    high_field_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.7
    without: list[Literal[CORRECTION_NAMES]] = Field(default_factory=list)  # type: ignore[valid-type] # one list of names


class _Common(Table):
    kind: Literal[KINDS]  # type: ignore[valid-type] # the kinds are what the tables say
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")] | None = None
    title: str = ""
    sample: str | None = None
    remount: bool = False
    blank: str | None = None
    field: FieldTable
    measure: _Measure = _Measure()
    analysis: _Analysis = _Analysis()
    drift: DriftTable = DriftTable()


_TABLES: dict[str, Any] = {kind: (table.model | None, None) for kind, table in KIND_TABLES.items()}
_ProcedureFile = create_model("_ProcedureFile", __base__=_Common, **_TABLES)


def parse_procedure(text: str, source: Path) -> Procedure:
    """Read a procedure file.

    Raises
    ------
    InputError
        Every mistake at once.
    """
    content = read_toml(text, source)
    faults = [*_unused_faults(content), *_blank_faults(content), *_segment_faults(content), *_polarity_faults(content)]
    file = validate(_ProcedureFile, content, source, text, faults)
    measure = file.measure
    return Procedure(
        kind=file.kind,
        name=file.name or source.stem,
        sample=_path(file.sample, source),
        blank=_path(file.blank, source),
        approach_a_per_m=tuple(file.field.approach),
        segments=placements(file.field),
        adaptive=file.field.adaptive_made(),
        repeats=file.field.repeats,
        field_tolerance_a_per_m=file.field.tolerance,
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
        without=frozenset(file.analysis.without),
        remount=file.remount,
        drift=file.drift.made(),
        details=_details(file),
    )


def _details(file: _Common) -> Details | None:
    table = KIND_TABLES.get(file.kind)
    if table is None:
        return None
    given = getattr(file, file.kind)
    return table.make(table.model() if given is None else given)


def _path(text: str | None, source: Path) -> Path | None:
    return None if text is None else source.parent / text


_MOMENT_KINDS = frozenset(KINDS) - {"gouy"}
_USED_BY: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        # before there is a moment calibration, a wish for u(m) cannot be turned into volts
        ("measure", "u_moment"): _MOMENT_KINDS
        - {
            "phase",
            "nickel",
            "nickel-slope",
            "demagnetise",
            "field-calibration",
            "centring",
            "amplitude",
            "image",
            "third-harmonic",
        },
        ("measure", "time_constant"): _MOMENT_KINDS,
        ("measure", "poles"): _MOMENT_KINDS,
        ("measure", "settling_fraction"): _MOMENT_KINDS,
        ("measure", "keep_samples"): _MOMENT_KINDS,
        ("measure", "readings"): frozenset({"gouy"}),
        # a probe in a chamber says nothing of the magnet: there is nothing to trim by
        ("field", "tolerance"): frozenset(KINDS) - {"field-calibration"},
        ("analysis", "high_field_fraction"): frozenset({"loop"}),
        ("drift", "gain"): frozenset({"loop", "palladium"}),
        ("drift", "gain_walk"): _MOMENT_KINDS
        - {
            "phase",
            "nickel",
            "nickel-slope",
            "background",
            "demagnetise",
            "field-calibration",
            "centring",
            "amplitude",
            "image",
            "third-harmonic",
        },
    }
)

_PLACED_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "lists": frozenset({"background", "palladium", "loop"}),
        "adaptive": frozenset({"loop"}),
        "repeats": frozenset({"loop"}),
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


def _segment_faults(content: Mapping[str, Any]) -> list[Fault]:
    """Segments where the kind lives on them, the kind's own table where it has one; neither where it says nothing."""
    kind = _kind(content)
    field = content.get("field")
    if kind is None or not isinstance(field, dict):
        return []
    faults: list[Fault] = []
    placed = [key for key in ("segments", "lists", "adaptive") if key in field]
    if kind in BY_SEGMENTS:
        empty = [key for key in placed if field[key] == []]
        faults += [Fault(("field", key), "[]", "at least one entry") for key in empty]
        faults += _placement_faults(kind, field)
    if kind in BY_SEGMENTS and not placed:
        faults.append(Fault(("field", "segments"), "nothing", "a list in [ ]"))
    if kind not in BY_SEGMENTS:
        allowed = f'nothing: kind "{kind}" takes its fields from [{kind}]'
        keys = [*placed, *(["repeats"] if "repeats" in field else [])]
        faults += [Fault(("field", key), shown(field[key]), allowed, "Take it out.") for key in keys]
    table = KIND_TABLES.get(kind)
    if table is not None and table.required and kind not in content:
        faults.append(Fault((kind,), "nothing", f"a table [{kind}]"))
    unused = f'nothing: kind "{kind}" does not use it'
    return faults + [
        Fault((other,), "a table", unused, "Take it out.")
        for other in KIND_TABLES
        if other != kind and other in content
    ]


def _placement_faults(kind: str, field: Mapping[str, Any]) -> list[Fault]:
    """What only some kinds can do, and what excludes what."""
    faults: list[Fault] = []
    for key, kinds in _PLACED_BY.items():
        if key in field and kind not in kinds:
            allowed = f'nothing: kind "{kind}" does not use it'
            faults.append(Fault(("field", key), shown(field[key]), allowed, "Take it out."))
    if "adaptive" in field:
        others = [key for key in ("segments", "lists", "repeats") if key in field]
        allowed = "nothing beside [field.adaptive], which places all points"
        faults += [Fault(("field", key), shown(field[key]), allowed, "Take it out.") for key in others]
    return faults


def _blank_faults(content: Mapping[str, Any]) -> list[Fault]:
    kind = _kind(content)
    if kind == "gouy" and "blank" not in content:
        return [Fault(("blank",), "nothing", "the file of the empty tube", "It is weighed first.")]
    if kind == "gouy" and "remount" in content:
        return [Fault(("remount",), shown(content["remount"]), "nothing: its tubes are hung", "Take the line out.")]
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
