from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_sim.spec import LibrarySpec, parse_library_string


def test_reads_path_seed_and_session(world_file: Path):
    assert parse_library_string(f"{world_file}?seed=3&session=abc") == LibrarySpec(world_file.resolve(), 3, "abc")
    assert parse_library_string(str(world_file)) == LibrarySpec(world_file.resolve(), None, "")


def test_two_spellings_of_one_path_are_one_spec(world_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(world_file.parent)
    assert parse_library_string("world.toml") == parse_library_string(f"{world_file.parent}/./world.toml")


@pytest.mark.parametrize("text", ["", "unset", "?seed=3"])
def test_a_string_without_a_path_is_refused(text: str):
    with pytest.raises(ValueError, match="needs a world file"):
        parse_library_string(text)


@pytest.mark.parametrize(
    ("options", "what"),
    [("seed=x", "no integer"), ("colour=1", "colour"), ("seed=1&seed=2", "twice"), ("seed", "cannot read")],
)
def test_bad_options_are_named(world_file: Path, options: str, what: str):
    with pytest.raises(ValueError, match=what):
        parse_library_string(f"{world_file}?{options}")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.toml"):
        parse_library_string(f"{tmp_path}/nowhere.toml")


@given(st.text(max_size=40))
def test_any_text_is_refused_readably(text: str):
    with pytest.raises((OSError, ValueError), match=r"."):
        parse_library_string(f"{text}/nowhere.toml")
