"""A procedure with its files."""

import dataclasses
from pathlib import Path

import pytest

from vsmdaq.campaigns import load_job
from vsmdaq.campaigns.job import parse_job
from vsmdaq.terms import InputError
from vsmdaq_configs import starter_set

PROCEDURES = Path(str(starter_set())) / "procedures"


@pytest.mark.parametrize("kind", ["phase", "nickel", "background", "palladium", "loop", "gouy"])
def test_texts_are_kept_word_for_word_and_make_the_same_job(kind: str):
    path = PROCEDURES / f"{kind}.toml"
    job = load_job(path)
    assert job.texts["procedure"] == path.read_text("utf-8")
    sources = dict.fromkeys(("procedure", "sample", "blank"), path)
    assert parse_job(job.texts, sources) == dataclasses.replace(job, sources={})
    assert set(job.sources) == set(job.texts)
    assert (job.tube is not None) == (job.blank is not None) == (kind == "gouy")
    assert (job.sample is None) == (kind == "gouy")


def test_a_sample_on_the_command_line_replaces_the_procedures(tmp_path: Path):
    sample = tmp_path / "mine.toml"
    sample.write_text('name = "mine"\n', "utf-8")
    job = load_job(PROCEDURES / "loop.toml", sample)
    assert job.sample is not None
    assert job.sample.name == "mine"
    assert job.texts["sample"] == 'name = "mine"\n'


def test_a_procedure_without_a_sample_says_where_to_name_one(tmp_path: Path):
    path = tmp_path / "loop.toml"
    text = (PROCEDURES / "loop.toml").read_text("utf-8")
    path.write_text(text.replace('sample = "../samples/reference-sphere.toml"\n', ""), "utf-8")
    with pytest.raises(InputError, match=r"loop\.toml.*\n  sample: given none; .*--sample"):
        load_job(path)
