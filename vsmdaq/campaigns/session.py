"""What a run needs around it, what is told while it goes on, and what it leaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vsmdaq.bench import Bench, look_again
from vsmdaq.campaigns.controls import Controls
from vsmdaq.campaigns.interrupts import Interrupts
from vsmdaq.campaigns.operator import Stage
from vsmdaq.campaigns.replay import Reduced
from vsmdaq.record import RunFolder
from vsmdaq.terms import Artefact, MomentPoint, WeightPoint

__all__ = ["Outcome", "Progress", "Session"]

Point = MomentPoint | WeightPoint


@dataclass(frozen=True, slots=True)
class Progress:
    """What is told while a run goes on: done of total, the point just recorded, bench time (s) since the start and to the end."""

    run_id: str
    done: int
    total: int
    point: Point
    elapsed_s: float
    left_s: float


@dataclass(frozen=True, slots=True)
class Session:
    """An open bench and where its runs go.

    Attributes
    ----------
    bench : Bench
        Open, identified, prepared.
    out : Path
        Runs become folders in it.
    calibrations : Path
        Where new artefacts go and old ones are found.
    interrupts : Interrupts
        Entered by the caller.
    facts : mapping
        More for run.json: text of the bench file, seed, library versions.
    stage : Stage
        What is mounted now.
    tell, begin, progress : callable
        Take a line; name and expected bench time (s) of a run that is about to move something; each point once it is on disk.
    wall_clock : callable
        Seconds of the wall clock.
    sync : callable
        fsync of the journal; another one only where its cost is studied.
    controls : Controls
        What the user asks for while a run goes on.
    """

    bench: Bench
    out: Path
    calibrations: Path
    interrupts: Interrupts
    facts: Mapping[str, Any]
    stage: Stage
    wall_clock: Callable[[], float]
    tell: Callable[[str], None] = lambda _: None
    begin: Callable[[str, float], None] = lambda _name, _expected_s: None
    progress: Callable[[Progress], None] = lambda _: None
    sync: Callable[[int], None] = os.fsync
    controls: Controls = field(default_factory=Controls)

    def look(self) -> None:
        """As `check`, but a hold is only noted: where waiting would leave a ramp where it must not stay."""
        self.interrupts.check(self.bench.clock.now())
        self.controls.look()

    def check(self) -> None:
        """See what is asked for, between two messages: the end, by Interrupted; a hold, which is waited out here.

        The magnet is looked at as well, where nobody has for a while.
        """
        self.interrupts.check(self.bench.clock.now())
        look_again(self.bench)
        self.controls.check()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its folder, what was reduced from it, the artefact that it left (or None)."""

    folder: RunFolder
    reduced: Reduced
    artefact: Artefact | None
    bench_time_s: float
