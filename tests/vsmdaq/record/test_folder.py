"""Run folders: run.json first, names that do not collide, reasons where a path is none."""

from __future__ import annotations

import json

import pytest

from vsmdaq.record import RunFolder, next_run_id
from vsmdaq.terms import InputError


def test_create_then_open(tmp_path):
    made = RunFolder.create(tmp_path / "runs", "loop", {"bench": "ref.toml", "seed": 3})
    assert json.loads(made.run_json.read_text()) == {"schema": 1, "run_id": "loop", "bench": "ref.toml", "seed": 3}
    opened = RunFolder.open(made.path)
    assert opened == made
    assert opened.description()["seed"] == 3
    assert opened.raw_csv == tmp_path / "runs" / "loop" / "raw.csv"


def test_names_count_up_without_dates(tmp_path):
    for expected in ("loop", "loop-2", "loop-3"):
        run_id = next_run_id(tmp_path, "loop")
        assert run_id == expected
        RunFolder.create(tmp_path, run_id, {})
    assert next_run_id(tmp_path / "not there yet", "nickel") == "nickel"


def test_an_existing_run_is_never_written_over(tmp_path):
    RunFolder.create(tmp_path, "loop", {"seed": 1})
    with pytest.raises(InputError, match="never written over"):
        RunFolder.create(tmp_path, "loop", {"seed": 2})
    assert RunFolder.open(tmp_path / "loop").description()["seed"] == 1


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\\b", "nul\0", "x" * 101, "dot.", "a b", "CON:"])
def test_names_that_some_file_system_refuses_are_refused_everywhere(tmp_path, name):
    with pytest.raises(InputError, match="run id"):
        RunFolder.create(tmp_path, name, {})
    assert list(tmp_path.iterdir()) == []


def test_descriptions_that_json_cannot_hold_leave_no_folder(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        RunFolder.create(tmp_path, "loop", {"limit_a": float("nan")})
    with pytest.raises(ValueError, match="run_id 'other'"):
        RunFolder.create(tmp_path, "loop", {"run_id": "other"})
    assert list(tmp_path.iterdir()) == []


def test_reasons_why_a_path_is_no_run(tmp_path):
    with pytest.raises(InputError, match="nothing there"):
        RunFolder.open(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="given a file"):
        RunFolder.open(tmp_path / "file")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(InputError, match=r"empty folder.*may be removed"):
        RunFolder.open(folder)
    (folder / "notes.txt").write_text("")
    with pytest.raises(InputError, match=r"a folder with notes\.txt"):
        RunFolder.open(folder)
    (folder / "run.json").write_text('{"schema": 1')
    with pytest.raises(InputError, match="damaged or something else"):
        RunFolder.open(folder)
    (folder / "run.json").write_text('{"schema": 2}')
    with pytest.raises(InputError, match="2 problems") as caught:
        RunFolder.open(folder)
    assert [problem.where for problem in caught.value.problems] == ["schema", "run_id"]
