"""A queue of procedures on one bench: order, names, what is checked before, failures, and going on after a kill."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vsmdaq_drivers.system_clock import SystemClock

Command = Callable[..., Any]
GOLDEN = Path(__file__).parent / "golden"
OPTIONS = ("--yes", "--seed", "5")
CLOCK = SystemClock()


def write(here: Path, *runs: str, head: str = "") -> Path:
    path = here / "queues" / "mine.toml"
    text = "\n".join(f"[[run]]\n{run}\n" for run in runs)
    path.write_text(f'kind = "queue"\nbench = "../benches/simulated.toml"\n{head}\n{text}', "utf-8")
    return path


def procedure(name: str, *more: str) -> str:
    return "\n".join([f'procedure = "../procedures/{name}.toml"', *more])


def record_of(here: Path) -> list[dict[str, Any]]:
    text = (here / "runs" / "mine.queue.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_each_run_has_its_folder_and_a_second_time_nothing_is_done(cli: Command, stand: Path):
    path = write(stand, procedure("phase"), procedure("nickel", "repeat = 2", 'name = "Ni"'))
    ended = cli("queue", path, *OPTIONS, "--json")
    assert ended.code == 0, ended.err
    assert [result["procedure"] for result in json.loads(ended.out)] == ["phase", "nickel", "nickel"]
    assert {entry.name for entry in (stand / "runs").iterdir() if entry.is_dir()} == {
        "phase",
        "Ni",
        "Ni-2",
        "calibrations",
    }
    assert "3 runs, about " in ended.err
    done = [(line["kind"], line["item"], line["run"]) for line in record_of(stand)[1:]]
    names = ["phase", "Ni", "Ni-2"]
    assert done == [(kind, item, names[item]) for item in range(3) for kind in ("begun", "ended")]

    again = cli("queue", path, *OPTIONS, "--json")
    assert again.code == 0
    assert json.loads(again.out) == json.loads(ended.out)
    assert "3 of 3 runs were done before" in again.err
    assert len([entry for entry in (stand / "runs").iterdir() if entry.is_dir()]) == 4


def test_all_mistakes_of_all_files_are_told_before_anything_moves(cli: Command, stand: Path):
    loop = stand / "procedures" / "loop.toml"
    loop.write_text(loop.read_text("utf-8").replace('"800 kA/m"', '"900 kA/m"'), "utf-8")
    nickel = stand / "procedures" / "nickel.toml"
    nickel.write_text(nickel.read_text("utf-8").replace('"10 A/s"', '"10"'), "utf-8")
    path = write(stand, procedure("phase"), procedure("nickel"), procedure("loop"))
    ended = cli("queue", path.relative_to(stand), *OPTIONS)
    assert ended.code == 2
    assert not (stand / "runs").exists()
    assert ended.err == (GOLDEN / "queue_with_mistakes_in_its_files.txt").read_text("utf-8")


def test_a_procedure_that_is_not_there_is_named(cli: Command, stand: Path):
    path = write(stand, procedure("phase"), procedure("nichts"))
    ended = cli("queue", path, *OPTIONS)
    assert ended.code == 2
    assert "run[entry 2], nichts.toml: file: given nothing there; allowed: a procedure file (TOML)." in ended.err


def test_mistakes_of_the_queue_itself(cli: Command, stand: Path):
    path = write(stand, procedure("phase", "repeat = 0", 'on_failure = "continue"', 'pause = "x"'), head="bensch = 1")
    ended = cli("queue", path.relative_to(stand), *OPTIONS)
    assert ended.code == 2
    assert ended.err == (GOLDEN / "queue_with_several_mistakes.txt").read_text("utf-8")


@pytest.mark.usefixtures("stand")
def test_a_procedure_is_no_queue(cli: Command):
    ended = cli("queue", "procedures/phase.toml", *OPTIONS)
    assert ended.code == 2
    assert 'kind (line 2): given "phase"; allowed: "queue"' in ended.err


def test_a_dry_run_shows_runs_and_times(cli: Command, stand: Path):
    ended = cli("queue", "queues/campaign.toml", "--dry-run")
    assert ended.code == 0
    assert [line.split()[1] for line in ended.out.splitlines()[:-1]] == [
        "phase",
        "nickel",
        "nickel",
        "background",
        "reference-sphere",
    ]
    assert re.search(r"together +\d+ s", ended.out)
    assert not (stand / "runs").exists()


@pytest.mark.parametrize(("policy", "done"), [("stop", ["phase"]), ("go on", ["phase", "nickel"])])
def test_a_run_that_fails_ends_the_queue_or_does_not(cli: Command, stand: Path, policy: str, done: list[str]):
    """The second one cannot be steady within 0.1 s; the next one is measured on instruments that were asked anew."""
    strict = stand / "procedures" / "hasty.toml"
    text = (stand / "procedures" / "nickel.toml").read_text("utf-8")
    assert text.count("[measure]") == 1
    strict.write_text(text.replace("[measure]", '[measure]\nmax_dwell = "100 ms"\non_timeout = "stop"'), "utf-8")
    path = write(stand, procedure("phase"), procedure("hasty"), procedure("nickel"), head=f'on_failure = "{policy}"')
    ended = cli("queue", path, *OPTIONS)
    assert ended.code == 3
    lines = record_of(stand)
    assert [line["run"] for line in lines if line["kind"] == "ended"] == done
    (failed,) = [line for line in lines if line["kind"] == "failed"]
    assert (failed["item"], failed["exit_code"]) == (1, 3)
    events = [json.loads(line)["kind"] for line in (stand / "runs" / "hasty" / "events.jsonl").read_text().splitlines()]
    assert set(events[events.index("failed") + 1 :]) == {"safe"}, "before the next one began"
    assert "no steady point within 0.1 s" in ended.err


def test_strict_counts_what_an_earlier_process_measured(cli: Command, stand: Path):
    nickel = stand / "procedures" / "nickel.toml"
    text = nickel.read_text("utf-8")
    nickel.write_text(text.replace("[measure]", '[measure]\nmax_dwell = "600 ms"'), "utf-8")
    path = write(stand, procedure("phase"), procedure("nickel"))
    assert cli("queue", path, *OPTIONS).code == 0
    assert cli("queue", path, *OPTIONS, "--strict").code == 5


def test_a_queue_whose_files_were_changed_is_refused(cli: Command, stand: Path):
    path = write(stand, procedure("phase"))
    assert cli("queue", path, *OPTIONS).code == 0
    phase = stand / "procedures" / "phase.toml"
    phase.write_text(phase.read_text("utf-8") + "\n# another hand\n", "utf-8")
    ended = cli("queue", path, *OPTIONS)
    assert ended.code == 2
    assert "was changed since" in ended.err
    assert cli("queue", path, *OPTIONS, "--out", "elsewhere").code == 0


def test_a_queue_that_was_killed_goes_on_in_another_process(cli: Command, start: Command, stand: Path):
    """Killed in the middle of the second of three runs, which is resumed: no point is measured twice or lost."""
    slow = stand / "procedures" / "slow.toml"
    text = (stand / "procedures" / "nickel.toml").read_text("utf-8")
    assert text.count("steps = 5") == 4
    slow.write_text(text.replace("steps = 5", "steps = 200"), "utf-8")
    path = write(stand, procedure("phase"), procedure("slow"), procedure("nickel"))
    process = start("queue", path, *OPTIONS, cwd=stand)
    end_s = CLOCK.now() + 60.0
    raw = stand / "runs" / "slow" / "raw.csv"
    while process.poll() is None and not (raw.exists() and raw.read_bytes().count(b"\n") > 20):
        assert CLOCK.now() < end_s
        CLOCK.sleep(0.01)
    process.kill()
    process.communicate(timeout=30)
    before = raw.read_bytes()
    before = before[: before.rfind(b"\n") + 1]
    ended = cli("queue", path, *OPTIONS)
    assert ended.code == 0, ended.err
    assert "1 of 3 runs were done before" in ended.err
    assert raw.read_bytes().startswith(before)
    assert [line["run"] for line in record_of(stand) if line["kind"] == "ended"] == ["phase", "slow", "nickel"]
    assert {entry.name for entry in (stand / "runs").iterdir() if entry.is_dir()} == {
        "phase",
        "slow",
        "nickel",
        "calibrations",
    }
    # each segment of 200 steps; three of them begin where the approach or another one did not end
    assert json.loads((stand / "runs" / "slow" / "result.json").read_text("utf-8"))["points"] in range(800, 804)
