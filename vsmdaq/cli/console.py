"""What a person sees while a run goes on: a progress bar on a terminal, plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TextIO

from vsmdaq.campaigns import Outcome
from vsmdaq.campaigns.run import Progress
from vsmdaq.report import format_quantity
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["Console", "summary"]

BAR = 24
CLEAR = "\r\x1b[2K"


@dataclass
class Console:
    """Tells how a run goes on; `live` where the line may be written over.

    A terminal that has gone away (hang-up, a closed pipe) is not told: it must not end a run, nor stand between the
    magnet and zero. What happened stands in events.jsonl.
    """

    stream: TextIO
    live: bool
    expected_s: float = 0.0
    last_tenth: int = field(default=-1)
    first: Progress | None = field(default=None)

    @classmethod
    def make(cls) -> Console:
        """On stderr, live where that is a terminal."""
        return cls(sys.stderr, sys.stderr.isatty())

    def tell(self, text: str) -> None:
        """Write one line."""
        self._write(f"{CLEAR if self.live else ''}{text}\n")

    def begin(self, name: str, expected_s: float) -> None:
        """Say what starts, how long it should take and when it should end."""
        self.expected_s = expected_s
        self.last_tenth = -1
        self.first = None
        end = SystemClock().utc().astimezone() + timedelta(seconds=expected_s)
        self.tell(f"{name}: about {expected_s:.0f} s of bench time, until {end:%H:%M:%S} on a real bench")

    def progress(self, progress: Progress) -> None:
        """Tell of one more point on disk: every one on a terminal, every tenth of the run elsewhere."""
        share = progress.done / progress.total
        text = f"{progress.run_id}: point {progress.done}/{progress.total}, {self._left_s(progress):.0f} s left"
        if self.live:
            done = round(BAR * share)
            self._write(f"{CLEAR}[{'#' * done}{'.' * (BAR - done)}] {text}")
        elif (tenth := int(10 * share)) != self.last_tenth:
            self.last_tenth = tenth
            self.tell(text)

    def _left_s(self, progress: Progress) -> float:
        """Bench time (s) to the last point: at the pace since the first, which mounting has no part in."""
        if self.first is None:
            self.first = progress
            return self.expected_s * (1.0 - progress.done / progress.total)
        pace_s = (progress.elapsed_s - self.first.elapsed_s) / (progress.done - self.first.done)
        return pace_s * (progress.total - progress.done)

    def end(self, outcome: Outcome) -> None:
        """Say where the run is, and every flag."""
        result = outcome.reduced.result
        self.tell(f"{outcome.folder.run_id}: {result.points} points in {result.bench_time_s:.0f} s of bench time")
        for flag in result.flags:
            self.tell(f"  flag: {flag}")

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self.stream.write(text)
            self.stream.flush()


def summary(outcome: Outcome) -> str:
    """The quantities of a run, one a line, value ± expanded uncertainty (k = 2)."""
    result = outcome.reduced.result
    lines = [f"{outcome.folder.run_id} ({result.procedure}, {result.sample}): {outcome.folder.path}"]
    width = max((len(name) for name in result.quantities), default=0)
    for name, quantity in result.quantities.items():
        estimate = quantity.estimate
        lines.append(f"  {name:<{width}}  {format_quantity(estimate.value, 2.0 * estimate.u)} {estimate.unit}")
    return "\n".join(lines)
