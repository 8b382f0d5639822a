"""A run on a world that stays when the run has ended; for tests that look at the world afterwards."""

import io
import json
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vsmdaq.campaigns import load_job
from vsmdaq.campaigns.run import Progress
from vsmdaq.cli.console import Console
from vsmdaq.cli.errors import exit_code_of
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq_configs import starter_set
from vsmdaq_sim.bench import SimBench, acquire_bench, release_bench
from vsmdaq_sim.faults import Fault
from vsmdaq_sim.spec import LibrarySpec

SEED, SESSION = 1, "standing"
MIDDLE_S = 77.0
"""Mounting takes 60 s, the ramp to the first of the fields 6 s: some points are done then, most are not."""

POINTS = 12
DRAWN = 'draw."gaussmeter.offset_a_per_m" = { u = 0.0 }\ndraw."gaussmeter.gain" = { u_relative = 0.0 }\n'
"""The gaussmeter tells the truth, but for its noise."""

STARTER = Path(str(starter_set()))
LOOP = f"""\
kind = "background"
name = "short"
sample = "SAMPLES/empty-holder.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [{{ from = "800 kA/m", to = "-800 kA/m", steps = {POINTS} }}]

[measure]
time_constant = "30 ms"
poles = 4
"""


@dataclass
class Voice(Console):
    """A console that keeps what is told, and the true field at each point; a test may have it fail when one is announced."""

    on_point: Callable[[int], None] = lambda _: None
    told: list[str] = field(default_factory=list)
    look: Callable[[], float] = lambda: 0.0
    true_field_a_per_m: list[float] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.told.append(text)
        super().tell(text)

    def progress(self, progress: Progress) -> None:
        self.true_field_a_per_m.append(self.look())
        self.on_point(progress.done)
        super().progress(progress)


@dataclass
class Stand:
    """A folder with bench, procedure and world, and the world itself, which stays when the run has ended."""

    folder: Path
    bench: SimBench
    voice: Voice
    sync: Callable[[int], None]
    pieces: list[object]

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "short"

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        self.bench.world.at(time_s, action)

    def fault(self, instrument: str, kind: str, **more: object) -> None:
        more = {"at_s": MIDDLE_S} | more
        self.bench.faults.arm(Fault(instrument, kind, **more))  # type: ignore[arg-type]

    def fastest_a_per_s(self) -> float:
        """Largest size of dI/dt on the straight pieces of the current's way; inf where it ran down by itself."""
        return max((math.inf if piece.decay_s is not None else abs(piece.slope_a_per_s)) for piece in self.pieces)


@contextmanager
def standing(folder: Path, world: str = "", bench: str = "", loop: str = LOOP) -> Generator[Stand]:
    base = json.dumps(str(STARTER / "worlds" / "reference.toml"))
    (folder / "world.toml").write_text(f"base = {base}\n{DRAWN}{world}", "utf-8")
    text = (STARTER / "benches" / "simulated.toml").read_text("utf-8").replace("../worlds/reference.toml", "world.toml")
    (folder / "bench.toml").write_text(text + bench, "utf-8")
    (folder / "short.toml").write_text(loop.replace("SAMPLES", (STARTER / "samples").as_posix()), "utf-8")
    spec = LibrarySpec((folder / "world.toml").resolve(), SEED, SESSION)
    behind = acquire_bench(spec)
    pieces: list[object] = []
    behind.world.magnet.watch = pieces.append
    try:
        voice = Voice(io.StringIO(), live=False, look=behind.world.magnet.field_a_per_m)
        yield Stand(folder, behind, voice, lambda _: None, pieces)
    finally:
        release_bench(spec, behind)


def run(stand: Stand) -> int:
    """The short loop by the command's own way; returns its exit code."""
    spec, text = load_bench(stand.folder / "bench.toml")
    out = stand.folder / "runs"
    options = RunOptions(
        stand.folder / "bench.toml", (), None, out, SEED, yes=True, dry_run=False, strict=False, as_json=False
    )
    jobs = [load_job(stand.folder / "short.toml")]
    return exit_code_of(
        lambda: len(measure(spec, text, jobs, options, stand.voice, session=SESSION, sync=stand.sync)) * 0
    )
