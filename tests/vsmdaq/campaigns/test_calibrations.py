"""Which calibrations are in force, and which do not belong to the bench."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vsmdaq.campaigns.calibrations import NEEDED, REMEDY, REQUIRED, check_ahead, check_artefact, in_force
from vsmdaq.campaigns.completeness import doubts_of, record_doubts
from vsmdaq.formats.inputs import KINDS, BenchSpec
from vsmdaq.formats.inputs.bench_calibration import PolesSpec, ValiditySpec
from vsmdaq.record import EventLog, RunFolder, save_artefact
from vsmdaq.terms import Artefact, Component, Estimate, InputError


def artefact(bench: BenchSpec, kind: str = "moment", day: int = 1, value: float = 0.64) -> Artefact:
    return Artefact(
        kind=kind,
        created_utc=f"2026-01-{day:02d}T12:00:00+00:00",
        bench=bench.name,
        conditions={"frequency_hz": 83.0, "amplitude_m": 1e-3},
        values={"moment_per_volt": Estimate(value, "A m2/V", (Component("nickel", 0.002, noise=False),))},
        reference="",
        runs=(("nickel", "0" * 64),),
    )


def test_every_kind_of_procedure_says_what_it_uses():
    assert set(NEEDED) == set(KINDS)
    assert all(set(kinds) <= set(NEEDED[kind]) for kind, kinds in REQUIRED.items())


def test_the_latest_of_each_kind_is_in_force(spec: BenchSpec, tmp_path: Path):
    for day, value in ((2, 0.62), (3, 0.63), (1, 0.61)):
        save_artefact(tmp_path, artefact(spec, day=day, value=value))
    assert in_force("loop", spec, [tmp_path])["moment"].values["moment_per_volt"].value == 0.63
    assert in_force("nickel", spec, [tmp_path]) == {}
    assert in_force("gouy", spec, [tmp_path / "nowhere"]) == {}


@pytest.mark.parametrize("kind", ["loop", "palladium"])
def test_what_is_required_and_not_there_is_named_with_its_remedy(spec: BenchSpec, tmp_path: Path, kind: str):
    with pytest.raises(
        InputError, match=rf"{kind} procedure: 1 problem\n  moment calibration: .*Run nickel\.toml first"
    ):
        in_force(kind, spec, [tmp_path])


@pytest.mark.parametrize(
    ("conditions", "name", "refused"),
    [
        ({}, "upstairs", "bench"),
        ({"frequency_hz": 84.0}, None, "frequency_hz"),
        ({"amplitude_m": 1.001e-3}, None, "amplitude_m"),
        ({"frequency_hz": 83.05}, None, None),  # a lock-in's reading of the same shaker
        ({"amplitude_m": 1e-3 * (1 + 1e-9)}, None, None),
    ],
)
def test_a_calibration_of_another_bench_is_refused(
    spec: BenchSpec, conditions: dict[str, float], name: str | None, refused: str | None
):
    one = artefact(spec)
    other = replace(one, conditions={**one.conditions, **conditions}, bench=name or one.bench)
    if refused is None:
        check_artefact(other, spec)
        return
    with pytest.raises(InputError) as error:
        check_artefact(other, spec)
    assert [problem.where for problem in error.value.problems] == [refused]
    assert "nickel.toml" in str(error.value)


def test_an_edited_calibration_is_named_and_not_passed_over(spec: BenchSpec, tmp_path: Path):
    save_artefact(tmp_path, artefact(spec, day=1))
    path = save_artefact(tmp_path, artefact(spec, day=2, value=0.625))
    path.write_text(path.read_text("utf-8").replace("0.625", "0.635"), "utf-8")
    with pytest.raises(InputError, match="edited by hand"):
        in_force("loop", spec, [tmp_path])


def test_every_remedy_is_a_kind_of_procedure():
    assert {remedy.removesuffix(".toml") for remedy in REMEDY.values()} <= set(KINDS)
    assert {kind for kinds in NEEDED.values() for kind in kinds} <= set(REMEDY)


def test_all_that_speaks_against_all_of_them_is_named_at_once(spec: BenchSpec, tmp_path: Path):
    for kind in ("phase", "moment"):
        save_artefact(tmp_path, artefact(spec, kind))
    other = replace(
        spec,
        poles=PolesSpec(caps="tapered"),
        vibration=replace(spec.vibration, frequency_hz=replace(spec.vibration.frequency_hz, value=40.0)),
        validity=ValiditySpec("refuse", 3600.0),
    )
    with pytest.raises(InputError) as error:
        in_force("loop", other, [tmp_path], now=datetime(2026, 1, 2, tzinfo=UTC))
    assert [problem.where.rpartition(", ")[2] for problem in error.value.problems] == [
        "frequency_hz",
        "age",
        "frequency_hz",
        "pole_caps",
        "age",
    ]
    assert "moment calibration of 2026-01-01T12:00:00+00:00 (nickel)" in str(error.value)


def test_what_only_warns_is_in_force_with_its_flags(spec: BenchSpec, tmp_path: Path):
    save_artefact(tmp_path, artefact(spec))
    lenient = replace(spec, poles=PolesSpec(caps="tapered"), validity=ValiditySpec("warn", 3600.0))
    now = datetime(2026, 1, 2, tzinfo=UTC)
    found = in_force("loop", lenient, [tmp_path], now=now)
    flags = check_artefact(found["moment"], lenient, now=now)
    assert [flag.partition(" does not fit: ")[2].split(" ")[0] for flag in flags] == ["pole_caps", "age"]
    assert check_artefact(found["moment"], spec, now=now) == ()


def test_what_is_made_on_the_way_is_not_asked_for_ahead(spec: BenchSpec, tmp_path: Path):
    save_artefact(tmp_path, replace(artefact(spec), bench="upstairs"))
    check_ahead(["phase", "nickel", "background", "loop"], spec, [tmp_path], now=None, runs=())
    with pytest.raises(InputError, match="bench: given 'upstairs'"):
        check_ahead(["phase", "background", "nickel"], spec, [tmp_path], now=None, runs=())
    with pytest.raises(InputError, match=r"Run nickel\.toml first"):
        check_ahead(["phase", "loop"], spec, [tmp_path / "nowhere"], now=None, runs=())


def test_doubts_are_told_recorded_and_read_back_unless_their_calibration_was_replaced(tmp_path: Path, place_of):
    folder = RunFolder(tmp_path, tmp_path.name)
    assert doubts_of(folder) == ()
    told: list[str] = []
    with place_of() as place, EventLog(folder.events_jsonl, place.bench.clock) as events:
        record_doubts(events, {"moment": ["gap", "age"], "phase": ["coils"], "background": []}, told.append)
    assert told == ["ATTENTION gap", "ATTENTION age", "ATTENTION coils"]
    assert doubts_of(folder) == ("gap", "age", "coils")
    assert doubts_of(folder, {"moment"}) == ("coils",)
