"""A person at the terminal, another terminal beside it, and a command at the end: processes as a user starts them."""

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.record import read_journal
from vsmdaq.terms import MomentPoint
from vsmdaq_drivers.system_clock import SystemClock

Command = Callable[..., Any]
CLOCK = SystemClock()
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")

LONG = """\
kind = "background"
name = "long"
sample = "../samples/empty-holder.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [{ from = "800 kA/m", to = "-800 kA/m", steps = 20000 }]

[measure]
time_constant = "30 ms"
poles = 4
"""
"""Minutes of wall time on the simulated bench."""

RUN = ("run", "procedures/long.toml", "--bench", "benches/simulated.toml", "--seed", "5")


@pytest.fixture
def here(stand: Path) -> Path:
    (stand / "procedures" / "long.toml").write_text(LONG, "utf-8")
    return stand


def wait_for(condition: Callable[[], bool], what: str, within_s: float = 30.0) -> None:
    end_s = CLOCK.now() + within_s
    while not condition():
        assert CLOCK.now() < end_s, f"{what} did not come"
        CLOCK.sleep(0.02)


def kinds_of(run: Path) -> list[str]:
    path = run / "events.jsonl"
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line)["kind"] for line in text.splitlines(keepends=True) if line.endswith("\n")]


def points_of(run: Path) -> int:
    path = run / "raw.csv"
    return max(path.read_bytes().count(b"\n") - 2, 0) if path.exists() else 0


# --- from another terminal -----------------------------------------------------------------------------------------


def test_hold_go_on_and_finish_from_another_terminal(start: Command, here: Path, cli: Command, tmp_path: Path):
    told = tmp_path / "told.txt"
    script = tmp_path / "then.py"
    script.write_text(
        "import os, pathlib, sys\n"
        "keys = ('EXIT_CODE', 'SUMMARY', 'SAFE', 'RUN')\n"
        f"pathlib.Path({str(told)!r}).write_text('\\n'.join([*(os.environ['VSMDAQ_' + key] for key in keys), *sys.argv[1:]]))\n"
        "sys.exit(7)\n",
        "utf-8",
    )
    then = f"'{sys.executable}' '{script}' 'two words' '$HOME'"
    process = start(*RUN, "--yes", "--strict", "--then", then, cwd=here)
    run = here / "runs" / "long"
    wait_for(lambda: points_of(run) >= 5, "points")

    assert "hold was taken" in cli("ask", run, "hold").out
    wait_for(lambda: "held" in kinds_of(run), "the hold")
    held_at = points_of(run)
    watched = cli("watch", run, "--once")
    assert watched.code == 0
    assert re.search(rf"long: {held_at} of 20000 points, held since \d{{4}}-\d\d-\d\d", watched.out)
    CLOCK.sleep(0.3)
    assert points_of(run) == held_at

    assert cli("ask", run, "go-on").code == 0
    wait_for(lambda: points_of(run) >= held_at + 3, "more points")
    assert "measuring; " in cli("watch", run, "--once").out
    assert cli("ask", run, "skip").code == 0
    wait_for(lambda: "skipped" in kinds_of(run), "the skip")
    assert cli("ask", run, "finish").code == 0
    _, err = process.communicate(timeout=60)

    assert process.returncode == 5, err  # --strict: it is flagged
    result = json.loads((run / "result.json").read_text("utf-8"))
    assert any(flag.startswith("finished_early: ") for flag in result["flags"])
    assert any(flag.startswith("skipped: 1 points") for flag in result["flags"])
    code, summary, safe, folder, *words = told.read_text("utf-8").splitlines()
    assert (code, safe, Path(folder), words) == ("5", "yes", run, ["two words", "$HOME"])
    assert "points in" in summary
    assert "--then: " in err.splitlines()[-1]
    assert "ended with 7" in err.splitlines()[-1], "told, and without effect"
    over = cli("watch", run)
    assert (over.code, "done in" in over.out) == (0, True)
    refused = cli("ask", run, "hold")
    assert refused.code == 2
    assert "allowed: a run that is being measured" in refused.err


def test_watch_says_that_a_process_is_gone_and_writes_nothing(start: Command, here: Path, cli: Command):
    process = start(*RUN, "--yes", cwd=here)
    run = here / "runs" / "long"
    wait_for(lambda: points_of(run) >= 3, "points")
    process.kill()
    process.communicate(timeout=30)
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in run.iterdir()}
    watched = cli("watch", run)  # ends by itself
    assert watched.code == 3
    assert f"not being measured any more: process {process.pid} is gone; vsmdaq resume {run} goes on" in watched.out
    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in run.iterdir()} == before


@pytest.mark.usefixtures("here")
def test_the_command_at_the_end_is_told_of_a_failure(cli: Command, tmp_path: Path):
    told = tmp_path / "told.txt"
    script = tmp_path / "then.py"
    script.write_text(
        "import os, pathlib\n"
        f"pathlib.Path({str(told)!r}).write_text(os.environ['VSMDAQ_EXIT_CODE'] + os.environ['VSMDAQ_SUMMARY'])\n",
        "utf-8",
    )
    options = ("--bench", "benches/simulated.toml", "--yes", "--then", f"'{sys.executable}' '{script}'")
    ended = cli("run", "procedures/palladium.toml", *options)
    assert ended.code == 2, "there is no calibration yet"
    assert told.read_text("utf-8").startswith("2")
    assert "calibration" in told.read_text("utf-8")


@pytest.mark.parametrize(
    ("then", "said"), [("'unclosed", "No closing quotation"), ("", "a command with its arguments")]
)
def test_a_command_that_cannot_be_read_is_refused_before_anything_moves(cli: Command, here: Path, then: str, said: str):
    ended = cli(*RUN, "--yes", "--then", then)
    assert ended.code == 2
    assert said in ended.err
    assert not (here / "runs").exists()


@pytest.mark.usefixtures("here")
def test_a_command_that_is_not_there_is_told_of(cli: Command):
    options = ("--bench", "benches/simulated.toml", "--yes", "--then", "no-such-program-here --now")
    ended = cli("run", "procedures/phase.toml", *options)
    assert ended.code == 0
    assert "--then: no-such-program-here could not be run" in ended.err


# --- at the terminal -----------------------------------------------------------------------------------------------


class Terminal:
    """`vsmdaq` with a terminal of its own, and somebody who types there."""

    def __init__(self, start: Command, here: Path, *arguments: str) -> None:
        import fcntl
        import pty
        import termios

        self.near, self.far = pty.openpty()
        self.mode = termios.tcgetattr(self.far)

        def take_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = start(*arguments, cwd=here, stdin=self.far, stderr=self.far, preexec_fn=take_terminal)
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self.near, 4096):
                self.said += data.decode("utf-8", "replace")
        except OSError:
            return

    def type(self, text: str) -> None:
        os.write(self.near, text.encode())

    def mode_now(self) -> list[Any]:
        import termios

        return termios.tcgetattr(self.far)

    def close(self) -> None:
        os.close(self.far)
        self._reader.join(timeout=5.0)
        os.close(self.near)


@pytest.fixture
def terminal(start: Command, here: Path) -> Generator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def make(*arguments: str) -> Terminal:
        opened.append(Terminal(start, here, *arguments))
        return opened[-1]

    yield make
    for one in opened:
        one.process.kill()
        one.process.wait(timeout=10)
        one.close()


@posix
def test_keys_hold_skip_and_finish_and_leave_the_terminal_as_it_was(terminal: Command, here: Path):
    import termios

    at = terminal(*RUN, "--yes")
    run = here / "runs" / "long"
    wait_for(lambda: points_of(run) >= 3, "points")
    assert not at.mode_now()[3] & termios.ECHO, "keys are not shown"
    at.type("?")
    wait_for(lambda: at.said.count("keys: h or space hold") == 2, "the help")
    at.type(" ")
    wait_for(lambda: "held" in kinds_of(run), "the hold")
    at.type("\x1b[Axh")  # an arrow key and what else comes with it at once is without effect
    CLOCK.sleep(0.2)
    assert "went_on" not in kinds_of(run)
    at.type("H")
    wait_for(lambda: "went_on" in kinds_of(run), "going on")
    at.type("s")
    wait_for(lambda: "skipped" in kinds_of(run), "the skip")
    at.type("f")
    assert at.process.wait(timeout=30) == 0
    assert at.mode_now() == at.mode
    points = read_journal(run / "raw.csv", MomentPoint).points
    assert len(points) < 20000
    assert "finished_early" in kinds_of(run)
    assert "point" in at.said


@posix
@pytest.mark.parametrize(("typed", "code"), [("q", 130), ("\x03", 130)])
def test_stop_by_key_or_ctrl_c_leaves_the_terminal_as_it_was(terminal: Command, here: Path, typed: str, code: int):
    at = terminal(*RUN, "--yes")
    run = here / "runs" / "long"
    wait_for(lambda: points_of(run) >= 3, "points")
    at.type(typed)
    assert at.process.wait(timeout=30) == code
    assert at.mode_now() == at.mode
    assert kinds_of(run)[-1] == "safe"


@posix
def test_keys_leave_the_operators_answers_alone(terminal: Command, here: Path):
    """The operator of this bench is a person at the same terminal; nobody mounts anything in the simulated world."""
    bench = here / "benches" / "simulated.toml"
    text, found = re.subn(
        r'(\[operator\]\n.*\n)address = ".*"', r'\g<1>address = "prompt"', bench.read_text("utf-8"), count=1
    )
    assert found == 1
    bench.write_text(text, "utf-8")
    at = terminal(*RUN)
    run = here / "runs" / "long"
    wait_for(lambda: "Press Enter when it is done" in at.said, "the question")
    assert at.mode_now() == at.mode, "lines, and what is typed is shown"
    at.type("hhsf ok\n")
    wait_for(lambda: points_of(run) >= 3, "points")
    events = [json.loads(line) for line in (run / "events.jsonl").read_text("utf-8").splitlines()]
    (asked,) = [event for event in events if event["kind"] == "operator"]
    assert asked["answer"] == "hhsf ok"
    assert not {"held", "finishing"} & {event["kind"] for event in events}
    at.type("f")
    assert at.process.wait(timeout=30) == 0
