"""A simulated bench that is open, with a supply that may misbehave, and a session on it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from vsmdaq.bench import Bench, known_drivers, open_bench
from vsmdaq.campaigns import Interrupts, Job, Session, load_job
from vsmdaq.campaigns.operator import Stage
from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import CurrentLimits, FieldSupply, SupplyHandling, SupplyReading
from vsmdaq_drivers.system_clock import SystemClock

STARTER = Path(str(starter_set()))
BENCH_TEXT = (STARTER / "benches" / "simulated.toml").read_text("utf-8")


@pytest.fixture(scope="session")
def spec() -> BenchSpec:
    """The starter set's simulated bench."""
    return parse_bench(BENCH_TEXT, STARTER / "benches" / "simulated.toml", known_drivers=known_drivers())


@pytest.fixture
def job_of(tmp_path: Path) -> Callable[..., Job]:
    """A procedure of the starter set, with edits (old, new) to it."""

    def make(kind: str, *edits: tuple[str, str]) -> Job:
        text = (STARTER / "procedures" / f"{kind}.toml").read_text("utf-8")
        for old, new in (("../samples/", f"{(STARTER / 'samples').as_posix()}/"), *edits):
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / f"{kind}.toml"
        path.write_text(text, "utf-8")
        job = load_job(path)
        return Job(job.procedure, job.sample, job.blank, job.tube, {**job.texts, "bench": BENCH_TEXT})

    return make


@dataclass
class Supply:
    """Satisfies `FieldSupply` around a real driver; what a test hangs in is asked first."""

    inner: FieldSupply
    on_ramp: Callable[[float], None] = lambda _current_a: None
    on_poll: Callable[[SupplyReading], SupplyReading] = lambda reading: reading
    ramps: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def limits(self) -> CurrentLimits:
        return self.inner.limits

    @property
    def resolution_a(self) -> float:
        return self.inner.resolution_a

    @property
    def handling(self) -> SupplyHandling:
        return self.inner.handling

    def identify(self) -> str:
        return self.inner.identify()

    def prepare(self) -> None:
        self.inner.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        self.ramps.append(current_a)
        self.on_ramp(current_a)
        self.inner.ramp_to(current_a, rate_a_per_s)

    def poll(self) -> SupplyReading:
        return self.on_poll(self.inner.poll())

    def stop(self) -> None:
        self.inner.stop()

    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True)
class Place:
    """A session with its supply and what was told."""

    session: Session
    supply: Supply
    told: list[str]

    @property
    def bench(self) -> Bench:
        return self.session.bench


@pytest.fixture
def place_of(spec: BenchSpec, tmp_path: Path) -> Callable[..., object]:
    """A context manager: the bench open, `interrupts` entered, runs in the test's folder."""

    @contextmanager
    def open_place(**hooks: Callable[..., object]) -> Generator[Place]:
        told: list[str] = []
        with (
            Interrupts() as interrupts,
            open_bench(spec, frozenset({"lockin"}), seed=3, session=tmp_path.name, unattended=True) as opened,
        ):
            supply = Supply(opened.supply, **hooks)  # type: ignore[arg-type]
            bench = replace(opened, supply=supply)
            yield Place(
                Session(
                    bench=bench,
                    out=tmp_path / "runs",
                    calibrations=tmp_path / "runs" / "calibrations",
                    interrupts=interrupts,
                    facts={"seed": 3},
                    stage=Stage(bench.operator, interrupts),
                    wall_clock=SystemClock().now,
                    tell=told.append,
                    sync=lambda _: None,
                ),
                supply,
                told,
            )

    return open_place
