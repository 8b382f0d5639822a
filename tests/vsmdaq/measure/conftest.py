"""A simulated bench, opened as a run opens it, together with the world behind it: what is true, for comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.bench import Bench, library_for, open_bench
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.measure import Arrival, Detector, FieldControl, FieldSampler, MeasurePolicy
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import OperatorStep
from vsmdaq_sim.bench import SimBench, acquire_bench, release_bench
from vsmdaq_sim.spec import parse_library_string

NOISE_V_PER_SQRT_HZ = 7.25e-9


@dataclass(frozen=True, slots=True)
class Opened:
    """The bench as the toolkit sees it, and as it is."""

    bench: Bench
    sim: SimBench

    @property
    def world(self) -> Any:
        return self.sim.world

    @property
    def field_constant_per_m(self) -> float:
        return self.bench.spec.magnet.field_constant_per_m.value

    def instrument(self, address: str) -> Any:
        """The simulated instrument at an address."""
        return self.sim.endpoints[address].instrument

    def mount(self, name: str) -> None:
        self.bench.operator.perform(OperatorStep("mount", name, f"Mount {name}."))

    def hang(self, name: str) -> None:
        self.bench.operator.perform(OperatorStep("hang", name, f"Hang {name}."))

    def control(self, **changes: Any) -> FieldControl:
        options: dict[str, Any] = {"rate_a_per_s": 10.0, "check": lambda: None} | changes
        return FieldControl(
            self.bench.supply, self.bench.clock, field_constant_per_m=self.field_constant_per_m, **options
        )

    def sampler(self) -> FieldSampler:
        return FieldSampler(self.bench.gaussmeter, self.bench.clock)

    def detector(
        self, *, u_signal_v_rms: float, noise: float = NOISE_V_PER_SQRT_HZ, lockin: Any = None, **changes: Any
    ) -> Detector:
        options: dict[str, Any] = {
            "settling_fraction": 0.05,
            "lag_s": 0.104,
            "max_dwell_s": 30.0,
            "stop_on_timeout": False,
        } | changes
        return Detector(
            self.bench.lockin if lockin is None else lockin,
            self.sampler(),
            self.bench.clock,
            MeasurePolicy(u_signal_v_rms, **options),
            noise_density_v_per_sqrt_hz=noise,
            check=lambda: None,
        )

    def here(self) -> Arrival:
        """The arrival of a ramp that has just ended where the current is."""
        return Arrival(self.bench.clock.now(), self.bench.supply.poll().set_point_a)

    def true_signal_v_rms(self) -> complex:
        """X + iY of the world (holder and cross-talk are in it) as a settled lock-in without noise would show it."""
        self.world.advance()
        phasor: complex = self.world.lockin.phasor
        phase: complex = self.world.lockin._phase
        return phasor * phase


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open benches before a copy of the reference world with `changes` (TOML) in it; all are closed at the end."""
    root = Path(str(starter_set()))
    with ExitStack() as stack:

        def make(changes: str = "", *, seed: int = 1, roles: str = "lockin", session: str = "", **text: str) -> Opened:
            world = tmp_path / "world.toml"
            world.write_text(f'base = "{(root / "worlds" / "reference.toml").as_posix()}"\n{changes}', "utf-8")
            content = (root / "benches" / "simulated.toml").read_text("utf-8")
            content = content.replace("../worlds/reference.toml", "world.toml")
            for old, new in text.items():
                assert old in content
                content = content.replace(old, new)
            spec = parse_bench(content, tmp_path / "bench.toml")
            bench = stack.enter_context(open_bench(spec, frozenset(roles.split()), seed=seed, session=session))
            which = parse_library_string(library_for(spec, seed=seed, session=session).removesuffix("@vsmsim"))
            sim = acquire_bench(which)
            stack.callback(release_bench, which, sim)
            if bench.lockin is not None:
                bench.lockin.set_filter(0.03, 4)
            return Opened(bench, sim)

        yield make
