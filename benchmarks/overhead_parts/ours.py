"""Our own runs: the whole stack on the simulated bench, without its physics, and the controller alone."""

from __future__ import annotations

import io
import os
import time  # noqa: TID251 - wall time is what is measured
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from overhead_parts.desk import Desk
from overhead_parts.stamps import Stamps
from overhead_parts.wire import bench_on_the_wire

from vsmdaq.bench import Bench
from vsmdaq.campaigns import Interrupts, Job, Outcome, Session, load_job, run_job
from vsmdaq.campaigns.operator import Stage
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_configs import starter_set

__all__ = ["Fsync", "calibrate", "no_sync", "run_at_the_desk", "run_on_the_bench", "run_on_the_wire"]

STARTER = Path(str(starter_set()))
BENCH = STARTER / "benches" / "simulated.toml"
CALIBRATIONS = ("phase", "nickel", "background")


def no_sync(_descriptor: int) -> None:
    """Fsync is measured apart."""


@dataclass
class Fsync:
    """Fsync, and what it took (s), one after the other."""

    durations_s: list[float] = field(default_factory=list)

    def __call__(self, descriptor: int) -> None:
        start = time.perf_counter()
        os.fsync(descriptor)
        self.durations_s.append(time.perf_counter() - start)


@dataclass
class _Told(Console):
    """A console that only takes the time."""

    stamps: Callable[..., None] = no_sync

    def progress(self, progress: object) -> None:
        self.stamps(progress)


def procedure(folder: Path, kind: str, points: int) -> Path:
    """A procedure with points as short as they can be: what is wanted of m is met by the fewest samples."""
    sample = {"loop": "reference-sphere", "background": "empty-holder"}[kind]
    half = points // 2
    path = folder / f"{kind}.toml"
    path.write_text(
        f"""kind = "{kind}"
sample = {str(STARTER / "samples" / sample)!r}.toml

[field]
rate = "10 A/s"
approach = ["400 kA/m"]
segments = [
    {{ from = "400 kA/m", to = "-400 kA/m", steps = {half} }},
    {{ from = "-400 kA/m", to = "400 kA/m", steps = {points - half} }},
]

[measure]
u_moment = "1e-6 A m2"
time_constant = "30 ms"
poles = 4
""".replace("'.toml", ".toml'"),
        "utf-8",
    )
    return path


def _options(out: Path) -> RunOptions:
    return RunOptions(BENCH, (), None, out, 1, yes=True, dry_run=False, strict=False, as_json=False)


def calibrate(folder: Path) -> Path:
    """Phase, nickel and background on the simulated bench; returns the folder of the calibrations."""
    spec, text = load_bench(BENCH)
    jobs = [load_job(STARTER / "procedures" / f"{name}.toml") for name in CALIBRATIONS]
    measure(spec, text, jobs, _options(folder / "runs"), Console(io.StringIO(), live=False), sync=no_sync)
    return folder / "runs" / "calibrations"


def run_on_the_bench(folder: Path, points: int, *, sync: Callable[[int], None] = no_sync) -> Stamps:
    """The whole stack: a loop on the simulated bench, virtual time, PyVISA messages; `calibrate` comes first."""
    stamps = Stamps(points)
    spec, text = load_bench(BENCH)
    job = load_job(procedure(folder, "loop", points))
    measure(spec, text, [job], _options(folder / "runs"), _Told(io.StringIO(), live=False, stamps=stamps), sync=sync)
    return stamps


def bench_at_the_desk(spec: BenchSpec) -> Bench:
    """A bench of instruments that answer at once, without drivers."""
    desk = Desk()
    return Bench(spec, desk.clock, desk.supply, desk.gaussmeter, desk.lockin, None, desk.operator, {})


def run_on(
    bench: Bench,
    folder: Path,
    calibrations: Path,
    points: int,
    *,
    told: Callable[..., None],
    sync: Callable[[int], None] = no_sync,
) -> Outcome:
    """A background on a bench by `run_job`; `told` is called once a point."""
    job = load_job(procedure(folder, "background", points))
    with Interrupts() as interrupts:
        session = Session(
            bench=bench,
            out=folder / "desk",
            calibrations=calibrations,
            interrupts=interrupts,
            facts={},
            stage=Stage(bench.operator, interrupts),
            wall_clock=time.perf_counter,
            progress=told,
            sync=sync,
        )
        texts = {**job.texts, "bench": BENCH.read_text("utf-8")}
        return run_job(session, Job(job.procedure, job.sample, job.blank, job.tube, texts))


def run_at_the_desk(
    folder: Path, calibrations: Path, points: int, *, told: Callable[..., None], sync: Callable[[int], None] = no_sync
) -> Outcome:
    """The controller alone: the same path, with instruments that answer at once."""
    spec, _ = load_bench(BENCH)
    return run_on(bench_at_the_desk(spec), folder, calibrations, points, told=told, sync=sync)


def run_on_the_wire(folder: Path, calibrations: Path, points: int, *, told: Callable[..., None]) -> Outcome:
    """Controller, drivers, links and PyVISA: the same messages, over a library that answers at once."""
    spec, _ = load_bench(BENCH)
    with bench_on_the_wire(spec) as bench:
        return run_on(bench, folder, calibrations, points, told=told)
