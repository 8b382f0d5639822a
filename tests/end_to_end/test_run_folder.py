"""What a run leaves on disk, so that it can be understood and reduced years later."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
KINDS = ("phase", "nickel", "background", "palladium", "loop", "gouy")
POINTS = {"phase": 3, "nickel": 22, "background": 40, "palladium": 32, "loop": 200, "gouy": 34}


def read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_folder_holds_what_the_design_lists(demo: Path, kind: str):
    names = {path.name for path in (demo / kind).iterdir()}
    assert names >= {"run.json", "raw.csv", "events.jsonl", "mh.csv", "result.json"}
    assert not [name for name in names if name.endswith((".tmp", ".part"))]


@pytest.mark.parametrize("kind", KINDS)
def test_the_description_says_what_ran_where_with_what(demo: Path, kind: str):
    run = read_json(demo / kind / "run.json")
    assert (run["schema"], run["run_id"], run["procedure"], run["seed"]) == (1, kind, kind, 7)
    assert run["identities"]["supply"].startswith("LSCI,MODEL643")
    rounds = 2 if kind == "gouy" else 1
    assert rounds * len(run["plan"]["fields_a_per_m"]) == POINTS[kind]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", run["vsmdaq"])
    assert "[magnet]" in run["files"]["bench"]
    assert f'kind = "{kind}"' in run["files"]["procedure"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_journal_has_a_line_for_each_point_each_with_its_checksum(demo: Path, kind: str):
    """CRC-32 of the text before the last comma; zlib is the oracle for a reader in any language."""
    import zlib

    head, columns, *lines = (demo / kind / "raw.csv").read_bytes().splitlines()
    assert json.loads(head[2:])["run_id"] == kind
    assert columns.endswith(b",crc32")
    assert len(lines) == POINTS[kind]
    for line in lines:
        text, _, checksum = line.rpartition(b",")
        assert int(checksum, 16) == zlib.crc32(text)


def test_the_points_lie_at_the_fields_of_the_plan(demo: Path):
    """The field constant of the world is 13333.33 (A/m)/A; yoke 1.2 kA/m, gaussmeter 20 A/m and its offset make the rest."""
    run = read_json(demo / "loop" / "run.json")
    head, columns, *lines = (demo / "loop" / "raw.csv").read_text("utf-8").splitlines()
    names = columns.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    assert [float(row["set_field_a_per_m"]) for row in rows] == run["plan"]["fields_a_per_m"]
    assert all(abs(float(row["field_a_per_m"]) - float(row["set_field_a_per_m"])) < 4000.0 for row in rows)
    assert [int(row["index"]) for row in rows] == list(range(200))
    assert "units" in json.loads(head[2:])


@pytest.mark.parametrize("kind", KINDS)
def test_the_events_tell_the_story_in_order(demo: Path, kind: str):
    events = [json.loads(line) for line in (demo / kind / "events.jsonl").read_text("utf-8").splitlines()]
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert kinds[-2] == "safe"
    times = [event["time_s"] for event in events]
    assert times == sorted(times)
    assert any("verified by reading back" in event.get("text", "") for event in events)
    assert not {"failed", "interrupted", "unsafe"} & set(kinds)


def test_the_operators_steps_are_recorded(demo: Path):
    events = [json.loads(line) for line in (demo / "gouy" / "events.jsonl").read_text("utf-8").splitlines()]
    steps = [(event["action"], event["subject"]) for event in events if event["kind"] == "operator"]
    assert steps == [("unmount", ""), ("hang", "gouy-blank"), ("unhang", ""), ("hang", "gouy-sample")]


def test_calibrations_name_their_run_and_the_hash_of_its_raw_data(demo: Path):
    for kind, procedure in (("phase", "phase"), ("moment", "nickel"), ("background", "background")):
        (path,) = (demo / "calibrations").glob(f"*-{kind}.json")
        artefact = read_json(path)
        (run,) = artefact["runs"]
        assert (artefact["kind"], run["run_id"]) == (kind, procedure)
        assert run["raw_sha256"] == hashlib.sha256((demo / procedure / "raw.csv").read_bytes()).hexdigest()


def test_later_runs_hold_the_calibrations_they_were_reduced_with(demo: Path):
    run = read_json(demo / "loop" / "run.json")
    assert sorted(run["calibrations"]) == ["background", "moment", "phase"]
    for kind, artefact in run["calibrations"].items():
        (path,) = (demo / "calibrations").glob(f"*-{kind}.json")
        assert artefact == read_json(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bench_time_is_that_of_the_events(demo: Path, kind: str):
    events = [json.loads(line) for line in (demo / kind / "events.jsonl").read_text("utf-8").splitlines()]
    result = read_json(demo / kind / "result.json")
    assert result["bench_time_s"] == events[-1]["bench_time_s"]
    # from the first event to the last one, and the little before the first
    assert 0.0 <= result["bench_time_s"] - (events[-1]["time_s"] - events[0]["time_s"]) < 1.0
    assert 0.0 < result["wall_time_s"] < result["bench_time_s"]


def test_a_second_run_of_the_same_name_stands_beside_the_first(stand: Path, cli: Command):
    command = ("run", "procedures/phase.toml", "--bench", "benches/simulated.toml", "--seed", "5", "--yes")
    assert cli(*command).code == 0
    first = {path.name: path.read_bytes() for path in (stand / "runs" / "phase").iterdir()}
    assert cli(*command).code == 0
    assert {path.name: path.read_bytes() for path in (stand / "runs" / "phase").iterdir()} == first
    # two runs never share their noise
    assert (stand / "runs" / "phase-2" / "raw.csv").read_bytes() != first["raw.csv"]
    names = sorted(path.name for path in (stand / "runs" / "calibrations").iterdir())
    assert len(names) == 2
    assert names[1].endswith("-phase.json") or names[0].endswith("-phase-2.json")


def test_samples_are_kept_where_the_procedure_asks_for_them(stand: Path, cli: Command):
    procedure = stand / "procedures" / "phase.toml"
    procedure.write_text(procedure.read_text("utf-8") + "keep_samples = true\n", "utf-8")
    assert cli("run", procedure, "--bench", "benches/simulated.toml", "--seed", "5", "--yes").code == 0
    run = stand / "runs" / "phase"
    assert (run / "samples.csv").stat().st_size > 0
    columns, *lines = (run / "raw.csv").read_text("utf-8").splitlines()[1:]
    n = sum(int(line.split(",")[columns.split(",").index("n")]) for line in lines)
    kept = (run / "samples.csv").read_bytes().count(b"\n") - 2
    assert kept == n


def test_nothing_in_a_run_folder_tells_of_the_users_home(demo: Path):
    """A run folder is handed on to others; only the world or library that was used may be a path."""
    home = str(Path.home())
    for kind in KINDS:
        for name in ("raw.csv", "mh.csv", "result.json", "events.jsonl"):
            assert home not in (demo / kind / name).read_text("utf-8")
