"""From a folder back to the run, whole or cut short."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.campaigns import load_run, reduce_folder, run_job
from vsmdaq.record import RunFolder
from vsmdaq.terms import InputError


@pytest.fixture
def outcome(place_of: Callable[..., AbstractContextManager[Any]], job_of: Callable[..., Any]) -> Any:
    with place_of() as place:
        return run_job(place.session, job_of("phase"))


def test_what_was_measured_is_what_is_read(outcome: Any, spec: Any):
    run, problems = load_run(RunFolder.open(outcome.folder.path))
    assert problems == ()
    assert run.moment_points == outcome.reduced.run.moment_points
    assert (run.run_id, run.procedure.kind) == ("phase", "phase")
    assert run.bench.magnet == spec.magnet


def test_a_run_that_ended_early_is_flagged(outcome: Any):
    raw = outcome.folder.raw_csv
    raw.write_bytes(b"".join(raw.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match="given 2 usable of 2; allowed: at least 3"):
        reduce_folder(outcome.folder)


def test_times_are_kept_unless_given(outcome: Any):
    again = reduce_folder(outcome.folder)
    assert again.result == outcome.reduced.result
    other = reduce_folder(outcome.folder, times={"bench_time_s": 1.0, "wall_time_s": 2.0})
    assert (other.result.bench_time_s, other.result.wall_time_s) == (1.0, 2.0)


def test_a_calibration_of_another_bench_is_refused_and_the_result_stays(outcome: Any):
    before = outcome.folder.result_json.read_bytes()
    foreign = replace(outcome.artefact, bench="upstairs")
    with pytest.raises(InputError, match="bench: given 'upstairs'"):
        reduce_folder(outcome.folder, calibrations={"phase": foreign})
    assert outcome.folder.result_json.read_bytes() == before


@pytest.mark.parametrize("key", ["files", "calibrations", "phase_deg"])
def test_a_description_that_lacks_something_is_named(outcome: Any, key: str):
    path: Path = outcome.folder.run_json
    content = json.loads(path.read_text("utf-8"))
    del content[key]
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match=rf"run\.json: 1 problem\n  content: given KeyError: '{key}'"):
        load_run(outcome.folder)
