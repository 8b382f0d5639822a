"""What a person sees while a run goes on: a progress bar on a terminal, plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from vsmdaq.campaigns import Outcome
from vsmdaq.campaigns.run import Progress
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.report import format_quantity
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["Console", "end_of", "speed_of", "summary"]

BAR = 24
CLEAR = "\r\x1b[2K"


@dataclass
class Console:
    """Tells how a run goes on; `live` where the line may be written over.

    `runs` are the folders of the runs that were begun, `ends` what was said at the end of each; `on_begin` is told of each too.
    `speed` is seconds of bench time in a second; None where bench time is virtual and says nothing of the clock on the wall.

    A terminal that has gone away (hang-up, a closed pipe) is not told: it must not end a run, nor stand between the
    magnet and zero. What happened stands in events.jsonl.
    """

    stream: TextIO
    live: bool
    speed: float | None = None
    last_tenth: int = field(default=-1)
    runs: list[Path] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    on_begin: Callable[[Path], None] = lambda _folder: None

    @classmethod
    def make(cls) -> Console:
        """On stderr, live where that is a terminal."""
        return cls(sys.stderr, sys.stderr.isatty())

    def tell(self, text: str) -> None:
        """Write one line."""
        self._write(f"{CLEAR if self.live else ''}{text}\n")

    def begin(self, name: str, expected_s: float) -> None:
        """Say what starts, how long it should take and when it should end."""
        self.last_tenth = -1
        where = " on a real bench" if self.speed is None else ""
        self.tell(
            f"{name}: about {expected_s:.0f} s of bench time, until {end_of(expected_s, self.speed or 1.0)}{where}"
        )

    def began(self, folder: Path) -> None:
        """Take note of the folder of a run that has begun."""
        self.runs.append(folder)
        self.on_begin(folder)

    def progress(self, progress: Progress) -> None:
        """Tell of one more point on disk: every one on a terminal, every tenth of the run elsewhere."""
        share = progress.done / progress.total
        text = f"{progress.run_id}: point {progress.done}/{progress.total}, {progress.left_s:.0f} s left"
        if self.speed is not None:
            text += f", until {end_of(progress.left_s, self.speed)}"
        if self.live:
            done = round(BAR * share)
            self._write(f"{CLEAR}[{'#' * done}{'.' * (BAR - done)}] {text}")
        elif (tenth := int(10 * share)) != self.last_tenth:
            self.last_tenth = tenth
            self.tell(text)

    def end(self, outcome: Outcome) -> None:
        """Say where the run is, and every flag."""
        result = outcome.reduced.result
        text = f"{outcome.folder.run_id}: {result.points} points in {result.bench_time_s:.0f} s of bench time"
        self.ends.append(f"{text}, {len(result.flags)} flags" if result.flags else text)
        self.tell(text)
        for flag in result.flags:
            self.tell(f"  flag: {flag}")

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self.stream.write(text)
            self.stream.flush()


def speed_of(bench: BenchSpec) -> float | None:
    """Seconds of bench time in a second; None where the bench is simulated in the measuring process."""
    return None if bench.visa_library.endswith("@vsmsim") else bench.clock_speed


def end_of(left_s: float, speed: float) -> str:
    """Local clock time at which so much bench time (s) is over; with the day where that is another one."""
    now = SystemClock().utc().astimezone()
    end = now + timedelta(seconds=left_s / speed)
    return f"{end:%H:%M:%S}" if end.date() == now.date() else f"{end:%Y-%m-%d %H:%M}"


def summary(outcome: Outcome) -> str:
    """The quantities of a run, one a line, value ± expanded uncertainty (k = 2)."""
    result = outcome.reduced.result
    lines = [f"{outcome.folder.run_id} ({result.procedure}, {result.sample}): {outcome.folder.path}"]
    width = max((len(name) for name in result.quantities), default=0)
    for name, quantity in result.quantities.items():
        estimate = quantity.estimate
        lines.append(f"  {name:<{width}}  {format_quantity(estimate.value, 2.0 * estimate.u)} {estimate.unit}")
    return "\n".join(lines)
