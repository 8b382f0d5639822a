"""Processes whose standard streams are gone, and a disk that is full: the magnet ends at zero, the record stays whole."""

import os
import re
import sys
from pathlib import Path

import pytest
from standing_world import LOOP

from vsmdaq.record import read_events, read_journal
from vsmdaq.terms import MomentPoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX descriptors and limits")

PHASE = ("run", "procedures/phase.toml", "--bench", "benches/simulated.toml", "--seed", "5", "--yes")


def gone() -> int:
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def ended_well(run: Path) -> None:
    assert len(read_journal(run / "raw.csv", MomentPoint).points) == 3
    kinds = [event["kind"] for event in read_events(run / "events.jsonl")[0]]
    assert kinds[-1] == "end"
    assert "safe" in kinds
    assert (run / "result.json").exists()


@pytest.mark.parametrize(("stream", "code"), [("stdout", 141), ("stderr", 0)])
def test_a_reader_that_goes_away(start, stand: Path, stream: str, code: int):
    writing = gone()
    process = start(*PHASE, cwd=stand, **{stream: writing})
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in (err or "")
    assert "Exception ignored" not in (err or "")
    ended_well(stand / "runs" / "phase")


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_descriptors_that_are_closed_from_the_beginning(start, stand: Path, closed: tuple[int, ...]):
    process = start(*PHASE, cwd=stand, preexec_fn=lambda: [os.close(number) for number in closed])
    process.communicate(timeout=60)
    assert process.returncode == 0
    ended_well(stand / "runs" / "phase")


def test_an_error_without_stderr_still_has_its_code(start, stand: Path):
    process = start("check", "benches/none.toml", cwd=stand, preexec_fn=lambda: os.close(2))
    process.communicate(timeout=60)
    assert process.returncode == 2


def test_a_full_disk(start, stand: Path):
    """No file may become longer than 24 kB (setrlimit): the journal meets that after some tens of points."""
    import resource

    long = stand / "procedures" / "long.toml"
    long.write_text(
        LOOP.replace("SAMPLES", "../samples").replace("short", "long").replace("steps = 12", "steps = 120"), "utf-8"
    )
    limit = 24000
    process = start(
        "run",
        long,
        *PHASE[2:],
        cwd=stand,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert re.search(r"could not be written \(File too large\)", err.splitlines()[-1])
    assert "verified by reading back" in err
    points = read_journal(stand / "runs" / "long" / "raw.csv", MomentPoint).points
    assert points
    assert [point.index for point in points] == list(range(len(points)))
    told = [int(number) for number in re.findall(r"point (\d+)/\d+", err)]
    assert max(told) <= len(points), "what was told of is on disk"
