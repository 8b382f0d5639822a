"""What is shown while a run goes on."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from vsmdaq.campaigns.run import Progress
from vsmdaq.cli.console import Console
from vsmdaq.terms import WeightPoint

POINT = WeightPoint(
    index=0,
    segment=0,
    set_field_a_per_m=0.0,
    set_current_a=0.0,
    current_a=0.0,
    field_a_per_m=0.0,
    u_field_a_per_m=1.0,
    n_field=1,
    mass_kg=1e-3,
    var_mass_kg2=1e-16,
    n=10,
    u_mass_kg=1e-9,
    temperature_k=295.0,
    t_start_s=0.0,
    t_end_s=1.0,
    flags=(),
)


def run(console: Console, total: int, pace_s: float, first_s: float) -> None:
    for done in range(1, total + 1):
        console.progress(
            Progress("loop", done, total, POINT, first_s + pace_s * (done - 1), left_s=pace_s * (total - done))
        )


def test_without_a_terminal_there_is_a_line_for_each_tenth():
    stream = io.StringIO()
    console = Console(stream, live=False)
    console.begin("loop", 400.0)
    run(console, 200, 2.0, 70.0)
    head, *lines = stream.getvalue().splitlines()
    assert re.fullmatch(r"loop: about 400 s of bench time, until \d\d:\d\d:\d\d on a real bench", head)
    assert len(lines) == 11
    assert lines[-1] == "loop: point 200/200, 0 s left"
    assert not re.search(r"[\x1b\r]", stream.getvalue())


def test_the_time_left_is_told_as_it_comes():
    stream = io.StringIO()
    console = Console(stream, live=False)
    console.begin("loop", 400.0)
    run(console, 200, 2.0, 70.0)
    lines = stream.getvalue().splitlines()
    assert lines[2] == "loop: point 20/200, 360 s left"
    assert lines[6] == "loop: point 100/200, 200 s left"


@pytest.mark.parametrize(("speed", "after_s"), [(1.0, 200.0), (50.0, 4.0)])
def test_where_bench_time_is_real_the_clock_time_of_the_end_is_told(speed: float, after_s: float):
    stream = io.StringIO()
    console = Console(stream, live=True, speed=speed)
    before = datetime.now(UTC).astimezone()
    console.progress(Progress("loop", 100, 200, POINT, 270.0, left_s=200.0))
    told = re.search(r"200 s left, until (?:(\d{4}-\d\d-\d\d) )?(\d\d):(\d\d)(?::(\d\d))?$", stream.getvalue())
    assert told is not None
    end = before + timedelta(seconds=after_s)
    if told[1] is None:  # the same day
        seconds = (int(told[2]) * 60 + int(told[3])) * 60 + int(told[4])
        assert 0 <= seconds - ((end.hour * 60 + end.minute) * 60 + end.second) <= 5


def test_on_a_terminal_the_line_is_written_over_and_cleared_for_others():
    stream = io.StringIO()
    console = Console(stream, live=True)
    console.begin("loop", 10.0)
    run(console, 4, 1.0, 1.0)
    console.tell("done")
    text = stream.getvalue()
    assert text.count("\r\x1b[2K[") == 4
    assert "[######..................] loop: point 1/4" in text
    assert "[########################] loop: point 4/4" in text
    assert text.endswith("\r\x1b[2Kdone\n")


def test_a_second_run_starts_anew():
    stream = io.StringIO()
    console = Console(stream, live=False)
    for _ in range(2):
        console.begin("phase", 30.0)
        run(console, 3, 5.0, 60.0)
    assert stream.getvalue().count("phase: about 30 s") == 2
    assert stream.getvalue().count("loop: point 1/3, 10 s left") == 2


class Gone(io.StringIO):
    """A terminal after a hang-up."""

    def write(self, text: str, /) -> int:
        raise OSError(5, "Input/output error", text)


@pytest.mark.parametrize("live", [False, True])
def test_a_terminal_that_is_gone_is_no_reason_to_stop(live: bool):
    console = Console(Gone(), live)
    console.begin("loop", 1.0)
    run(console, 10, 1.0, 1.0)
    console.tell("current +0.000 A, verified by reading back")


def test_the_end_is_told_in_local_time():
    stream = io.StringIO()
    before = datetime.now(UTC).astimezone()
    Console(stream, live=False).begin("loop", 0.0)
    told = re.search(r"until (\d\d):(\d\d):(\d\d)", stream.getvalue())
    assert told is not None
    hours, minutes, seconds = map(int, told.groups())
    moment = before.replace(hour=hours, minute=minutes, second=seconds, microsecond=0)
    # around midnight the day is another one
    assert min(abs((moment - before).total_seconds()) % 86400, -abs((moment - before).total_seconds()) % 86400) < 5.0
