"""The population of reference benches: who runs what on which of them, and what is true there."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.reduce import RunData
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

CALIBRATIONS = ("phase", "nickel", "background")
SAMPLE = "reference-sphere"
QUANTITIES = ("coercive_field", "saturation_moment", "remanent_moment")
MOUNT_S = 60.0  # the simulated operator takes this for a step; his time is nobody's merit


@dataclass(frozen=True)
class Loop:
    """One loop: what it found, and the bench time it took, the operator's left out."""

    run: RunData
    found: dict
    bench_time_s: float
    flags: tuple


def no_sync(_descriptor):
    """Durability is not what is measured here."""


def starter():
    return Path(str(starter_set()))


def bench_file():
    return starter() / "benches" / "population.toml"


def world_file():
    return starter() / "worlds" / "population.toml"


def procedure(folder, name, edits=()):
    """A procedure of the starter set with changes, as a job."""
    text = (starter() / "procedures" / f"{name}.toml").read_text("utf-8")
    text = text.replace("../samples", (starter() / "samples").as_posix())
    for old, new in edits:
        if old not in text:
            raise ValueError(f"{name}.toml has no {old!r}")
        text = text.replace(old, new)
    path = Path(folder) / f"{name}.toml"
    path.write_text(text, "utf-8")
    return load_job(path)


def ours(seed, edits=()):
    """Phase, nickel, background and loop on bench `seed`, through real messages."""
    spec, text = load_bench(bench_file())
    with tempfile.TemporaryDirectory() as folder:
        jobs = [*(procedure(folder, name) for name in CALIBRATIONS), procedure(folder, "loop", edits)]
        options = RunOptions(bench_file(), (), None, Path(folder) / "runs", seed, True, False, False, False)
        quiet = Console(io.StringIO(), live=False)
        last = measure(spec, text, jobs, options, quiet, sync=no_sync, session=f"seed-{seed}")[-1]
    result = last.reduced.result
    steps = 2  # the holder is taken off, the sample mounted
    return Loop(last.reduced.run, dict(result.quantities), result.bench_time_s - steps * MOUNT_S, result.flags)


def true_values(seed):
    """What is true on bench `seed`, by name."""
    values = truth(World.load(world_file(), seed=seed), SAMPLE)
    return {name: values[name]["value"] for name in QUANTITIES}


def least_time_s(fields, u_moment_a_m2):
    """T_lim of DESIGN section 6: ramps at the slew rate, and white noise averaged to u at every point."""
    field_constant, slew, density, signal_per_moment = 40e3 / 3.0, 10.0, 7.25e-9, 1.563
    path = [0.0, 800e3, *fields, 0.0]  # saturated first
    ramps = sum(abs(b - a) for a, b in pairwise(path)) / (field_constant * slew)
    return ramps + len(fields) * density**2 / (2.0 * (signal_per_moment * u_moment_a_m2) ** 2)
